/** The SDK's own HTTP+SSE client, over sockets that are counted. */
import type { Sdk } from '../../sdk/package.ts';
import { countedFetch } from '../../wire/counted-fetch.ts';
import type { ConnectOptions, SdkConnection } from '../contract.ts';

export function connectSseSdk(
  sdk: Sdk,
  address: string,
  { headers, timeoutMs }: Pick<ConnectOptions, 'headers' | 'timeoutMs'>,
): SdkConnection {
  const http = countedFetch(timeoutMs);
  const transport = new sdk.SSEClientTransport(new URL(address), {
    fetch: http.fetch,
    requestInit: { headers: { ...headers } },
  });
  return {
    transport,
    // A stream that ended is opened anew by the SDK, but what the new one carries is another session's.
    isFatal: (error) => error instanceof sdk.SseError,
    listen: () => Promise.resolve(),
    wire: () => http.ledger.wire(),
    sockets: () => http.ledger.reports(),
    handshake: () => http.handshake(),
    close: async () => {
      await transport.close();
      await http.close();
    },
  };
}
