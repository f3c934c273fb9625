/** The WebSocket endpoint: one JSON-RPC text per text frame, subprotocol `mcp` (a custom transport: no MCP revision defines one). */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { McpServer, McpSession } from '../../mcp/contract.ts';
import { MAX_UNREAD_BYTES } from '../../wire/unread.ts';
import { listenHttp } from '../../wire/http-server.ts';
import { isFromHere } from '../../wire/loopback-only.ts';
import type { LedgerEntry } from '../../wire/socket-ledger.ts';
import type { Endpoint, EndpointOptions } from '../contract.ts';
import { KeptSessions, type SessionCarrier } from '../kept-session.ts';
import { deflateOptions } from './deflate.ts';
import { textOf } from './frames.ts';

/** [RFC 6455] 7.4.1: close codes. */
const CLOSE_GOING_AWAY = 1001;
const CLOSE_UNSUPPORTED_DATA = 1003;
/** A client that does not answer the close frame is not waited for any longer. */
const GRACE_MS = 500;

export async function startWebSocketEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: deflateOptions(options.variant),
    maxPayload: options.maxMessageBytes,
    handleProtocols: (offered) => offered.has('mcp') && 'mcp',
  });
  const sessions = new Map<WebSocket, McpSession>();
  const kept = options.recovery?.replay === true ? new KeptSessions(options.server) : undefined;
  let httpVersion: string | undefined;
  const http = await listenHttp({
    variant: options.variant,
    resumable: options.resumable,
    onRequest: (_request, reply) => {
      reply.writeHead(426, { connection: 'Upgrade', upgrade: 'websocket' });
      reply.end('This endpoint speaks WebSocket.');
    },
    onUpgrade: (request, socket, head) => {
      ({ httpVersion } = request);
      const refusal = refuse(request, kept);
      if (refusal === undefined) {
        const entry = http.entry(request);
        webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          sessions.set(webSocket, serve(webSocket, { server: options.server, kept, request, entry }));
          if (options.heartbeatMs !== undefined) beat(webSocket, options.heartbeatMs);
          webSocket.on('close', () => sessions.delete(webSocket));
        });
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
    settings: () => {
      const { maxMessageBytes, heartbeatMs } = options;
      return { ...http.settings(), maxMessageBytes, heartbeatMs };
    },
    close: async () => {
      await Promise.all([...sessions].map(([webSocket, session]) => conclude(webSocket, session)));
      kept?.conclude();
      await http.close();
    },
  };
}

/** [RFC 6455] 5.5.2: a ping may serve as a keep-alive; the client's library answers it by itself. */
function beat(webSocket: WebSocket, everyMs: number): void {
  const timer = setInterval(() => webSocket.ping(), everyMs);
  webSocket.on('close', () => clearInterval(timer));
}

/** What the client can still be told, then the closing handshake. */
async function conclude(webSocket: WebSocket, session: McpSession): Promise<void> {
  session.conclude();
  if (webSocket.readyState === webSocket.CLOSED) return;
  const cut = setTimeout(() => webSocket.terminate(), GRACE_MS);
  await new Promise((resolve) => {
    webSocket.once('close', resolve);
    webSocket.close(CLOSE_GOING_AWAY);
  });
  clearTimeout(cut);
}

/** Which session the client wants, and how many of its messages it has; no revision of MCP has words for it, so the URL does. */
interface Wanted {
  readonly name: string;
  readonly after: number;
}

function wantedIn(request: IncomingMessage): Wanted | undefined {
  const query = new URLSearchParams(request.url?.split('?')[1]);
  const name = query.get('session') ?? '';
  const after = query.get('after') ?? '';
  return /^[\w-]{1,64}$/.test(name) && /^\d{1,15}$/.test(after) ? { name, after: Number(after) } : undefined;
}

function refuse(request: IncomingMessage, kept: KeptSessions | undefined): string | undefined {
  if (!isFromHere(request)) return '403 Forbidden';
  if (request.url?.split('?')[0] !== '/mcp') return '404 Not Found';
  const wanted = wantedIn(request);
  if (kept !== undefined && wanted !== undefined && wanted.after > 0 && !kept.resumable(wanted.name, wanted.after))
    return '404 Not Found';
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  return offered.includes('mcp') ? undefined : '400 Bad Request';
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  // An upgraded socket is no longer the HTTP server's to close: a peer that keeps its half open would keep it for good.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

interface Arrival {
  readonly server: McpServer;
  readonly kept: KeptSessions | undefined;
  readonly request: IncomingMessage;
  readonly entry: LedgerEntry;
}

function serve(webSocket: WebSocket, { server, kept, request, entry }: Arrival): McpSession {
  const send = (text: string): void => {
    entry.messagesDown += 1;
    webSocket.send(text);
    if (webSocket.bufferedAmount > MAX_UNREAD_BYTES) webSocket.terminate();
  };
  const wanted = wantedIn(request);
  const session =
    kept === undefined || wanted === undefined
      ? server.openSession((message) => send(message.text))
      : carryKept(webSocket, kept, wanted, send);
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
  if (kept === undefined || wanted === undefined) webSocket.on('close', () => session.end());
  // `ws` has sent the close frame that fits and will end the socket. Cutting it now would reset the connection while the
  // rest of an oversized message is still coming, and most clients would see 1006 instead of 1009.
  webSocket.on('error', () => undefined);
  return session;
}

/** The session of this name as it was, or a new one: it outlives this connection. */
function carryKept(
  webSocket: WebSocket,
  kept: KeptSessions,
  { name, after }: Wanted,
  send: (text: string) => void,
): McpSession {
  const session = kept.resumable(name, after) ?? kept.open(name);
  const carrier: SessionCarrier = { send: (message) => send(message.text), drop: () => webSocket.terminate() };
  webSocket.on('close', () => session.leave(carrier));
  session.carry(carrier, after);
  return session.mcp;
}
