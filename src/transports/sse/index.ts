import type { Transport } from '../contract.ts';
import { eraOf } from '../../mcp/revisions.ts';
import { PROTOCOL_REVISIONS } from '../../scenario/variant.ts';
import { type Spoken, supportsOnly } from '../support.ts';
import { connectSse } from './driver.ts';
import { connectLeanSse } from './lean.ts';
import { startSseEndpoint } from './endpoint.ts';

const SPOKEN: Spoken = {
  title: 'HTTP+SSE',
  protocols: PROTOCOL_REVISIONS.filter((revision) => eraOf(revision) === 'handshake'),
  noOtherProtocol: 'HTTP+SSE was dropped before 2026-07-28, which has no initialize and no event stream of its own',
  http: ['1.1', '2'],
  tls: true,
  compression: ['off', 'gzip', 'br'],
  clients: ['stock', 'lean', 'sdk'],
  replies: [],
};

export const transport: Transport = {
  name: 'sse',
  title: 'SSE',
  summary: 'an event stream down, one POST per message up (2024-11-05); clients: eventsource and undici',
  capabilities: new Set(['wire', 'server-push', 'own-process']),
  // undici is the cheaper door to what Node ships as `fetch`: a client could do without the package, not without an EventSource.
  replies: [],
  clientPackages: ['eventsource', 'eventsource-parser'],
  supports: (variant) => supportsOnly(SPOKEN, variant),
  startEndpoint: startSseEndpoint,
  connect: (address, options) =>
    options.variant.client === 'lean' ? connectLeanSse(address, options) : connectSse(address, options),
  sdk: {
    packages: [],
    connect: async (...connection) => (await import('./sdk.ts')).connectSseSdk(...connection),
  },
};
