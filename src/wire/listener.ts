/** What the four HTTP servers of Node are to the one of ours. */
import type { Server, Socket } from 'node:net';
import type { HttpServer, HttpServerOptions, ServerRequest } from './http.ts';
import type { Certificate } from './tls.ts';

export interface Listener {
  readonly server: Server;
  /** The TCP socket below a request; `undefined` when it is gone. */
  readonly socketOf: (request: ServerRequest) => Socket | undefined;
  readonly settings: () => Omit<ReturnType<HttpServer['settings']>, 'tls'>;
}

export interface ListenerOptions extends Omit<HttpServerOptions, 'variant'> {
  readonly certificate: Certificate | undefined;
}
