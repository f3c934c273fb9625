/**
 * A relay of TCP connections that puts a network's delay between the two ends: every chunk that comes in goes out as
 * it came, by itself, after the delay; so do the opening of a connection, its end, and its breaking off.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DelayLine } from './delay-line.ts';

const LOOPBACK = '127.0.0.1';

/** Bytes of one direction of one connection that are under way or wait for the receiver; beyond, the sender's socket is not read. */
const MOST_UNDER_WAY = 4 * 1024 * 1024;

export class Relay {
  readonly #line: DelayLine;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(line: DelayLine) {
    this.#line = line;
  }

  /** Listens on a free port of loopback for connections to that one, and answers it. Rejects when it cannot listen. */
  open(targetPort: number): Promise<number> {
    // Nothing is read before the connection is open at the other end too.
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) =>
      this.#carry(this.#keep(client), targetPort),
    );
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, LOOPBACK, () => resolve((server.address() as AddressInfo).port));
    });
  }

  /** Breaks everything off. */
  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    // That there was one is told by `close`.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  /** The opening travels to the other end, and its answer back: what the client sends meanwhile waits for a round trip, as it would in its own kernel. */
  #carry(client: Socket, targetPort: number): void {
    this.#line.send(() => {
      if (client.destroyed) return;
      const endpoint = this.#keep(connect({ host: LOOPBACK, port: targetPort, allowHalfOpen: true, noDelay: true }));
      const refused = (): void => this.#line.send(() => client.resetAndDestroy());
      endpoint.once('close', refused);
      endpoint.once('connect', () => {
        endpoint.off('close', refused);
        carryOneWay(this.#line, endpoint, client);
        this.#line.send(() => {
          carryOneWay(this.#line, client, endpoint);
          client.resume();
        });
      });
    });
  }
}

/** What is asked of a socket. */
type Carrying = Duplex & { resetAndDestroy(): unknown };

/** Bytes in the chunks in which they were read, the end after the last of them, and the breaking off. */
export function carryOneWay(line: Pick<DelayLine, 'send'>, from: Carrying, to: Carrying): void {
  let underWay = 0;
  const arrived = (size: number): void => {
    underWay -= size;
    if (underWay <= MOST_UNDER_WAY / 2) from.resume();
  };
  from.on('data', (chunk: Buffer) => {
    underWay += chunk.length;
    if (underWay > MOST_UNDER_WAY) from.pause();
    line.send(() => {
      if (to.writable) to.write(chunk, () => arrived(chunk.length));
    });
  });
  from.on('end', () => line.send(() => to.end()));
  from.once('close', (hadError: boolean) => {
    if (hadError) line.send(() => to.resetAndDestroy());
  });
}
