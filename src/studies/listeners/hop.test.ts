import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Hop, startHop } from './hop.ts';

let echo: Server;
let hop: Hop;
const arrived: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => {
    arrived.push(socket.on('error', () => undefined));
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  hop = await startHop(`http://127.0.0.1:${(echo.address() as AddressInfo).port}/here?x=1`);
});

afterEach(async () => {
  await hop.close();
  for (const socket of arrived.splice(0)) socket.destroy();
  echo.close();
});

async function throughHop(): Promise<Socket> {
  const socket = connect(Number(new URL(hop.address).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

const howItEnds = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('close', () => resolve('closed without an error'));
  });

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

test('bytes pass, and the rest of the address stays', async () => {
  expect(new URL(hop.address)).toMatchObject({ pathname: '/here', search: '?x=1', hostname: '127.0.0.1' });
  const socket = await throughHop();
  expect(await echoed(socket, 'there and back')).toBe('there and back');
  socket.destroy();
});

test('a cut resets both ends, and whoever comes afterwards gets through', async () => {
  const socket = await throughHop();
  await echoed(socket, 'before');
  const ends = [socket, arrived[0]!].map(howItEnds);
  hop.cut();
  expect(await Promise.all(ends)).toEqual(['ECONNRESET', 'ECONNRESET']);
  const next = await throughHop();
  expect(await echoed(next, 'after')).toBe('after');
  next.destroy();
});

test('a client that goes takes the far end along', async () => {
  const socket = await throughHop();
  await echoed(socket, 'hello');
  const gone = once(arrived[0]!, 'close');
  socket.destroy();
  await gone;
  expect(arrived[0]?.destroyed).toBe(true);
});
