/** Clients that break the rules, on every transport alike: what they are told, and that nobody else suffers. What only one transport can be told wrong stands in `bad-input.test.ts`. */
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { RPC_ERRORS } from '../src/mcp/jsonrpc.ts';
import { eraOf } from '../src/mcp/revisions.ts';
import type { Endpoint } from '../src/transports/contract.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import { type ArmBench, openArm, startArm } from './fixtures/arm-session.ts';
import { CONFORMANCE_ARMS, testArm } from './fixtures/arms.ts';
import { callTool, type Session, textOf } from './fixtures/session.ts';
import { type Headers, LISTEN, META, meetStranger } from './fixtures/stranger.ts';

const CAP = bytes(64 * 1024);
const EVENT_BYTES = 60_000;
/** Far beyond what sockets hold by themselves. */
const EVENTS = 1_500;
/** Of some 90 MB that are published to a client that reads none of it. */
const MOST_HELD_BYTES = 32 * 1024 * 1024;

const ARMS = [
  'sse',
  'streamable-http',
  'streamable-http+json',
  'streamable-http@2026-07-28',
  'streamable-http@2026-07-28+json',
  'websocket',
  'websocket@2026-07-28',
  'stdio',
  'stdio@2026-07-28',
];

const asked = (method: string, params: string): string =>
  `{"jsonrpc":"2.0","id":9,"method":"${method}","params":{${params}${META}}}`;

/** Message, the JSON-RPC code it is answered with, headers that go with it under 2026-07-28. */
const MESSAGES: readonly (readonly [string, string, number, Headers])[] = [
  ['bad JSON', '{"jsonrpc":"2.0",', -32700, { 'mcp-method': 'ping' }],
  ['nothing', '', -32700, { 'mcp-method': 'ping' }],
  ['JSON that is no JSON-RPC', '{"id":1,"method":"ping"}', -32600, { 'mcp-method': 'ping' }],
  ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, { 'mcp-method': 'ping' }],
  ['an unknown method', asked('no/such', ''), -32601, { 'mcp-method': 'no/such' }],
  [
    'an unknown tool',
    asked('tools/call', '"name":"rm","arguments":{},'),
    -32602,
    { 'mcp-method': 'tools/call', 'mcp-name': 'rm' },
  ],
  [
    'bad arguments',
    asked('tools/call', '"name":"echo","arguments":{"text":7},'),
    -32602,
    { 'mcp-method': 'tools/call', 'mcp-name': 'echo' },
  ],
];

