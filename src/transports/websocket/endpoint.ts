/** The WebSocket endpoint: one JSON-RPC text per text frame, subprotocol `mcp` (a custom transport: no MCP revision defines one). */
import { type IncomingMessage, createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { McpServer } from '../../mcp/contract.ts';
import type { Endpoint, EndpointOptions } from '../contract.ts';
import { SERVER_KEEP_ALIVE_MS, closeServer, isFromHere, listenOnLoopback } from '../../wire/loopback-only.ts';
import { type LedgerEntry, SocketLedger } from '../../wire/socket-ledger.ts';
import { textOf } from './frames.ts';

/** [RFC 6455] 7.4.1: close codes. */
const CLOSE_UNSUPPORTED_DATA = 1003;

export async function startWebSocketEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const ledger = new SocketLedger('server');
  const http = createServer({ keepAliveTimeout: SERVER_KEEP_ALIVE_MS }, (_request, response) => {
    response.writeHead(426, { connection: 'Upgrade', upgrade: 'websocket' }).end('This endpoint speaks WebSocket.');
  });
  http.on('connection', (socket) => ledger.add(socket));
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: options.maxMessageBytes,
    handleProtocols: (offered) => offered.has('mcp') && 'mcp',
  });
  http.on('upgrade', (request, socket, head) => {
    const refusal = refuse(request);
    if (refusal !== undefined) refuseUpgrade(socket, refusal);
    else {
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        serve(webSocket, options.server, ledger.entry(socket as Socket));
      });
    }
  });
  let httpVersion: string | undefined;
  http.on('upgrade', (request) => {
    ({ httpVersion } = request);
  });
  const port = await listenOnLoopback(http);
  return {
    address: `ws://127.0.0.1:${port}/mcp`,
    certificate: undefined,
    wire: () => ledger.wire(),
    sockets: () => ledger.reports(),
    seen: () => ({ httpVersion, messageHeaders: [] }),
    settings: () => ({
      keepAliveMs: http.keepAliveTimeout,
      maxMessageBytes: options.maxMessageBytes,
      heartbeatMs: undefined,
      tls: false,
      http2Windows: undefined,
    }),
    close: async () => {
      for (const client of webSockets.clients) client.terminate();
      await closeServer(http);
    },
  };
}

function refuse(request: IncomingMessage): string | undefined {
  if (!isFromHere(request)) return '403 Forbidden';
  if (request.url?.split('?')[0] !== '/mcp') return '404 Not Found';
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  return offered.includes('mcp') ? undefined : '400 Bad Request';
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  // An upgraded socket is no longer the HTTP server's to close: a peer that keeps its half open would keep it for good.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function serve(webSocket: WebSocket, server: McpServer, entry: LedgerEntry): void {
  const session = server.openSession((message) => {
    entry.messagesDown += 1;
    webSocket.send(message.text);
  });
  webSocket.on('message', (data, isBinary) => {
    if (isBinary) {
      webSocket.close(CLOSE_UNSUPPORTED_DATA, 'text frames only');
      return;
    }
    entry.messagesUp += 1;
    const reception = session.receive(textOf(data));
    if (reception.understood) reception.proceed();
    else {
      entry.messagesDown += 1;
      webSocket.send(reception.problem.text);
    }
  });
  webSocket.on('close', () => session.end());
  // `ws` has sent the close frame that fits and will end the socket. Cutting it now would reset the connection while the
  // rest of an oversized message is still coming, and most clients would see 1006 instead of 1009.
  webSocket.on('error', () => undefined);
}
