/** What every embedded endpoint does before it speaks MCP: listen on loopback, and refuse what a browser page elsewhere could send. */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { ServerRequest } from './http.ts';

const LOOPBACK = '127.0.0.1';

/** Keep-alive of the endpoints, longer than any client's, so that no request meets a connection that is just being closed. */
export const SERVER_KEEP_ALIVE_MS = 65_000;
/** Keep-alive of the clients. */
export const CLIENT_KEEP_ALIVE_MS = 60_000;

/** How long a request may take to arrive, as a server bounds it: much longer than the largest message takes. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Listens on a free port of the loopback interface and answers that port. Rejects when it cannot. */
export function listenOnLoopback(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * [spec] transports, security: servers check `Origin`, and local ones bind to loopback only. The `Host` check stops
 * DNS rebinding. A request without `Origin` comes from no browser and passes.
 */
export function isFromHere(request: ServerRequest): boolean {
  const { host, origin } = request.headers;
  // Under HTTP/2 the host is said by `:authority` ([RFC 9113] 8.3.1); whoever says it both ways must mean here both times.
  const authority = request.headers[':authority'];
  if (host === undefined && authority === undefined) return false;
  if (host !== undefined && !isLoopbackAuthority(host)) return false;
  if (typeof authority === 'string' && !isLoopbackAuthority(authority)) return false;
  if (origin === undefined) return true;
  try {
    return isLoopbackAuthority(new URL(origin).host);
  } catch {
    return false;
  }
}

const isLoopbackAuthority = (authority: string): boolean =>
  /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(authority);

/** Stops listening and ends the open sockets. Resolves when the last connection is gone. */
export async function closeServer(server: Server, open: Iterable<Socket>): Promise<void> {
  const closed = [once(server, 'close'), ...[...open].map(ended)];
  server.close();
  await Promise.all(closed);
}

/** Node's server forgets a socket before that has told its end to anybody. */
const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
