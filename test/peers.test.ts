/** The official SDK's client, pinned to each revision, against our endpoints on each transport: what both ends of this bench get wrong alike shows here. */
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { EVENT_METHOD, readEvent, topicUri } from '../src/mcp/events.ts';
import type { JsonObject } from '../src/mcp/jsonrpc.ts';
import { fillerSource, nonceOf } from '../src/mcp/payload.ts';
import { eraOf } from '../src/mcp/revisions.ts';
import { TOOLS } from '../src/mcp/tools.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import { type ArmBench, startArm } from './fixtures/arm-session.ts';
import { testArm } from './fixtures/arms.ts';
import { type OfficialSession, openOfficial } from './fixtures/official-client.ts';
import { SEED } from './fixtures/session.ts';

const FEED = topicUri('feed');
const text = `${nonceOf(1, 1)}grüße 😀`;

const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
/** [spec] Streamable HTTP came with 2025-03-26, and HTTP+SSE went. */
const ARMS = [
  ...REVISIONS.slice(0, 4).map((revision) => `sse@${revision}`),
  ...REVISIONS.slice(1).map((revision) => `streamable-http@${revision}`),
  'streamable-http@2025-11-25+json',
  'streamable-http@2026-07-28+json',
  ...REVISIONS.map((revision) => `websocket@${revision}`),
  ...REVISIONS.map((revision) => `stdio@${revision}`),
];

describe.each(ARMS)('the official client over %s', async (word) => {
  const arm = await testArm(word);
  const legacy = eraOf(arm.variant.protocol) === 'handshake';
  /** [spec] 2026-07-28: a session lives as long as a request, where requests come by HTTP. */
  const isStateless = !legacy && arm.transport.name === 'streamable-http';

  const connect = async (): Promise<OfficialSession & ArmBench> => {
    const bench = await startArm(arm);
    return { ...bench, ...(await openOfficial(arm, bench.endpoint)) };
  };
  const heardOf = ({ heard }: OfficialSession, method: string): JsonObject[] =>
    heard.filter((message) => message['method'] === method).map((message) => message['params'] as JsonObject);
  /** Costs one request, in any revision. */
  const lookAround = (client: Client): Promise<unknown> => (legacy ? client.ping() : client.discover());

  test('opens a session and closes it', async () => {
    const { client, server } = await connect();
    expect(client.getNegotiatedProtocolVersion()).toBe(arm.variant.protocol);
    expect(client.getServerVersion()).toEqual({ name: 'mcp-transport-bench', version: '1' });
    expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: { subscribe: true } });
    await lookAround(client);
    expect(server.sessions).toBe(isStateless ? 0 : 1);
    await client.close();
    // [spec] Streamable HTTP: a client that leaves may end its session with DELETE; this one leaves it behind.
    if (arm.transport.name !== 'streamable-http') await expect.poll(() => server.sessions).toBe(0);
  });

  test('lists tools and resources, and finds them well-formed', async () => {
    const { client } = await connect();
    const { tools } = await client.listTools();
    expect(tools.map(({ name, inputSchema }) => ({ name, inputSchema }))).toEqual(
      TOOLS.map(({ name, inputSchema }) => ({ name, inputSchema })),
    );
    expect((await client.listResources()).resources).toMatchObject([{ uri: FEED, name: 'feed' }]);
    expect((await client.readResource({ uri: FEED })).contents).toMatchObject([{ uri: FEED, text: FEED }]);
  });

  test('calls every tool', async () => {
    const { client } = await connect();
    const call = async (name: string, args: JsonObject): Promise<unknown> =>
      (await client.callTool({ name, arguments: { text, ...args } })).content;
    const said = (expected: string): unknown => [{ type: 'text', text: expected }];
    expect(await call('echo', {})).toEqual(said(text));
    expect(await call('produce', { size: 5_000 })).toEqual(said(nonceOf(1, 1) + fillerSource(SEED)(bytes(4_988))));
    expect(await call('store', {})).toEqual(said(`${nonceOf(1, 1)}stored ${Buffer.byteLength(text)} bytes`));
    expect(await call('delay', { delayMs: 1 })).toEqual(said(text));
    expect(await call('progress', { steps: 3 })).toEqual(said(text));
  });

  test('calls fail, and is told so in a result; an unknown tool and bad arguments are errors', async () => {
    const { client } = await connect();
    expect(await client.callTool({ name: 'fail', arguments: { text } })).toMatchObject({ isError: true });
    await expect(client.callTool({ name: 'rm', arguments: { text } })).rejects.toThrow(/unknown tool/);
    await expect(client.callTool({ name: 'delay', arguments: { text, delayMs: -1 } })).rejects.toThrow(/delayMs/);
  });

  test('makes 100 calls at once', async () => {
    const { client } = await connect();
    const nonces = Array.from({ length: 100 }, (_, index) => nonceOf(2, index));
    const results = await Promise.all(nonces.map((text) => client.callTool({ name: 'echo', arguments: { text } })));
    expect(results.map(({ content }) => content)).toEqual(nonces.map((text) => [{ type: 'text', text }]));
  });

  test('receives every event published while it is subscribed, in order, and none before or after', async () => {
    const session = await connect();
    const { client, server } = session;
    const publish = (sequence: number): number =>
      server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(100));
    expect(publish(0)).toBe(0);
    const unsubscribe = await subscribe(client, legacy);
    for (let sequence = 0; sequence < 50; sequence += 1) expect(publish(sequence)).toBe(1);
    await expect.poll(() => heardOf(session, EVENT_METHOD).length).toBe(50);
    const sequences = heardOf(session, EVENT_METHOD).map((params) => readEvent(params)?.sequence);
    expect(sequences).toEqual([...Array(50).keys()]);
    await unsubscribe();
    await expect.poll(() => publish(50)).toBe(0);
  });

  test('receives all progress of a call, where its answer has room for any', async () => {
    const session = await connect();
    const told: number[] = [];
    const result = await session.client.callTool(
      { name: 'progress', arguments: { text, steps: 200 } },
      { onprogress: ({ progress }) => void told.push(progress) },
    );
    expect(result.content).toEqual([{ type: 'text', text }]);
    const progress = heardOf(session, 'notifications/progress').map((params) => params['progress']);
    // [spec] Streamable HTTP: one JSON object holds the answer and nothing else.
    const steps = arm.variant.reply === 'json' ? 0 : 200;
    expect(progress).toEqual([...Array(steps).keys()].map((step) => step + 1));
    // The SDK's own callbacks may be fewer; those that came are in order.
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  test('gives a slow call up, and its cancellation is understood', async () => {
    const { client, server } = await connect();
    await lookAround(client);
    const before = server.counts.messagesDown;
    const abort = new AbortController();
    const call = client.callTool({ name: 'delay', arguments: { text, delayMs: 60_000 } }, { signal: abort.signal });
    const ended = Promise.allSettled([call]);
    await lookAround(client);
    abort.abort();
    expect(await ended).toMatchObject([{ status: 'rejected' }]);
    await lookAround(client);
    expect(server.counts.messagesDown).toBe(before + 2);
    if (isStateless) await expect.poll(() => server.sessions).toBe(0);
  });
});

/** Asks for the feed as the revision has it. Answers how to end that. */
async function subscribe(client: Client, legacy: boolean): Promise<() => Promise<unknown>> {
  if (!legacy) {
    const subscription = await client.listen({ resourceSubscriptions: [FEED] });
    expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: [FEED] });
    return () => subscription.close();
  }
  await client.subscribeResource({ uri: FEED });
  return () => client.unsubscribeResource({ uri: FEED });
}
