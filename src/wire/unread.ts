/** How much an endpoint keeps for a client that does not read. */
import type { Http2ServerRequest, Http2Session, ServerHttp2Stream } from 'node:http2';

/** What may wait for one client, in bytes. Beyond it the client is cut off: it has long lost touch. */
export const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** The open streams of each connection of HTTP/2, where one client has many replies waiting at a time. */
const streamsOf = new WeakMap<Http2Session, Set<ServerHttp2Stream>>();

export function rememberStreams(session: Http2Session): void {
  const streams = new Set<ServerHttp2Stream>();
  streamsOf.set(session, streams);
  session.on('stream', (stream: ServerHttp2Stream) => {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
  });
}

/** Ends the connection of a client that asks on without reading. Answers whether it has: then nobody waits for a reply. */
export function cutOffUnread({ stream: { session } }: Http2ServerRequest): boolean {
  if (session === undefined) return true;
  let unread = 0;
  for (const one of streamsOf.get(session) ?? []) unread += one.writableLength;
  if (unread <= MAX_UNREAD_BYTES) return false;
  // Not within the session's own events: Node 20 would free what it is still reading from.
  setImmediate(() => session.destroy());
  return true;
}
