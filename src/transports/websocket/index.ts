import type { Transport } from '../contract.ts';
import { PROTOCOL_REVISIONS } from '../../scenario/variant.ts';
import { type Spoken, supportsOnly } from '../support.ts';
import { connectWebSocket } from './driver.ts';
import { connectLeanWebSocket } from './lean.ts';
import { startWebSocketEndpoint } from './endpoint.ts';

const SPOKEN: Spoken = {
  title: 'WebSocket',
  protocols: PROTOCOL_REVISIONS,
  http: ['1.1'],
  tls: true,
  compression: ['off', 'deflate'],
  clients: ['stock', 'lean', 'sdk'],
  replies: [],
  except: ({ http }) =>
    http === '2' ? 'WebSocket over HTTP/2 (RFC 8441) is not spoken by ws, the client and server used here' : undefined,
};

export const transport: Transport = {
  name: 'websocket',
  title: 'WebSocket',
  summary: 'one upgraded connection, one JSON-RPC text per frame, subprotocol mcp; client: ws',
  capabilities: new Set(['wire', 'server-push', 'own-process']),
  replies: [],
  clientPackages: ['ws'],
  supports: (variant) => supportsOnly(SPOKEN, variant),
  startEndpoint: startWebSocketEndpoint,
  connect: (address, options) =>
    options.variant.client === 'lean' ? connectLeanWebSocket(address, options) : connectWebSocket(address, options),
  sdk: {
    packages: ['ws'],
    connect: async (...connection) => (await import('./sdk.ts')).connectWebSocketSdk(...connection),
  },
};
