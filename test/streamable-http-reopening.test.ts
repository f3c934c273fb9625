/** What becomes of a client whose session the server no longer knows ([spec] 2025-11-25, session management: 404, and a new `initialize`). */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { monotonicClock } from '../src/measure/clock.ts';
import { readEvent, topicUri } from '../src/mcp/events.ts';
import { nonceOf } from '../src/mcp/payload.ts';
import { loadSdk } from '../src/sdk/package.ts';
import { SdkPeer } from '../src/sdk/peer.ts';
import { bytes, milliseconds, nanoseconds } from '../src/units.ts';
import { testArm } from './fixtures/arms.ts';
import { ask } from './fixtures/raw-http.ts';
import { startRelay } from './fixtures/relay.ts';
import { callTool, openSession, startBench, textOf } from './fixtures/session.ts';

const FEED = topicUri('feed');
const clock = monotonicClock();
const stock = await testArm('streamable-http');
const json = await testArm('streamable-http+json');
const lean = await testArm('streamable-http+lean');
const leanJson = await testArm('streamable-http+json+lean');

/** A client through a relay that knows its session, which the server can be made to forget. */
async function forgettable(arm = stock) {
  const { endpoint, server } = await startBench(arm);
  const initializedNs: number[] = [];
  let id = '';
  const relay = await startRelay(endpoint.address, {
    onUp: (chunk) => {
      const text = chunk.toString('latin1');
      if (text.includes('"method":"initialize"')) initializedNs.push(clock.now());
      id = /mcp-session-id: (\S+)/i.exec(text)?.[1] ?? id;
    },
  });
  onTestFinished(() => relay.close());
  const session = await openSession(arm, relay.address);
  await callTool(session.client, 'echo', { text: 'the session is known' });
  const forget = async (): Promise<void> => {
    const { status } = await ask(endpoint.address, { method: 'DELETE', headers: { 'mcp-session-id': id } });
    expect(status).toBe(204);
  };
  const publish = (sequence: number): number =>
    server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(8));
  const heard = (): unknown[] => session.notifications.map(({ params }) => readEvent(params)?.sequence);
  return { ...session, server, relay, initializedNs, forget, publish, heard };
}

test.each([stock, json, lean, leanJson])(
  '$word: the next call succeeds, and its time includes the opening',
  async (arm) => {
    const { client, closed, server, initializedNs, forget, publish, heard } = await forgettable(arm);
    await client.subscribe([FEED]);
    await forget();
    expect(server.sessions).toBe(0);
    const exchange = await callTool(client, 'echo', { text: 'again' });
    expect(textOf(exchange)).toBe('again');
    expect(initializedNs).toHaveLength(2);
    expect(exchange.sentNs).toBeLessThan(initializedNs[1] ?? 0);
    expect(exchange.completedNs).toBeGreaterThan(initializedNs[1] ?? 0);
    // The stream for events is there again, and so is the subscription.
    await expect.poll(() => client.sessionsReopened).toBe(1);
    expect(publish(7)).toBe(1);
    await expect.poll(heard).toEqual([7]);
    expect([server.sessions, closed]).toEqual([1, []]);
    expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
  },
);

test.each([stock, lean])('$word: a client that only listens finds out by itself', async (arm) => {
  const { client, closed, forget, publish, heard } = await forgettable(arm);
  await client.subscribe([FEED]);
  await forget();
  await expect.poll(() => client.sessionsReopened).toBe(1);
  expect(publish(1)).toBe(1);
  await expect.poll(heard).toEqual([1]);
  expect(closed).toEqual([]);
});

test.each([stock, lean])(
  '$word: a client that only listens may be forgotten as often as it likes, with events in between',
  async (arm) => {
    const { client, closed, forget, publish, heard } = await forgettable(arm);
    await client.subscribe([FEED]);
    const losses = [1, 2, 3, 4, 5];
    for (const loss of losses) {
      await forget();
      await expect.poll(() => client.sessionsReopened).toBe(loss);
      expect(publish(loss)).toBe(1);
      await expect.poll(() => heard().at(-1)).toBe(loss);
    }
    expect([heard(), closed]).toEqual([losses, []]);
  },
);

test.each([stock, lean])(
  '$word: many calls at once open one session, and none of them is lost or made twice',
  async (arm) => {
    const { client, server, forget, initializedNs } = await forgettable(arm);
    for (let loss = 1; loss <= 5; loss += 1) {
      await forget();
      const texts = [...Array(20).keys()].map(String);
      const before = server.counts.messagesUp;
      const exchanges = await Promise.all(texts.map((text) => callTool(client, 'echo', { text })));
      expect(exchanges.map(textOf)).toEqual(texts);
      await expect.poll(() => client.sessionsReopened).toBe(loss);
      expect(initializedNs).toHaveLength(1 + loss);
      expect(server.counts.messagesUp - before).toBe(texts.length + 2);
    }
  },
);

