/** Our drivers against servers that nobody here wrote: what both ends of this bench get wrong alike shows here. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { McpClient, type McpClientOptions } from '../src/mcp/client.ts';
import { LeanClient } from '../src/mcp/lean-client.ts';
import type { JsonObject } from '../src/mcp/jsonrpc.ts';
import { nonceOf } from '../src/mcp/payload.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { defaultVariant } from '../src/scenario/variant.ts';
import { loadTransport } from '../src/transports/discover.ts';
import { bytes, milliseconds } from '../src/units.ts';
import { PEER_SERVERS, type PeerServer, type RunningPeer } from './fixtures/peers.ts';
import { callTool, textOf } from './fixtures/session.ts';

const CALLS = 10;
const MULTIBYTE = `${nonceOf(1, 1)}grüße 😀`;

interface PeerSession {
  readonly client: McpClient;
  readonly notifications: { readonly method: string; readonly params: JsonObject }[];
  readonly opened: JsonObject;
  readonly closed: string[];
}

async function open(
  { transport: name, protocol }: PeerServer,
  running: RunningPeer,
  stack: 'stock' | 'lean' = 'stock',
): Promise<PeerSession> {
  const transport = await loadTransport(name);
  const notifications: PeerSession['notifications'] = [];
  const closed: string[] = [];
  const own: McpClientOptions = {
    clock: monotonicClock(),
    timeoutNs: milliseconds(20_000),
    onNotification: (method, params) => void notifications.push({ method, params }),
    onClosed: (reason) => void closed.push(reason),
  };
  const client = stack === 'lean' ? new LeanClient({ ...own, templates: new Map() }) : new McpClient(own);
  const channel = await transport.connect(running.address, {
    variant: { ...defaultVariant(name, transport.replies[0] ?? null), protocol, client: stack },
    headers: {},
    maxMessageBytes: bytes(4 * 1024 * 1024),
    timeoutMs: 10_000,
    events: client,
    launch: running.launch,
  });
  onTestFinished(async () => {
    client.detach();
    await channel.close();
  });
  client.attach(channel);
  const opened = await client.open(protocol);
  await channel.listen();
  return { client, notifications, opened, closed };
}

/** What every peer must make possible. */
async function expectConversation({ client, closed }: PeerSession, session: number): Promise<void> {
  const list = (await client.request('tools/list', {})).outcome;
  expect(list.kind === 'ok' ? list.result['tools'] : list).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'echo' })]),
  );
  const nonces = Array.from({ length: 2 * CALLS }, (_, index) => nonceOf(session, index));
  for (const message of nonces.slice(0, CALLS))
    expect(textOf(await callTool(client, 'echo', { message }))).toBe(`Echo: ${message}`);
  const atOnce = await Promise.all(nonces.slice(CALLS).map((message) => callTool(client, 'echo', { message })));
  expect(atOnce.map(textOf)).toEqual(nonces.slice(CALLS).map((nonce) => `Echo: ${nonce}`));
  expect(textOf(await callTool(client, 'echo', { message: MULTIBYTE }))).toBe(`Echo: ${MULTIBYTE}`);
  expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
  expect(closed).toEqual([]);
}

const named = PEER_SERVERS.map((peer): [string, PeerServer] => [
  `${peer.packages.join(' before ')} over ${peer.transport}, ${peer.protocol}`,
  peer,
]);

describe.each(named)('%s', (_name, peer) => {
  let running: RunningPeer;

  beforeAll(async () => {
    running = await peer.start();
  }, 60_000);

  // Rejects when anything that it started is left.
  afterAll(() => running.end(), 30_000);

  test('opens a session, lists tools, and gets its own echoes', async () => {
    const session = await open(peer, running);
    expect(JSON.stringify(session.opened)).toContain(peer.protocol);
    await expectConversation(session, 7);
  });

  test('is spoken to without a library just as well', async () => {
    const session = await open(peer, running, 'lean');
    expect(JSON.stringify(session.opened)).toContain(peer.protocol);
    await expectConversation(session, 8);
  });

  test('two clients do not hear each other, or are known to', async () => {
    const sessions = await Promise.all([open(peer, running), open(peer, running)]);
    const together = Promise.all(sessions.map((session, index) => expectConversation(session, index)));
    if (peer.mixesClients) await expect(together).rejects.toThrow(/Echo|misrouted|duplicated/);
    else await together;
  });

  test('hears the progress of a call, in order, before its answer', async () => {
    const { client, notifications } = await open(peer, running);
    const { name, arguments: args, steps } = peer.progress;
    textOf(await callTool(client, name, args, { progressToken: 'long' }));
    const progress = notifications.filter(({ method }) => method === 'notifications/progress');
    const heard = progress.map(({ params }) => [params['progressToken'], params['progress']]);
    const all = Array.from({ length: steps }, (_, step) => ['long', step + 1]);
    expect(heard).toEqual(peer.losesProgress ? all.slice(0, Math.max(1, heard.length)) : all);
  });

  test('is told what is wrong with a call, and goes on', async () => {
    const { client, closed } = await open(peer, running);
    const wrong = [
      await callTool(client, 'no-such-tool', {}),
      await callTool(client, 'echo', { massage: 'a word with a letter too many' }),
    ];
    for (const { outcome } of wrong) {
      // [spec] tools, error handling: a protocol error, or a result that says so.
      if (outcome.kind === 'ok') expect(outcome.result).toMatchObject({ isError: true });
      else expect(outcome).toMatchObject({ kind: 'rejected', reason: expect.stringMatching(/-32\d{3}/) as string });
    }
    expect((await client.request('no/such/method', {})).outcome).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/-32601/) as string,
    });
    expect(textOf(await callTool(client, 'echo', { message: 'still here' }))).toBe('Echo: still here');
    expect(closed).toEqual([]);
  });
});
