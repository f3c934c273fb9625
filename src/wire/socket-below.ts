/** Finds the TCP socket below what Node's servers make of it: a TLS socket, an HTTP/2 session. */
import type { Server, Socket } from 'node:net';

/**
 * Keyed by the client's port, which is one connection's at a time: Node says of neither a TLS socket nor a session which socket
 * it was made from.
 */
export class SocketBelow<Above extends object> {
  readonly #byPort = new Map<number | undefined, Socket>();
  readonly #byAbove = new WeakMap<Above, Socket>();

  constructor(server: Server) {
    server.prependListener('connection', (socket) => {
      const port = socket.remotePort;
      this.#byPort.set(port, socket);
      socket.once('close', () => {
        if (this.#byPort.get(port) === socket) this.#byPort.delete(port);
      });
    });
  }

  add(above: Above, remotePort: number | undefined): void {
    const socket = this.#byPort.get(remotePort);
    if (socket !== undefined) this.#byAbove.set(above, socket);
  }

  of(above: Above): Socket | undefined {
    return this.#byAbove.get(above);
  }
}
