/** HTTP/1.1 by node:http and node:https. */
import { type Server, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Listener, ListenerOptions } from './listener.ts';
import { REQUEST_TIMEOUT_MS, SERVER_KEEP_ALIVE_MS } from './loopback-only.ts';
import { SocketBelow } from './socket-below.ts';
import { type Certificate, serverTls } from './tls.ts';
import { rememberReply } from './unread.ts';

const OPTIONS = {
  keepAliveTimeout: SERVER_KEEP_ALIVE_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  // How often it is looked at: a slow request ends no later than after twice the time.
  connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
  noDelay: true,
};

export function http1Listener({ certificate, onRequest, onUpgrade }: ListenerOptions): Listener {
  const { server, socketOf } = certificate === undefined ? plain() : secure(certificate);
  server.on('request', (request, reply) => {
    if (rememberReply(request, reply)) onRequest(request, reply);
  });
  if (onUpgrade !== undefined) server.on('upgrade', onUpgrade);
  return { server, socketOf, settings: () => ({ keepAliveMs: server.keepAliveTimeout, http2Windows: undefined }) };
}

type Http1Server = Pick<Listener, 'socketOf'> & { readonly server: Server };

const plain = (): Http1Server => ({ server: createServer(OPTIONS), socketOf: (request) => request.socket });

function secure(certificate: Certificate): Http1Server {
  const server = createSecureServer({ ...OPTIONS, ...serverTls(certificate) });
  const below = new SocketBelow<TLSSocket>(server);
  server.on('secureConnection', (socket) => below.add(socket, socket.remotePort));
  return { server, socketOf: (request) => below.of(request.socket as TLSSocket) };
}
