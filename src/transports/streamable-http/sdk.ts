/** The SDK's own Streamable HTTP client, over sockets that are counted. */
import { setTimeout as pause } from 'node:timers/promises';
import { eraOf } from '../../mcp/revisions.ts';
import type { Sdk } from '../../sdk/package.ts';
import { isNetworkFailure } from '../../sdk/peer.ts';
import { countedFetch } from '../../wire/counted-fetch.ts';
import { ChannelError, type ConnectOptions, type SdkConnection } from '../contract.ts';

/** How long a server may take to end a session. */
const GOODBYE_MS = 500;
/** So the SDK tells of a response that was cut off. Without sessions it is not resumed, and the SDK lets its call wait for nothing. */
const STREAM_CUT = 'SSE stream disconnected';

export function connectStreamableHttpSdk(
  sdk: Sdk,
  address: string,
  { headers, timeoutMs, variant }: Omit<ConnectOptions, 'events'>,
): SdkConnection {
  const http = countedFetch(timeoutMs);
  const sessions = eraOf(variant.protocol) === 'handshake';
  const transport = new sdk.StreamableHTTPClientTransport(new URL(address), {
    fetch: http.fetch,
    requestInit: { headers: { ...headers } },
  });
  return {
    transport,
    isFatal: (error) => isNetworkFailure(error) || (!sessions && error.message.startsWith(STREAM_CUT)),
    listen: async () => {
      // [spec] 2025-11-25: what the server sends of its own accord comes on the GET stream, and before it is open, nowhere.
      // The SDK opens it after `initialized` and tells nobody.
      if (sessions) await listening(http.firstGet, timeoutMs);
    },
    wire: () => http.ledger.wire(),
    sockets: () => http.ledger.reports(),
    handshake: () => http.handshake(),
    close: async () => {
      await Promise.race([
        transport.terminateSession().catch(() => undefined),
        pause(GOODBYE_MS, undefined, { ref: false }),
      ]);
      await transport.close();
      await http.close();
    },
  };
}

async function listening(firstGet: Promise<number>, timeoutMs: number): Promise<void> {
  const status = await Promise.race([firstGet, pause(timeoutMs, 0, { ref: false })]);
  // A server without such a stream says so ([spec] 405); it has nothing to send unasked.
  if (status !== 200 && status !== 405) {
    throw new ChannelError(
      `the SDK could not open the server’s event stream: ${status === 0 ? 'no answer' : `HTTP ${status}`}`,
    );
  }
}
