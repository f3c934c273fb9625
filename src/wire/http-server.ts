/** HTTP servers on loopback that count what crosses their sockets. */
import type { Socket } from 'node:net';
import type { HttpServer, HttpServerOptions } from './http.ts';
import { http1Listener } from './http1-server.ts';
import { http2Listener } from './http2-server.ts';
import { closeServer, listenOnLoopback } from './loopback-only.ts';
import { SocketLedger } from './socket-ledger.ts';
import { makeCertificate } from './tls.ts';

/** Listens on a free port. Rejects when it cannot. */
export async function listenHttp({ variant, ...options }: HttpServerOptions): Promise<HttpServer> {
  const certificate = variant.tls ? await makeCertificate() : undefined;
  const listen = variant.http === '2' ? http2Listener : http1Listener;
  const { server, socketOf, settings } = listen({ ...options, certificate });
  const ledger = new SocketLedger('server');
  const open = new Set<Socket>();
  // Below TLS, and before anybody else has seen it.
  server.prependListener('connection', (socket) => {
    ledger.add(socket);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const port = await listenOnLoopback(server);
  return {
    origin: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    certificate: certificate?.certificate,
    wire: () => ledger.wire(),
    sockets: () => ledger.reports(),
    entry: (request) => ledger.entry(socketOf(request)),
    settings: () => ({ ...settings(), tls: certificate !== undefined }),
    close: () => closeServer(server, open),
  };
}
