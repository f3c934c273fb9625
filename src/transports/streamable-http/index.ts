import { PROTOCOL_REVISIONS, REPLY_MODES } from '../../scenario/variant.ts';
import type { Transport } from '../contract.ts';
import { type Spoken, supportsOnly } from '../support.ts';
import { connectStreamableHttp } from './driver.ts';
import { startStreamableHttpEndpoint } from './endpoint.ts';

const SPOKEN: Spoken = {
  title: 'Streamable HTTP',
  protocols: PROTOCOL_REVISIONS.filter((revision) => revision !== '2024-11-05'),
  noOtherProtocol: 'Streamable HTTP came with 2025-03-26; the HTTP transport of 2024-11-05 is HTTP+SSE',
  http: ['1.1', '2'],
  tls: true,
  compression: ['off', 'gzip', 'br'],
  clients: ['stock', 'lean', 'sdk'],
  replies: REPLY_MODES,
  except: ({ compression, reply }) =>
    compression !== 'off' && reply === 'json' ? 'content codings are applied to event streams only' : undefined,
};

export const transport: Transport = {
  name: 'streamable-http',
  title: 'Streamable HTTP',
  summary: 'one POST per message, answered by an event stream or by JSON; clients: undici and eventsource-parser',
  capabilities: new Set(['wire', 'server-push', 'own-process']),
  replies: SPOKEN.replies,
  // undici is the cheaper door to what Node ships as `fetch`: a client could do without the package, not without a parser.
  clientPackages: ['eventsource-parser'],
  supports: (variant) => supportsOnly(SPOKEN, variant),
  progress: ({ reply }) =>
    reply === 'json'
      ? { supported: false, reason: 'a reply that is one JSON object has no room for progress' }
      : { supported: true },
  startEndpoint: startStreamableHttpEndpoint,
  connect: connectStreamableHttp,
  sdk: {
    packages: [],
    connect: async (...connection) => (await import('./sdk.ts')).connectStreamableHttpSdk(...connection),
  },
};
