import { EventEmitter, once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SocketLedger } from './socket-ledger.ts';

/** Stands for a socket: what the ledger looks at, set by hand. */
class FakeSocket extends EventEmitter {
  bytesWritten = 0;
  bytesRead = 0;
  localPort: number | undefined = 1111;
  remotePort: number | undefined = 2222;
  readonly socket = this as unknown as Socket;
}

test('sums are those over all sockets there ever were, open or closed, at any time', () => {
  const step = fc.record({
    socket: fc.nat({ max: 5 }),
    written: fc.nat({ max: 10_000 }),
    read: fc.nat({ max: 10_000 }),
    next: fc.constantFrom('stay', 'close', 'add again'),
  });
  fc.assert(
    fc.property(
      fc.constantFrom<'client' | 'server'>('client', 'server'),
      fc.array(step, { maxLength: 60 }),
      (side, steps) => {
        const ledger = new SocketLedger(side);
        const open = new Map<number, FakeSocket>();
        const everything = { written: 0, read: 0, sockets: 0 };
        for (const { socket: index, written, read, next } of steps) {
          const socket = open.get(index) ?? new FakeSocket();
          if (!open.has(index)) {
            ledger.add(socket.socket);
            open.set(index, socket);
            everything.sockets += 1;
          }
          socket.bytesWritten += written;
          socket.bytesRead += read;
          everything.written += written;
          everything.read += read;
          if (next === 'add again') ledger.add(socket.socket);
          if (next === 'close') {
            socket.emit('close');
            open.delete(index);
          }
          const { written: out, read: back, sockets } = everything;
          expect(ledger.wire()).toEqual(
            side === 'client' ? { upBytes: out, downBytes: back } : { upBytes: back, downBytes: out },
          );
          expect(ledger.opened).toBe(sockets);
          expect(ledger.reports()).toHaveLength(sockets);
          expect(ledger.reports().filter((report) => report.open)).toHaveLength(open.size);
        }
      },
    ),
  );
});

test('bytes that a socket carried before it was added count', () => {
  const socket = new FakeSocket();
  socket.bytesRead = 300;
  socket.bytesWritten = 100;
  const ledger = new SocketLedger('client');
  ledger.add(socket.socket);
  expect(ledger.wire()).toEqual({ upBytes: 100, downBytes: 300 });
});

test('the port is the client’s at either side, and stays known when the socket is gone', () => {
  for (const [side, port] of [
    ['client', 1111],
    ['server', 2222],
  ] as const) {
    const socket = new FakeSocket();
    const ledger = new SocketLedger(side);
    ledger.add(socket.socket);
    socket.localPort = undefined;
    socket.remotePort = undefined;
    socket.emit('close');
    expect(ledger.reports()).toMatchObject([{ clientPort: port, open: false }]);
  }
});

test('messages are counted where they travelled; a socket that was never added has an entry to throw away', () => {
  const ledger = new SocketLedger('server');
  const [known, stranger] = [new FakeSocket(), new FakeSocket()];
  ledger.add(known.socket).messagesUp += 1;
  ledger.entry(known.socket).messagesUp += 1;
  ledger.entry(stranger.socket).messagesDown += 1;
  expect(ledger.reports()).toMatchObject([{ messagesUp: 2, messagesDown: 0 }]);
});

test('closed sockets are not remembered without limit, but their bytes are', () => {
  const ledger = new SocketLedger('client');
  for (let index = 0; index < 1_500; index += 1) {
    const socket = new FakeSocket();
    socket.bytesWritten = 2;
    ledger.add(socket.socket);
    socket.emit('close');
  }
  expect(ledger.reports()).toHaveLength(1_000);
  expect(ledger.opened).toBe(1_500);
  expect(ledger.wire()).toEqual({ upBytes: 3_000, downBytes: 0 });
});

describe('with real sockets', () => {
  async function withPair(work: (client: Socket, server: Socket) => Promise<void>): Promise<void> {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
    const [server] = (await once(listener, 'connection')) as [Socket];
    try {
      await work(client, server);
    } finally {
      client.destroy();
      server.destroy();
      listener.close();
      await once(listener, 'close');
    }
  }

  test('both ends count the same bytes, and still do when the sockets are closed', () =>
    withPair(async (client, server) => {
      const ends = [new SocketLedger('client'), new SocketLedger('server')] as const;
      ends[0].add(client);
      ends[1].add(server);
      client.end(Buffer.alloc(70_000));
      server.end(Buffer.alloc(300));
      const closed = [once(client, 'close'), once(server, 'close')];
      client.resume();
      server.resume();
      await Promise.all(closed);
      for (const ledger of ends) {
        expect(ledger.wire()).toEqual({ upBytes: 70_000, downBytes: 300 });
        expect(ledger.reports()).toMatchObject([{ open: false, upBytes: 70_000, downBytes: 300 }]);
      }
      expect(ends[0].reports()[0]?.clientPort).toBe(ends[1].reports()[0]?.clientPort);
    }));

  test('TCP_NODELAY is reported as it was last set', () =>
    withPair(async (client) => {
      const ledger = new SocketLedger('client');
      ledger.add(client);
      if (client.connecting) await once(client, 'connect');
      for (const noDelay of [true, false, true]) {
        client.setNoDelay(noDelay);
        expect(ledger.reports()).toMatchObject([{ noDelay }]);
      }
    }));

  test('what cannot be read is not guessed', () => {
    const ledger = new SocketLedger('client');
    ledger.add(new FakeSocket().socket);
    expect(ledger.reports()[0]?.noDelay).toBeUndefined();
  });
});
