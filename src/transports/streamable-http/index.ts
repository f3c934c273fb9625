import { eraOf } from '../../mcp/revisions.ts';
import type { Variant } from '../../scenario/variant.ts';
import { sdkObstacle } from '../../sdk/support.ts';
import type { Support, Transport } from '../contract.ts';
import { connectStreamableHttp } from './driver.ts';
import { startStreamableHttpEndpoint } from './endpoint.ts';

export const transport: Transport = {
  name: 'streamable-http',
  title: 'Streamable HTTP',
  summary: 'one POST per message, answered by an event stream or by JSON; clients: undici and eventsource-parser',
  capabilities: new Set(['wire', 'server-push', 'own-process']),
  replies: ['sse', 'json'],
  // undici is the cheaper door to what Node ships as `fetch`: a client could do without the package, not without a parser.
  clientPackages: ['eventsource-parser'],
  supports,
  progress: ({ reply }) =>
    reply === 'json' ? no('a reply that is one JSON object has no room for progress') : { supported: true },
  startEndpoint: startStreamableHttpEndpoint,
  connect: connectStreamableHttp,
  sdk: {
    packages: [],
    connect: async (...connection) => (await import('./sdk.ts')).connectStreamableHttpSdk(...connection),
  },
};

function supports(variant: Variant): Support {
  const { protocol, compression, client, reply } = variant;
  if (protocol === '2024-11-05')
    return no('Streamable HTTP came with 2025-03-26; the HTTP transport of 2024-11-05 is HTTP+SSE');
  if (compression === 'deflate') return no('permessage-deflate is an extension of WebSocket');
  if (compression !== 'off' && reply === 'json') return no('content codings are applied to event streams only');
  const sdkReason = client === 'sdk' ? sdkObstacle(variant) : undefined;
  if (sdkReason !== undefined) return no(sdkReason);
  if (client === 'lean') return no(`there is no ${client} client for Streamable HTTP ${eraOf(protocol)} sessions`);
  return { supported: true };
}

const no = (reason: string): Support => ({ supported: false, reason });
