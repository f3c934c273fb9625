import type { Transport } from '../contract.ts';
import { supportsPlainHandshakeEra } from '../handshake-era.ts';
import { connectWebSocket } from './driver.ts';
import { startWebSocketEndpoint } from './endpoint.ts';

export const transport: Transport = {
  name: 'websocket',
  title: 'WebSocket',
  summary: 'one upgraded connection, one JSON-RPC text per frame, subprotocol mcp; client: ws',
  capabilities: new Set(['wire', 'server-push', 'own-process']),
  replies: [],
  clientPackages: ['ws'],
  supports: supportsPlainHandshakeEra,
  startEndpoint: startWebSocketEndpoint,
  connect: connectWebSocket,
};
