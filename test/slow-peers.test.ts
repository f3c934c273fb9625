/** Clients that ask and take nothing: cut off at the cap, while others are served, and what waited for them is given back. */
import { once } from 'node:events';
import { connect } from 'node:http2';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { BenchServer } from '../src/mcp/server.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import { MAX_UNREAD_BYTES } from '../src/wire/unread.ts';
import { testArm } from './fixtures/arms.ts';

const PIECE = 1024 * 1024;
/** What the system takes off the endpoint's hands: the buffers of the two ends of a loopback connection. */
const MOST_IN_KERNEL = 24 * PIECE;
/** What is held beside what waits: the piece in hand, and what was not collected yet. */
const SLACK = 24 * PIECE;

/** A session that has asked for the feed. */
async function subscriber(address: string): Promise<WebSocket> {
  const webSocket = new WebSocket(address, 'mcp');
  webSocket.on('error', () => undefined);
  onTestFinished(() => webSocket.terminate());
  await once(webSocket, 'open');
  const ask = async (id: number, method: string, params: object): Promise<void> => {
    const answered = once(webSocket, 'message');
    webSocket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    await answered;
  };
  await ask(0, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'x', version: '1' },
  });
  webSocket.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  await ask(1, 'resources/subscribe', { uri: 'bench://topic/feed' });
  return webSocket;
}

test('a WebSocket client that never reads', async () => {
  const { transport, variant } = await testArm('websocket');
  const server = new BenchServer({ clock: monotonicClock(), seed: 7, die: () => undefined, era: 'handshake' });
  const endpoint = await transport.startEndpoint({ server, variant, maxMessageBytes: bytes(16 * PIECE) });
  onTestFinished(() => endpoint.close());
  const reader = await subscriber(endpoint.address);
  let read = 0;
  reader.on('message', () => (read += 1));
  const sleeper = await subscriber(endpoint.address);
  sleeper.pause();
  const publish = (sequence: number): number =>
    server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(PIECE));

  const before = heldBytes();
  let sent = 0;
  let most = 0;
  // The one who reads is waited for, so that all that waits does so for the other.
  while (publish(sent) === 2) {
    sent += 1;
    await expect.poll(() => read, { interval: 1 }).toBe(sent);
    most = Math.max(most, process.memoryUsage().external);
    expect(sent * PIECE).toBeLessThan(10 * MAX_UNREAD_BYTES);
  }
  expect(sent * PIECE).toBeGreaterThanOrEqual(MAX_UNREAD_BYTES);
  expect(sent * PIECE).toBeLessThan(MAX_UNREAD_BYTES + MOST_IN_KERNEL);
  expect(most - before).toBeLessThan(MAX_UNREAD_BYTES + SLACK);
  await expect.poll(() => endpoint.sockets().filter(({ open }) => open).length).toBe(1);
  await expect.poll(heldBytes, { interval: 20 }).toBeLessThan(before + SLACK);
  expect(publish(sent + 1)).toBe(1);
  await expect.poll(() => read, { interval: 1 }).toBe(sent + 2);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Beyond the heap of JavaScript, where what waits to be sent is. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().external;
}

test('a client of HTTP/2 that asks for one answer after another and reads none', async () => {
  const { transport, variant } = await testArm('streamable-http@2026-07-28+h2+json');
  const server = new BenchServer({ clock: monotonicClock(), seed: 7, die: () => undefined, era: 'per-request' });
  const endpoint = await transport.startEndpoint({ server, variant, maxMessageBytes: bytes(16 * PIECE) });
  onTestFinished(() => endpoint.close());
  const session = connect(new URL(endpoint.address).origin, { settings: { initialWindowSize: 0 } });
  session.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  const cut = once(session, 'close');
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const before = heldBytes();
  for (let id = 0; id < 40; id += 1) {
    const args = { text: 'n0000000000:x', size: 8 * PIECE };
    const stream = session.request({
      ':method': 'POST',
      ':path': '/mcp',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'produce',
    });
    stream.on('error', () => undefined);
    stream.end(
      JSON.stringify({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'produce', arguments: args, _meta: meta },
      }),
    );
  }
  await cut;
  expect(heldBytes() - before).toBeLessThan(MAX_UNREAD_BYTES + SLACK);
});
