import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { turnWriter } from './turn-writer.ts';

interface Pair {
  readonly near: Socket;
  readonly arrived: () => string;
  writes(): number;
}

/** A connected socket whose writes are counted, and what comes out at the other end. */
async function pair(): Promise<Pair> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  const chunks: Buffer[] = [];
  far.on('data', (chunk: Buffer) => chunks.push(chunk));
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  let writes = 0;
  const write = near.write.bind(near);
  near.write = (chunk: Buffer) => {
    writes += 1;
    return write(chunk);
  };
  return { near, arrived: () => Buffer.concat(chunks).toString(), writes: () => writes };
}

const send = (socket: Socket, text: string): void => {
  const size = Buffer.byteLength(text);
  turnWriter.put({ text }, turnWriter.reserve(socket, size));
};

test('the messages of one turn leave in one write for each socket, each to its own', async () => {
  const [a, b] = await Promise.all([pair(), pair()]);
  for (const text of ['one ', 'two ', 'drei ä ']) send(a.near, text);
  send(b.near, 'other');
  expect([a.writes(), b.writes()]).toEqual([0, 0]);
  await expect.poll(() => [a.arrived(), b.arrived()]).toEqual(['one two drei ä ', 'other']);
  expect([a.writes(), b.writes()]).toEqual([1, 1]);
});

test('what goes back and forth between sockets keeps its order', async () => {
  const [a, b] = await Promise.all([pair(), pair()]);
  for (let turn = 0; turn < 20; turn += 1) {
    send(a.near, `a${turn} `);
    send(b.near, `b${turn} `);
  }
  const all = (name: string): string => Array.from({ length: 20 }, (_, turn) => `${name}${turn} `).join('');
  await expect.poll(() => [a.arrived(), b.arrived()]).toEqual([all('a'), all('b')]);
});

test('a message larger than the buffer, and a socket that takes its time, spoil nothing', async () => {
  const { near, arrived } = await pair();
  const large = 'x'.repeat(3_000_000);
  send(near, 'before ');
  send(near, large);
  send(near, ' after');
  await new Promise(setImmediate);
  for (let turn = 0; turn < 5; turn += 1) {
    send(near, ` ${turn}`.padEnd(60_000, '.'));
    await new Promise(setImmediate);
  }
  const tail = Array.from({ length: 5 }, (_, turn) => ` ${turn}`.padEnd(60_000, '.')).join('');
  await expect.poll(() => arrived().length).toBe(7 + large.length + 6 + tail.length);
  expect(arrived()).toBe(`before ${large} after${tail}`);
});

test('a socket that is gone is written nothing, and the others are', async () => {
  const [a, b] = await Promise.all([pair(), pair()]);
  send(a.near, 'lost');
  send(b.near, 'kept');
  a.near.destroy();
  await expect.poll(b.arrived).toBe('kept');
  expect(a.writes()).toBe(0);
});
