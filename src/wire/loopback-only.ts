/** What every embedded endpoint does before it speaks MCP: listen on loopback, and refuse what a browser page elsewhere could send. */
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Keep-alive of the endpoints, longer than any client's, so that no request meets a connection that is just being closed. */
export const SERVER_KEEP_ALIVE_MS = 65_000;
/** Keep-alive of the clients. */
export const CLIENT_KEEP_ALIVE_MS = 60_000;

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
export function isFromHere(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  if (host === undefined || !isLoopbackAuthority(host)) return false;
  if (origin === undefined) return true;
  try {
    return isLoopbackAuthority(new URL(origin).host);
  } catch {
    return false;
  }
}

const isLoopbackAuthority = (authority: string): boolean =>
  /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(authority);

/** Stops listening and ends what is open. Resolves when the last connection is gone. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
