/** How much an endpoint keeps for a client that does not read. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { type Http2Session, Http2ServerRequest, Http2ServerResponse, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { ServerReply, ServerRequest } from './http.ts';

/** What may wait for one client, in bytes. Beyond it the client is cut off: it has long lost touch. */
export const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** So many requests may wait for their replies on one connection of HTTP/1.1, one behind the other; HTTP/2 has a setting for it. */
export const MAX_UNANSWERED = 1_024;

/** One reply, however much of it waits. */
interface Waiting {
  readonly writableLength: number;
}

/** What waits on each connection: under HTTP/2 on its open streams, under HTTP/1.1 the replies to requests that came without waiting. */
const waitingOn = new WeakMap<Socket | Http2Session, Set<Waiting>>();

export function rememberStreams(session: Http2Session): void {
  const streams = new Set<ServerHttp2Stream>();
  waitingOn.set(session, streams);
  session.on('stream', (stream: ServerHttp2Stream) => {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
  });
}

/** The same for HTTP/1.1, reply by reply. Answers whether it may be answered: a connection with too many waiting is ended. */
export function rememberReply({ socket }: IncomingMessage, reply: ServerResponse): boolean {
  const replies = waitingOn.get(socket) ?? firstOf(socket);
  replies.add(reply);
  reply.once('close', () => replies.delete(reply));
  if (replies.size > MAX_UNANSWERED) socket.destroy();
  return !socket.destroyed;
}

function firstOf(socket: Socket): Set<Waiting> {
  const replies = new Set<ServerResponse>();
  waitingOn.set(socket, replies);
  socket.once('close', () => {
    // Node tells the reply whose turn it is, and none of those behind it.
    for (const reply of replies) if (reply.socket === null) reply.emit('close');
  });
  return replies;
}

/**
 * Ends the connection of a client that asks on without reading: when a request has come whole, and when a reply has been
 * written. Answers whether it has: then nobody waits for a reply.
 */
export function cutOffUnread(message: ServerRequest | ServerReply): boolean {
  const connection = connectionOf(message);
  if (connection === undefined || connection.destroyed) return true;
  let unread = 0;
  for (const one of waitingOn.get(connection) ?? []) unread += one.writableLength;
  if (unread <= MAX_UNREAD_BYTES) return false;
  // Not within a session's own events: Node 20 would free what it is still reading from.
  if (message instanceof Http2ServerRequest || message instanceof Http2ServerResponse)
    setImmediate(() => connection.destroy());
  else connection.destroy();
  return true;
}

function connectionOf(message: ServerRequest | ServerReply): Socket | Http2Session | undefined {
  if (message instanceof Http2ServerRequest || message instanceof Http2ServerResponse) return message.stream.session;
  if (message instanceof IncomingMessage) return message.socket;
  return message instanceof ServerResponse ? (message as ServerResponse).req.socket : undefined;
}