test.each([stock, lean])(
  '$word: a call that the server had taken up is not made again: its answer is lost, and that is told',
  async (arm) => {
    const { client, closed, forget } = await forgettable(arm);
    const slow = callTool(client, 'delay', { text: nonceOf(1, 1), delayMs: 60_000 });
    await callTool(client, 'echo', { text: 'the delay has arrived' });
    await forget();
    expect((await slow).outcome).toEqual({
      kind: 'rejected',
      reason: 'the server ended the session before the answer (HTTP 404)',
    });
    expect(textOf(await callTool(client, 'echo', { text: 'on' }))).toBe('on');
    await expect.poll(() => client.sessionsReopened).toBe(1);
    expect(closed).toEqual([]);
  },
);

test.each([json, leanJson])('$word: a cut connection takes along the call that JSON was to answer', async (arm) => {
  const { client, closed, relay } = await forgettable(arm);
  const slow = callTool(client, 'delay', { text: nonceOf(1, 1), delayMs: 60_000 });
  await callTool(client, 'echo', { text: 'the delay has arrived' });
  relay.cut();
  expect((await slow).outcome).toMatchObject({ kind: 'disconnected', reason: /^POST failed: / });
  expect(textOf(await callTool(client, 'echo', { text: 'still here' }))).toBe('still here');
  expect(closed).toEqual([]);
  expect(client.sessionsReopened).toBe(0);
});

/** A server that opens every session and knows none of them; from the given session on it does not open them either. */
async function forgetful(opens: number) {
  const seen = { initializes: 0, requests: 0 };
  const server = createServer((request, reply) => {
    seen.requests += 1;
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => void (body += chunk));
    request.on('end', () => {
      const { id, method } = body === '' ? {} : (JSON.parse(body) as { id?: number; method?: string });
      if (request.method === 'GET') reply.writeHead(405).end();
      else if (method === 'notifications/initialized') reply.writeHead(202).end();
      else if (method !== 'initialize') reply.writeHead(404).end();
      else {
        seen.initializes += 1;
        const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '0' } };
        if (seen.initializes > opens || request.headers['mcp-session-id'] !== undefined) reply.writeHead(404).end();
        else {
          reply.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': `s${seen.initializes}` });
          reply.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
        }
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` };
}

test('a server that knows no session, however often it opens one, is given up', async () => {
  const { address, seen } = await forgetful(Infinity);
  const { client, closed } = await openSession(stock, address);
  // Each call is made twice, and fails the second time at the latest.
  for (let call = 0; call < 4 && closed.length === 0; call += 1)
    expect((await callTool(client, 'echo', { text: 'x' })).outcome.kind).not.toBe('ok');
  expect(closed).toEqual([expect.stringMatching(/^the server ended the session (4 times|while it was being opened)/)]);
  expect(seen.initializes).toBeLessThanOrEqual(4);
  const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));
  await quiet();
  const { requests } = seen;
  await quiet();
  expect(seen.requests).toBe(requests);
});

test('a server that opens no second session is given up, with its words', async () => {
  const { address, seen } = await forgetful(1);
  const { client, closed } = await openSession(stock, address);
  const { outcome } = await callTool(client, 'echo', { text: 'x' });
  const why =
    'the server ended the session, and it could not be opened again: initialize: the server answered the POST with HTTP 404';
  expect(outcome).toEqual({ kind: 'disconnected', reason: why });
  expect(closed).toEqual([why]);
  expect(seen.initializes).toBe(2);
});

test('a server that opens none is told at once', async () => {
  const { address, seen } = await forgetful(0);
  await expect(openSession(stock, address)).rejects.toThrow('initialize: the server answered the POST with HTTP 404');
  expect(seen.requests).toBe(1);
});

test('the SDK’s client opens none again: its calls fail, in words, and nothing is counted as reopened', async () => {
  const { endpoint, server } = await startBench(stock);
  const sdk = await loadSdk();
  const connection = await stock.transport.sdk!.connect(sdk, endpoint.address, {
    variant: { ...stock.variant, client: 'sdk' },
    headers: {},
    maxMessageBytes: bytes(1024),
    timeoutMs: 5_000,
  });
  onTestFinished(() => connection.close());
  const client = new SdkPeer({
    sdk,
    transport: connection.transport,
    isFatal: (error) => connection.isFatal(error),
    clock,
    timeoutNs: milliseconds(5_000),
    protocol: '2025-11-25',
    events: { onNotification: () => undefined, onClosed: () => undefined },
    weigh: false,
  });
  await client.open();
  await connection.listen();
  const { sessionId } = connection.transport as { readonly sessionId?: string };
  const headers = { 'mcp-session-id': sessionId };
  expect((await ask(endpoint.address, { method: 'DELETE', headers })).status).toBe(204);
  const { outcome } = await client.request('tools/call', { name: 'echo', arguments: { text: 'x' } });
  expect(outcome).toEqual({ kind: 'rejected', reason: expect.stringContaining('no such session') as string });
  expect([client.sessionsReopened, server.sessions]).toEqual([0, 0]);
});
