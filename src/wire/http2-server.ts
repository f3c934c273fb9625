/** HTTP/2 by node:http2 and its compatible API: by prior knowledge without TLS, by ALPN with it. */
import { type Http2ServerRequest, type Http2Session, createSecureServer, createServer } from 'node:http2';
import type { Listener, ListenerOptions } from './listener.ts';
import { HTTP2_OPTIONS, HTTP2_WINDOWS } from './http2-settings.ts';
import { rememberStreams } from './unread.ts';
import { SocketBelow } from './socket-below.ts';
import { serverTls } from './tls.ts';

/** Idle connections are kept: there is no keep-alive to state. */
const SETTINGS = { keepAliveMs: undefined, http2Windows: HTTP2_WINDOWS };

export function http2Listener({ certificate, maxConcurrentStreams, onRequest }: ListenerOptions): Listener {
  const usual = HTTP2_OPTIONS.settings;
  const settings = { ...usual, maxConcurrentStreams: maxConcurrentStreams ?? usual.maxConcurrentStreams };
  const options = { ...HTTP2_OPTIONS, settings, noDelay: true };
  const server =
    certificate === undefined
      ? createServer(options)
      : createSecureServer({ ...options, ...serverTls(certificate), allowHTTP1: false });
  const below = new SocketBelow<Http2Session>(server);
  server.on('session', (session) => {
    below.add(session, session.socket.remotePort);
    session.setLocalWindowSize(HTTP2_WINDOWS.connection);
    rememberStreams(session);
  });
  server.on('request', onRequest);
  return {
    server,
    socketOf: (request) => {
      // A stream that is gone has no session any more.
      const { session } = (request as Http2ServerRequest).stream;
      return session === undefined ? undefined : below.of(session);
    },
    settings: () => SETTINGS,
  };
}
