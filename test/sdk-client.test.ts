/**
 * The official SDK's client in the place of ours, over every transport that has a side for it: what it sends and hears is
 * counted like ours, and how its calls end is told in the same words.
 */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Exchange } from '../src/mcp/outcome.ts';
import { EVENT_METHOD, readEvent, topicUri } from '../src/mcp/events.ts';
import type { JsonObject } from '../src/mcp/jsonrpc.ts';
import { nonceOf } from '../src/mcp/payload.ts';
import { eraOf } from '../src/mcp/revisions.ts';
import { BenchServer } from '../src/mcp/server.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { readArmWord } from '../src/scenario/arm-word.ts';
import { type Variant, defaultVariant } from '../src/scenario/variant.ts';
import { loadSdk, sdkIsInstalled } from '../src/sdk/package.ts';
import { SdkPeer } from '../src/sdk/peer.ts';
import { sdkObstacle } from '../src/sdk/support.ts';
import type { Endpoint, SdkConnection, Transport, WireCounts } from '../src/transports/contract.ts';
import { loadTransport, transportNames } from '../src/transports/discover.ts';
import { bytes, milliseconds, nanoseconds } from '../src/units.ts';
import { runCommand, temporaryFolder } from './fixtures/command.ts';
import { launchAt, startPipedEndpoint } from './fixtures/pipes.ts';

const ROOT = join(import.meta.dirname, '..');
const FEED = topicUri('feed');
const NO_STRAYS = { misrouted: 0, duplicated: 0, late: 0, unreadable: 0 };
const clock = monotonicClock();
const sdk = await loadSdk();

/** One for each transport and generation that the SDK can drive. */
const ARMS = [
  'sse+sdk',
  'websocket+sdk',
  'websocket@2026-07-28+sdk',
  'stdio+sdk',
  'stdio@2026-07-28+sdk',
  'streamable-http+sdk',
  'streamable-http+json+sdk',
  'streamable-http@2026-07-28+sdk',
  'streamable-http@2026-07-28+json+sdk',
];

interface Arm {
  readonly variant: Variant;
  readonly transport: Transport;
  readonly spawns: boolean;
}

async function armOf(word: string): Promise<Arm> {
  const read = readArmWord(word, transportNames());
  if (!read.ok) throw new Error(read.why);
  const transport = await loadTransport(read.word.transport);
  const variant = { ...defaultVariant(transport.name, transport.replies[0] ?? null), ...read.word.axes };
  return { variant, transport, spawns: transport.capabilities.has('client-spawns') };
}

interface Bench {
  readonly server: BenchServer;
  readonly endpoint: Endpoint;
}

async function startBench({ variant, transport, spawns }: Arm): Promise<Bench> {
  const server = new BenchServer({ clock, seed: 42, die: () => undefined, era: eraOf(variant.protocol) });
  const options = { server, variant, maxMessageBytes: bytes(4 * 1024 * 1024) };
  const endpoint = await (spawns ? startPipedEndpoint(transport, options) : transport.startEndpoint(options));
  onTestFinished(() => endpoint.close());
  return { server, endpoint };
}

interface Session extends Bench {
  readonly client: SdkPeer;
  readonly connection: SdkConnection;
  readonly said: JsonObject;
  readonly notifications: { readonly method: string; readonly params: JsonObject }[];
  readonly closed: string[];
}

async function connected(arm: Arm, { timeoutMs = 20_000, weigh = true } = {}): Promise<Session> {
  const { variant, transport } = arm;
  const bench = await startBench(arm);
  const { address } = bench.endpoint;
  const notifications: Session['notifications'] = [];
  const closed: string[] = [];
  const connection = await transport.sdk!.connect(sdk, address, {
    variant,
    headers: {},
    maxMessageBytes: bytes(4 * 1024 * 1024),
    timeoutMs: 5_000,
    launch: arm.spawns ? () => launchAt(address) : undefined,
  });
  const client = new SdkPeer({
    sdk,
    transport: connection.transport,
    isFatal: (error) => connection.isFatal(error),
    clock,
    timeoutNs: milliseconds(timeoutMs),
    protocol: variant.protocol,
    events: {
      onNotification: (method, params) => void notifications.push({ method, params }),
      onClosed: (reason) => void closed.push(reason),
    },
    weigh,
  });
  onTestFinished(async () => {
    client.detach();
    await connection.close();
  });
  const said = await client.open();
  await connection.listen();
  return { ...bench, client, connection, said, notifications, closed };
}

