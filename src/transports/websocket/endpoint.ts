/** The WebSocket endpoint: one JSON-RPC text per text frame, subprotocol `mcp` (a custom transport: no MCP revision defines one). */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { McpServer } from '../../mcp/contract.ts';
import { MAX_UNREAD_BYTES } from '../../wire/event-stream.ts';
import { listenHttp } from '../../wire/http-server.ts';
import { isFromHere } from '../../wire/loopback-only.ts';
import type { LedgerEntry } from '../../wire/socket-ledger.ts';
import type { Endpoint, EndpointOptions } from '../contract.ts';
import { deflateOptions } from './deflate.ts';
import { textOf } from './frames.ts';

/** [RFC 6455] 7.4.1: close codes. */
const CLOSE_UNSUPPORTED_DATA = 1003;

export async function startWebSocketEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: deflateOptions(options.variant),
    maxPayload: options.maxMessageBytes,
    handleProtocols: (offered) => offered.has('mcp') && 'mcp',
  });
  let httpVersion: string | undefined;
  const http = await listenHttp({
    variant: options.variant,
    onRequest: (_request, reply) => {
      reply.writeHead(426, { connection: 'Upgrade', upgrade: 'websocket' });
      reply.end('This endpoint speaks WebSocket.');
    },
    onUpgrade: (request, socket, head) => {
      ({ httpVersion } = request);
      const refusal = refuse(request);
      if (refusal === undefined) {
        const entry = http.entry(request);
        webSockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, options.server, entry));
      } else {
        refuseUpgrade(socket, refusal);
      }
    },
  });
  return {
    address: `${http.origin.replace(/^http/, 'ws')}/mcp`,
    certificate: http.certificate,
    wire: () => http.wire(),
    sockets: () => http.sockets(),
    seen: () => ({ httpVersion, messageHeaders: [] }),
    settings: () => ({ ...http.settings(), maxMessageBytes: options.maxMessageBytes, heartbeatMs: undefined }),
    close: async () => {
      for (const client of webSockets.clients) client.terminate();
      await http.close();
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
  const send = (text: string): void => {
    entry.messagesDown += 1;
    webSocket.send(text);
    if (webSocket.bufferedAmount > MAX_UNREAD_BYTES) webSocket.terminate();
  };
  const session = server.openSession((message) => send(message.text));
  webSocket.on('message', (data, isBinary) => {
    if (isBinary) {
      webSocket.close(CLOSE_UNSUPPORTED_DATA, 'text frames only');
      return;
    }
    entry.messagesUp += 1;
    const reception = session.receive(textOf(data));
    if (reception.understood) reception.proceed();
    else send(reception.problem.text);
  });
  webSocket.on('close', () => session.end());
  // `ws` has sent the close frame that fits and will end the socket. Cutting it now would reset the connection while the
  // rest of an oversized message is still coming, and most clients would see 1006 instead of 1009.
  webSocket.on('error', () => undefined);
}