describe.each(ARMS)('over %s', async (word) => {
  const arm = await testArm(word);
  const isHttp = arm.transport.name === 'sse' || arm.transport.name === 'streamable-http';
  const isPerRequest = eraOf(arm.variant.protocol) === 'per-request';

  /** An endpoint, and an honest client that must not notice anything. */
  async function withWitness(): Promise<ArmBench & { readonly witness: Session }> {
    const bench = await startArm(arm, CAP);
    return { ...bench, witness: await openArm(arm, bench.endpoint) };
  }

  async function expectUnharmed({ client, closed }: Session): Promise<void> {
    const texts = Array.from({ length: 20 }, (_, index) => `n00000000${String(index).padStart(2, '0')}:alive`);
    const answers = await Promise.all(texts.map((text) => callTool(client, 'echo', { text })));
    expect(answers.map(textOf)).toEqual(texts);
    expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
    expect(closed).toEqual([]);
  }

  // An empty line is no message to those who speak in lines.
  const messages = MESSAGES.filter(([, message]) => message !== '' || arm.transport.name !== 'stdio');

  test.each(messages)('%s is told so', async (_what, message, code, headers) => {
    const { endpoint, witness } = await withWitness();
    const stranger = await meetStranger(arm, endpoint);
    const status = await stranger.say(message, isPerRequest ? headers : {});
    await expect.poll(() => stranger.heard()).toContain(`"code":${code}`);
    // [spec] what is no message is a bad request; what is one travels as its answer does.
    const isMessage = code === RPC_ERRORS.methodNotFound || code === RPC_ERRORS.invalidParams;
    if (isHttp && isMessage) expect(status).toBeLessThan(405);
    else expect(status).toBe(isHttp ? 400 : undefined);
    expect(stranger.gone()).toBe(false);
    await expectUnharmed(witness);
  });

  test('a message over the cap is refused, and not handled', async () => {
    const { endpoint, witness, server } = await withWitness();
    const stranger = await meetStranger(arm, endpoint);
    await expectUnharmed(witness);
    const before = server.counts.messagesUp;
    const status = await stranger.say(asked('tools/call', `"name":"echo","arguments":{"text":"${'x'.repeat(CAP)}"},`));
    if (isHttp) expect(status).toBe(413);
    else await expect.poll(() => stranger.gone()).toBe(true);
    expect(server.counts.messagesUp).toBe(before);
    await expectUnharmed(witness);
  });

  test('one who sends half a message, byte by byte, and closes its half keeps nobody waiting', async () => {
    const { endpoint, witness } = await withWitness();
    const socket = connect({ port: Number(new URL(endpoint.address).port), host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined).resume();
    for (const byte of 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Len') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expectUnharmed(witness);
    socket.end();
    await expectUnharmed(witness);
  });

  test('one who asks for events and never reads costs a bounded amount of memory, or is cut off', async () => {
    const { endpoint, witness, server } = await withWitness();
    const stranger = await meetStranger(arm, endpoint);
    if (isPerRequest && !isHttp) await stranger.say(LISTEN);
    else if (!isPerRequest)
      await stranger.say(
        '{"jsonrpc":"2.0","id":5,"method":"resources/subscribe","params":{"uri":"bench://topic/feed"}}',
      );
    await stranger.stopReading();
    const publish = (sequence: number): number =>
      server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(EVENT_BYTES));
    await expect.poll(() => publish(0)).toBe(1);
    const before = heldBytes();
    for (let sequence = 1; sequence <= EVENTS; sequence += 1) {
      publish(sequence);
      if (sequence % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(heldBytes() - before).toBeLessThan(MOST_HELD_BYTES);
    await expectUnharmed(witness);
  });
});

/** Every arm that is HTTP, be it for its opening only. */
const HTTP_ARMS = CONFORMANCE_ARMS.filter((word) => /^(sse|streamable-http|websocket)/.test(word));

/** What one header says, and with which status the message that carries it is refused: over HTTP+SSE, over Streamable HTTP. */
const HEADERS: readonly (readonly [string, Headers, number | undefined, number])[] = [
  ['a content type that is not JSON', { 'content-type': 'text/plain' }, 400, 415],
  ['a content type that only begins like JSON', { 'content-type': 'application/jsonx' }, 400, 415],
  // HTTP+SSE asks for no more than that the message is taken, and knows no header for the revision.
  ['an Accept without event streams', { accept: 'application/json' }, undefined, 406],
  ['an Accept without JSON', { accept: 'text/event-stream' }, undefined, 406],
  ['a revision that nobody speaks', { 'mcp-protocol-version': '2031-01-01' }, undefined, 400],
  ['a foreign Host', { host: 'evil.com' }, 403, 403],
  ['a Host that only begins like ours', { host: '127.0.0.1.evil.com' }, 403, 403],
  ['a foreign Origin', { origin: 'http://evil.com' }, 403, 403],
  ['an Origin that is nobody', { origin: 'null' }, 403, 403],
];

describe.each(HTTP_ARMS)('headers over %s', async (word) => {
  const arm = await testArm(word);
  const { name } = arm.transport;

  /** With which status a stranger is answered whose call is faultless but for this header, and what else it is told. */
  async function answerTo(
    endpoint: Endpoint,
    wrong: Headers,
  ): Promise<{ readonly status: number | undefined; readonly heard: () => string }> {
    if (name === 'websocket') return { status: await openingStatus(endpoint, wrong), heard: () => '' };
    const stranger = await meetStranger(arm, endpoint);
    const right = { 'mcp-method': 'tools/call', 'mcp-name': 'echo' };
    const call = asked('tools/call', '"name":"echo","arguments":{"text":"n0000000000:done"},');
    return { status: await stranger.say(call, { ...right, ...wrong }), heard: () => stranger.heard() };
  }

  const rows = HEADERS.flatMap(([what, wrong, overSse, overStreamable]) => {
    // A WebSocket is opened by one request: those who speak over it have no headers.
    if (name === 'websocket' && overSse !== 403) return [];
    const status = name === 'streamable-http' ? overStreamable : overSse;
    return status === undefined ? [] : [[what, wrong, status] as const];
  });

  test.each(rows)('%s is refused, and nothing done for it', async (_what, wrong, status) => {
    const { endpoint } = await startArm(arm, CAP);
    const witness = await openArm(arm, endpoint);
    const answer = await answerTo(endpoint, wrong);
    expect(answer.status).toBe(status);
    expect(textOf(await callTool(witness.client, 'echo', { text: 'n0000000000:alive' }))).toBe('n0000000000:alive');
    expect(witness.closed).toEqual([]);
    expect(answer.heard()).not.toContain('done');
  });

  test('without a wrong one it is taken', async () => {
    const { endpoint } = await startArm(arm, CAP);
    const { status, heard } = await answerTo(endpoint, {});
    expect(status).toBe({ sse: 202, websocket: 101 }[name] ?? 200);
    if (name !== 'websocket') await expect.poll(heard).toContain('done');
  });
});

/** The status that the opening request is answered with; 101 where it is not refused. */
async function openingStatus({ address, certificate }: Endpoint, headers: Headers): Promise<number | undefined> {
  const webSocket = new WebSocket(address, 'mcp', {
    headers,
    ...(certificate === undefined ? {} : { ca: certificate }),
  });
  onTestFinished(() => webSocket.terminate());
  webSocket.on('error', () => undefined);
  return new Promise((resolve) => {
    webSocket.on('open', () => resolve(101));
    webSocket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Of this process, the endpoint's buffers included. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
