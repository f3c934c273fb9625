/** A hop on one listener's way to the endpoint: it passes bytes on as they come, and can reset every connection through it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Hop {
  /** The endpoint's address, with the hop's port in it. */
  readonly address: string;
  /** Resets both sides of every connection (RST). Whoever connects afterwards gets through. */
  cut(): void;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** Starts a hop to the port in `address`. */
export async function startHop(address: string): Promise<Hop> {
  const target = new URL(address);
  const sockets = new Set<Socket>();
  const carry = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer({ noDelay: true }, (client) => {
    const endpoint = connect({ port: Number(target.port), host: target.hostname, noDelay: true });
    carry(client, endpoint);
    carry(endpoint, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(address);
  through.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    address: through.href,
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
