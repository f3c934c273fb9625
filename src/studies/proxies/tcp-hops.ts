/** Hops that know bytes and connections only: relays, one that answers nothing, one with TLS towards the client. */
import { type Server, type Socket, connect, createServer } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { makeCertificate, serverTls } from '../../wire/tls.ts';

const HOST = '127.0.0.1';

/** A hop that has been built and does not listen yet. */
export interface BuiltHop {
  readonly server: Server;
  /** PEM that a client must trust; `undefined` without TLS. */
  readonly certificate?: string;
  /** Connections that it has carried on. */
  readonly carried: () => number;
}

/** Ports of the servers behind a hop, the first one's turn first. */
export type Upstreams = readonly [number, ...number[]];

/** Passes bytes unchanged; to several servers by turns, connection by connection. With a time, cuts what nothing crosses for so long. */
export function relayHop(upstreams: Upstreams, idleMs?: number): BuiltHop {
  let carried = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const port = upstreams[carried % upstreams.length] ?? upstreams[0];
    carried += 1;
    join(client, connectTo(port), idleMs);
  });
  return { server, carried: () => carried };
}

/** Takes connections and whatever comes over them, and answers nothing. */
export function blackHole(): BuiltHop {
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.resume();
  });
  return { server, carried: () => 0 };
}

/** Ends TLS; what was inside goes on as it came. */
export async function tlsTerminator([upstream]: Upstreams): Promise<BuiltHop> {
  const made = await makeCertificate();
  let carried = 0;
  const server = createSecureServer(serverTls(made, false), (client) => {
    carried += 1;
    join(client, connectTo(upstream));
  });
  // Below TLS, as every other socket of a hop.
  server.prependListener('connection', (socket: Socket) => socket.setNoDelay(true));
  return { server, certificate: made.certificate, carried: () => carried };
}

export const connectTo = (port: number): Socket => connect({ host: HOST, port, noDelay: true });

/** Makes one connection of two; what ends one ends the other. With a time, both end when nothing crosses for so long. */
export function join(client: Socket, upstream: Socket, idleMs?: number): void {
  client.pipe(upstream);
  upstream.pipe(client);
  const end = (): void => {
    client.destroy();
    upstream.destroy();
  };
  for (const socket of [client, upstream]) {
    socket.on('error', end);
    socket.on('close', end);
  }
  // Every byte in either direction crosses this socket.
  if (idleMs !== undefined) client.setTimeout(idleMs, end);
}
