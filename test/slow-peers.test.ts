/** Clients that ask and take nothing: cut off at the cap, while others are served, and what waited for them is given back. */
import { once } from 'node:events';
import { connect } from 'node:http2';
import { type Socket, connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { eraOf } from '../src/mcp/revisions.ts';
import { BenchServer } from '../src/mcp/server.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import type { Endpoint } from '../src/transports/contract.ts';
import { MAX_UNANSWERED, MAX_UNREAD_BYTES } from '../src/wire/unread.ts';
import { startArm } from './fixtures/arm-session.ts';
import { type TestArm, testArm } from './fixtures/arms.ts';
import { ask, open } from './fixtures/raw-http.ts';
import { INITIALIZE } from './fixtures/stranger.ts';

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

/** Requests to one endpoint, one behind the other on one connection of HTTP/1.1, by a client that reads no reply. */
async function pipeline(arm: TestArm, endpoint: Endpoint, requests: readonly string[]): Promise<Socket> {
  const { port } = new URL(endpoint.address);
  const options = { port: Number(port), host: '127.0.0.1' };
  const socket = arm.variant.tls ? connectTls({ ...options, ca: endpoint.certificate }) : connectTcp(options);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined).pause();
  await once(socket, arm.variant.tls ? 'secureConnect' : 'connect');
  socket.write(requests.join(''));
  return socket;
}

/** As the arm wants a request of its session to be, bytes for bytes. */
function asRequest(path: string, headers: Readonly<Record<string, string>>, body: string): string {
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

const call = (id: number, tool: string, args: object): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: tool,
      arguments: { text: 'n0000000000:x', ...args },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  });

interface ByHand {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Opens what a call needs; an event stream is not read from then on. */
async function openByHand({ transport, variant }: TestArm, { address }: Endpoint): Promise<ByHand> {
  const headers = { 'mcp-protocol-version': variant.protocol };
  if (eraOf(variant.protocol) === 'per-request') return { path: '/mcp', headers };
  if (transport.name === 'streamable-http') {
    const { headers: said } = await ask(address, { body: INITIALIZE });
    return { path: '/mcp', headers: { ...headers, 'mcp-session-id': String(said['mcp-session-id']) } };
  }
  const stream = await open(address, { method: 'GET' });
  const [first] = (await once(stream, 'data')) as [Buffer];
  const path = /data: (\S+)/.exec(first.toString())?.[1] ?? '';
  await ask(new URL(path, address).href, { body: INITIALIZE });
  stream.pause();
  return { path, headers: {} };
}

const PIPELINED_ARMS = [
  'sse',
  'streamable-http',
  'streamable-http+json',
  'streamable-http@2026-07-28',
  'streamable-http@2026-07-28+json',
  'streamable-http@2026-07-28+json+tls',
];

describe.each(PIPELINED_ARMS)('a client that pipelines its requests and reads no reply over %s', async (word) => {
  const arm = await testArm(word);

  /** An endpoint, a session of it, and how a call within that looks as a request. */
  async function opened(): Promise<{ endpoint: Endpoint; ask: (id: number, tool: string, args: object) => string }> {
    const { endpoint } = await startArm(arm);
    const { path, headers } = await openByHand(arm, endpoint);
    const ask = (id: number, tool: string, args: object): string => {
      const names = eraOf(arm.variant.protocol) === 'handshake' ? {} : { 'mcp-method': 'tools/call', 'mcp-name': tool };
      return asRequest(path, { ...headers, ...names }, call(id, tool, args));
    };
    return { endpoint, ask };
  }
  const openSockets = (endpoint: Endpoint): number => endpoint.sockets().filter(({ open }) => open).length;

  test('is cut off before much waits for it', async () => {
    const { endpoint, ask } = await opened();
    const before = heldBytes();
    // All of them are in one piece of what the endpoint reads.
    const requests = Array.from({ length: 60 }, (_, id) => ask(id, 'produce', { size: 8 * PIECE }));
    const socket = await pipeline(arm, endpoint, requests);
    // Over SSE it is the stream that nobody reads, and not the connection that brings the calls.
    const left = arm.transport.name === 'sse' ? 1 : 0;
    await expect.poll(() => openSockets(endpoint), { timeout: 5_000 }).toBe(left);
    expect(heldBytes() - before).toBeLessThan(MAX_UNREAD_BYTES + SLACK);
    socket.destroy();
  });

  // The head of an event stream goes out, or waits, before its answer does: Node stops reading when enough of them wait.
  test.runIf(arm.variant.reply === 'json')('cannot have more requests waiting than is set', async () => {
    const { endpoint, ask } = await opened();
    const slow = Array.from({ length: MAX_UNANSWERED + 1 }, (_, id) => ask(id, 'delay', { delayMs: 60_000 }));
    const socket = await pipeline(arm, endpoint, slow);
    await expect.poll(() => openSockets(endpoint), { timeout: 5_000 }).toBe(0);
    expect(endpoint.sockets().some(({ upBytes }) => upBytes > 0)).toBe(true);
    socket.destroy();
  });
});

test('requests that wait behind another go with their connection', async () => {
  const arm = await testArm('streamable-http@2026-07-28');
  const { endpoint, server } = await startArm(arm);
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'delay' };
  const slow = [1, 2, 3].map((id) => asRequest('/mcp', headers, call(id, 'delay', { delayMs: 60_000 })));
  const socket = await pipeline(arm, endpoint, slow);
  await expect.poll(() => server.sessions).toBe(3);
  socket.destroy();
  await expect.poll(() => server.sessions).toBe(0);
});
