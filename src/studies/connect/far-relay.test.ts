import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { monotonicClock } from '../../measure/clock.ts';
import { milliseconds } from '../../units.ts';
import { startFarRelay } from './far-relay.ts';

const RTT_MS = 20;
const clock = monotonicClock();
const nowMs = (): number => clock.now() / 1e6;

/** A server that sends everything back, behind a relay. */
async function farEcho(): Promise<{ readonly address: string; readonly opened: Socket[] }> {
  const opened: Socket[] = [];
  const server = createServer((socket) => {
    opened.push(socket);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const relay = await startFarRelay({ address, rttNs: milliseconds(RTT_MS), clock });
  onTestFinished(async () => {
    await relay.close();
    server.close();
  });
  return { address: relay.address, opened };
}

async function dial(address: string): Promise<Socket> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const said = async (socket: Socket): Promise<string> => String(((await once(socket, 'data')) as [Buffer])[0]);

test('what is sent at once comes back after two round trips, that of opening included; then after one', async () => {
  const { address } = await farEcho();
  const beganMs = nowMs();
  const socket = await dial(address);
  socket.write('first');
  expect(await said(socket)).toBe('first');
  expect(nowMs() - beganMs).toBeGreaterThanOrEqual(2 * RTT_MS);
  const againMs = nowMs();
  socket.write('again');
  expect(await said(socket)).toBe('again');
  expect(nowMs() - againMs).toBeGreaterThanOrEqual(RTT_MS);
});

test('every byte comes through, in order, and then the end', async () => {
  const { address } = await farEcho();
  const socket = await dial(address);
  let came = '';
  socket.on('data', (chunk) => (came += String(chunk)));
  const pieces = Array.from({ length: 300 }, (_, index) => `${index},`.repeat(50));
  for (const piece of pieces) socket.write(piece);
  socket.end();
  await once(socket, 'close');
  expect(came.length).toBe(pieces.join('').length);
  expect(came === pieces.join('')).toBe(true);
});

test('a relay that closes cuts both ends', async () => {
  const { address, opened } = await farEcho();
  const socket = await dial(address);
  socket.write('here');
  await said(socket);
  opened[0]?.destroy();
  await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
});