const callTool = (client: SdkPeer, name: string, args: JsonObject, meta?: JsonObject): Promise<Exchange> =>
  client.request('tools/call', { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) });

function textOf({ outcome }: Exchange): string {
  if (outcome.kind !== 'ok') throw new Error(`the call ended as ${JSON.stringify(outcome)}`);
  return (outcome.result['content'] as readonly { readonly text: string }[])[0]!.text;
}

async function settled(read: () => unknown, expected: unknown): Promise<void> {
  await expect.poll(read, { timeout: 10_000, interval: 2 }).toEqual(expected);
}

/** Both ends have counted the same bytes: what one has written the other has read. */
const wiresAgree = (one: { wire(): WireCounts }, other: { wire(): WireCounts }): Promise<void> =>
  settled(() => [one.wire().upBytes - other.wire().upBytes, one.wire().downBytes - other.wire().downBytes], [0, 0]);

describe.each(ARMS)('%s', async (word) => {
  const arm = await armOf(word);
  const modern = eraOf(arm.variant.protocol) === 'per-request';
  const jsonReplies = arm.variant.reply === 'json';

  test('is supported', () => {
    expect(arm.transport.supports(arm.variant)).toEqual({ supported: true });
  });

  test('opens a session, and says how', async () => {
    const { client, connection, said } = await connected(arm);
    expect(said).toMatchObject({ capabilities: { tools: {}, resources: { subscribe: true } } });
    const pinged = await new Promise<Exchange>((resolve) => {
      client.startPing(resolve);
    });
    expect(pinged.outcome.kind).toBe('ok');
    expect(textOf(await callTool(client, 'echo', { text: 'hello' }))).toBe('hello');
    expect(connection.handshake().established).not.toBe('');
  });

  test('carries 200 calls at once, and counts messages, payload and wire as the endpoint does', async () => {
    const { client, server, endpoint, connection } = await connected(arm);
    const nonces = Array.from({ length: 200 }, (_, index) => nonceOf(1, index));
    const answers = await Promise.all(nonces.map((text) => callTool(client, 'echo', { text })));
    expect(answers.map(textOf)).toEqual(nonces);
    expect(client.strays).toEqual(NO_STRAYS);
    expect(answers.every(({ sentNs, completedNs }) => completedNs > sentNs)).toBe(true);
    await settled(() => ({ ...client.counts }), { ...server.counts });
    await wiresAgree(connection, endpoint);
    expect(connection.wire().upBytes).toBeGreaterThan(client.counts.payloadUp!);
    const socketBytes = connection.sockets().reduce((sum, socket) => sum + socket.upBytes, 0);
    expect(socketBytes).toBe(connection.wire().upBytes);
  });

  test('does not count payload unless it is asked to', async () => {
    const { client } = await connected(arm, { weigh: false });
    await callTool(client, 'echo', { text: 'x' });
    expect(client.counts).toMatchObject({ payloadUp: undefined, payloadDown: undefined });
    expect(client.counts.messagesDown).toBeGreaterThan(1);
  });

  test('hears 1,000 published events, in order', async () => {
    const { client, notifications, server } = await connected(arm);
    await client.subscribe([FEED]);
    for (let sequence = 0; sequence < 1_000; sequence += 1) {
      expect(server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(sequence) }, bytes(200))).toBe(1);
    }
    const events = (): JsonObject[] =>
      notifications.filter(({ method }) => method === EVENT_METHOD).map(({ params }) => params);
    await settled(() => events().length, 1_000);
    expect(events().map((params) => readEvent(params)?.sequence)).toEqual([...Array(1_000).keys()]);
    await settled(() => client.counts.messagesDown, server.counts.messagesDown);
  });

  test.skipIf(jsonReplies)('counts all 1,000 progress notifications of a call, under the caller’s token', async () => {
    const { client, notifications } = await connected(arm);
    await callTool(client, 'progress', { text: 'p', steps: 1_000 }, { progressToken: 'token' });
    const progress = notifications.filter(({ method }) => method === 'notifications/progress');
    expect(progress.map(({ params }) => params['progress'])).toEqual([...Array(1_000).keys()].map((step) => step + 1));
    expect(progress.every(({ params }) => params['progressToken'] === 'token')).toBe(true);
  });

  // A JSON reply is one answer: there is nothing to put a second one into.
  const strays: [how: string, strays: Partial<typeof NO_STRAYS>][] = [
    ['wrong-id', { misrouted: 1 }],
    ['twice', { duplicated: 1 }],
    // The SDK's line reader passes over what is no JSON and tells nobody.
    ['not-json', arm.transport.name === 'stdio' ? {} : { unreadable: 1 }],
  ];
  test.skipIf(jsonReplies).each(strays)('makes %s visible', async (how, expected) => {
    const { client } = await connected(arm);
    void callTool(client, 'misbehave', { text: nonceOf(1, 1), how });
    await settled(() => client.strays, { ...NO_STRAYS, ...expected });
    expect(textOf(await callTool(client, 'echo', { text: 'still here' }))).toBe('still here');
  });

  test('tells a refusal from a call that is given up', async () => {
    const { client } = await connected(arm, { timeoutMs: 150 });
    expect((await callTool(client, 'rm', { text: 'x' })).outcome).toMatchObject({ kind: 'rejected' });
    expect((await client.request('no/such/method', undefined)).outcome).toMatchObject({ kind: 'rejected' });
    const slow = await callTool(client, 'delay', { text: nonceOf(1, 1), delayMs: 60_000 });
    expect(slow.outcome).toEqual({ kind: 'timed-out' });
    expect(slow.completedNs - slow.sentNs).toBeGreaterThanOrEqual(milliseconds(149));
    expect(textOf(await callTool(client, 'echo', { text: 'still here' }))).toBe('still here');
    expect(client.strays.misrouted).toBe(0);
  });

  test('ends when the endpoint goes: told once, everything pending is disconnected', async () => {
    const { client, closed, endpoint } = await connected(arm);
    const waiting = [1, 2, 3].map((n) => callTool(client, 'delay', { text: nonceOf(1, n), delayMs: 60_000 }));
    await callTool(client, 'echo', { text: 'the delays have arrived' });
    await endpoint.close();
    for (const { outcome } of await Promise.all(waiting)) expect(outcome.kind).toBe('disconnected');
    expect((await callTool(client, 'echo', { text: 'x' })).outcome.kind).toBe('disconnected');
    // Where every request stands by itself, nothing but a request can notice.
    if (!modern || arm.transport.name !== 'streamable-http') await settled(() => closed.length, 1);
    expect(closed.length).toBeLessThan(2);
  });

  test('leaves nothing open', async () => {
    const { client, connection, closed, server } = await connected(arm);
    await callTool(client, 'echo', { text: 'x' });
    client.detach();
    await connection.close();
    await settled(() => connection.sockets().filter(({ open }) => open).length, 0);
    await settled(() => server.sessions, 0);
    expect(closed).toEqual([]);
  });
});

