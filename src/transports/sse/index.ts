import type { Transport } from '../contract.ts';
import { supportsPlainHandshakeEra } from '../handshake-era.ts';
import { connectSse } from './driver.ts';
import { startSseEndpoint } from './endpoint.ts';

export const transport: Transport = {
  name: 'sse',
  title: 'SSE',
  summary: 'an event stream down, one POST per message up (2024-11-05); clients: eventsource and undici',
  capabilities: new Set(['wire', 'server-push', 'own-process']),
  // undici is the cheaper door to what Node ships as `fetch`: a client could do without the package, not without an EventSource.
  replies: [],
  clientPackages: ['eventsource', 'eventsource-parser'],
  supports: supportsPlainHandshakeEra,
  startEndpoint: startSseEndpoint,
  connect: connectSse,
};