describe('what the SDK cannot drive', () => {
  test.each<[Partial<Variant>, RegExp]>([
    [{ http: '2' }, /HTTP\/1\.1 only/],
    [{ tls: true }, /without TLS/],
    [{ compression: 'gzip' }, /without compression/],
  ])('%o is unsupported, with the reason', async (axes, reason) => {
    const { variant, transport } = await armOf('sse+sdk');
    expect(transport.supports({ ...variant, ...axes })).toEqual({
      supported: false,
      reason: expect.stringMatching(reason) as string,
    });
  });

  test('anything, where it is not installed', () => {
    const variant = defaultVariant('sse');
    expect(sdkIsInstalled()).toBe(true);
    expect(sdkIsInstalled(pathToFileURL(join(temporaryFolder(), 'a.js')).href)).toBe(false);
    expect(sdkObstacle(variant, () => false)).toMatch(/npm install @modelcontextprotocol\/client$/);
    expect(sdkObstacle(variant, () => true)).toBeUndefined();
  });

  test('a program without the SDK next to it says so, measures nothing with it, and runs the rest', async () => {
    const folder = temporaryFolder();
    for (const part of ['bin', 'dist', 'scenarios', 'package.json'])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    const modules = join(folder, 'node_modules');
    mkdirSync(modules);
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (name !== '@modelcontextprotocol') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    const program = join(folder, 'bin/mcp-transport-bench.js');
    const { stdout, stderr, code } = await runCommand(
      ['run', 'tool-calls', '-t', 'websocket,websocket+sdk', '--quick', '--trials', '1'],
      folder,
      program,
    );
    expect(stdout + stderr).toMatch(/websocket\+sdk.*npm install\s+@modelcontextprotocol\/client/s);
    expect(code).toBe(0);
  });
});
