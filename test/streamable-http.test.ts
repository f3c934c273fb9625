/** What only Streamable HTTP can do wrong: every status of both generations on the raw wire, and what becomes of a stream whose connection breaks. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { readEvent, topicUri } from '../src/mcp/events.ts';
import { nonceOf } from '../src/mcp/payload.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import { testArm } from './fixtures/arms.ts';
import { type Asked, ask, codeIn, open, rpc } from './fixtures/raw-http.ts';
import { startRelay } from './fixtures/relay.ts';
import { callTool, openSession, startBench, textOf } from './fixtures/session.ts';

const arms = {
  session: await testArm('streamable-http'),
  sessionJson: await testArm('streamable-http+json'),
  stateless: await testArm('streamable-http@2026-07-28'),
  statelessJson: await testArm('streamable-http@2026-07-28+json'),
};
const FEED = topicUri('feed');

describe('with sessions', () => {
  const initialize = (protocolVersion = '2025-11-25'): string =>
    rpc('initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'by hand', version: '0' } });

  async function begun(arm = arms.session, version = '2025-11-25') {
    const { endpoint, server } = await startBench(arm, bytes(64 * 1024));
    const answer = await ask(endpoint.address, { body: initialize(version) });
    expect(answer.status).toBe(200);
    const id = String(answer.headers['mcp-session-id']);
    return { address: endpoint.address, answer, id, server, session: { 'mcp-session-id': id } };
  }

  test('begins with initialize; ids have one length; the client is told where the stream stands', async () => {
    const { answer, id } = await begun();
    expect(id).toMatch(/^[\x21-\x7e]{36}$/);
    expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    expect(answer.body).toMatch(
      /^id: 000001000000\nretry: \d+\ndata: \n\nevent: message\nid: 000001000001\ndata: \{.*\}\n\n$/,
    );
  });

  test('older clients are not sent an event without data', async () => {
    const { answer } = await begun(arms.session, '2025-06-18');
    expect(answer.body).toMatch(/^event: message\nid: 000001000001\ndata: \{.*\}\n\n$/);
  });

  test('as JSON the answer is the body', async () => {
    const { answer, id } = await begun(arms.sessionJson);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(id).toHaveLength(36);
    expect(JSON.parse(answer.body)).toMatchObject({ id: 1, result: { protocolVersion: '2025-11-25' } });
  });

  test('notifications are accepted without a body', async () => {
    const { address, session } = await begun();
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect(await ask(address, { headers: session, body })).toMatchObject({ status: 202, body: '' });
  });

  test.each<[string, number, Asked]>([
    ['no session', 400, { headers: { 'mcp-session-id': undefined }, body: rpc('ping') }],
    ['an unknown session', 404, { headers: { 'mcp-session-id': 'nobody' }, body: rpc('ping') }],
    ['another revision', 400, { headers: { 'mcp-protocol-version': '1999-01-01' }, body: rpc('ping') }],
    ['only one type accepted', 406, { headers: { accept: 'application/json' }, body: rpc('ping') }],
    ['another content type', 415, { headers: { 'content-type': 'text/plain' }, body: rpc('ping') }],
    ['bad JSON', 400, { body: '{' }],
    ['no JSON-RPC', 400, { body: '{}' }],
    ['a body over the cap', 413, { body: rpc('ping', { filler: 'x'.repeat(64 * 1024) }) }],
    ['another method', 405, { method: 'PUT' }],
    ['a foreign host', 403, { headers: { host: 'example.com' }, body: rpc('ping') }],
    ['a foreign origin', 403, { headers: { origin: 'http://example.com' }, body: rpc('ping') }],
    ['a GET that reads no events', 406, { method: 'GET', headers: { accept: 'application/json' } }],
    ['an unknown event', 400, { method: 'GET', headers: { accept: 'text/event-stream', 'last-event-id': 'x' } }],
    ['a ping', 200, { body: rpc('ping') }],
  ])('%s: %i', async (_what, status, asked) => {
    const { address, session } = await begun();
    const got = await ask(address, { ...asked, headers: { ...session, ...asked.headers } });
    expect(got.status).toBe(status);
    if (status === 405) expect(got.headers['allow']).toBe('POST, GET, DELETE');
  });

  test('says which JSON-RPC error it is', async () => {
    const { address, session } = await begun();
    expect(codeIn(await ask(address, { headers: session, body: '{' }))).toBe(-32700);
    expect(codeIn(await ask(address, { headers: session, body: '{}' }))).toBe(-32600);
  });

  test('a second GET stream is refused, until the first is gone; DELETE ends all of it', async () => {
    const { address, session, server } = await begun();
    const get = { method: 'GET', headers: { ...session, accept: 'text/event-stream' } };
    const first = await open(address, get);
    expect(first.statusCode).toBe(200);
    expect((await ask(address, get)).status).toBe(409);
    first.destroy();
    await expect
      .poll(async () => {
        const again = await open(address, get);
        again.resume();
        return again.statusCode;
      })
      .toBe(200);
    expect((await ask(address, { method: 'DELETE', headers: session })).status).toBe(204);
    expect(server.sessions).toBe(0);
    expect((await ask(address, { headers: session, body: rpc('ping') })).status).toBe(404);
  });

  test('what is no longer kept cannot be taken up again, and is not passed over in silence', async () => {
    const { address, session, server } = await begun();
    const subscribe = rpc('resources/subscribe', { uri: FEED }, 2);
    expect((await ask(address, { headers: session, body: subscribe })).status).toBe(200);
    const first = await open(address, { method: 'GET', headers: { ...session, accept: 'text/event-stream' } });
    first.destroy();
    const publish = (sequence: number): number =>
      server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(8));
    for (let sequence = 0; sequence < 1_100; sequence += 1) publish(sequence);
    const resume = (last: string) => ({
      method: 'GET',
      headers: { ...session, accept: 'text/event-stream', 'last-event-id': last },
    });
    const refused = await ask(address, resume('000000000000'));
    expect(refused).toMatchObject({ status: 400, body: 'what followed this event is not kept' });
    const event = (sequence: number): string => `000000${sequence.toString(36).padStart(6, '0')}`;
    expect((await open(address, resume(event(1_000)))).statusCode).toBe(200);
  });

  test('a cut connection loses no event, doubles none, and no call', async () => {
    const { endpoint, server } = await startBench(arms.session);
    const relay = await startRelay(endpoint.address);
    onTestFinished(() => relay.close());
    const { client, closed, notifications } = await openSession(arms.session, relay.address);
    await client.subscribe([FEED]);
    const slow = callTool(client, 'delay', { text: nonceOf(1, 1), delayMs: 600 });
    await callTool(client, 'echo', { text: 'the delay has arrived' });
    for (let sequence = 0; sequence < 60; sequence += 1) {
      server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(100));
      if (sequence % 20 === 10) {
        relay.cut();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await expect.poll(() => notifications.length, { timeout: 5_000 }).toBe(60);
    expect(notifications.map(({ params }) => readEvent(params)?.sequence)).toEqual([...Array(60).keys()]);
    expect(textOf(await slow)).toBe(nonceOf(1, 1));
    expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
    expect(closed).toEqual([]);
  });

  test('tells once that the endpoint is gone, after it has tried to come back', async () => {
    const { endpoint } = await startBench(arms.session);
    const { client, closed } = await openSession(arms.session, endpoint);
    const sent = endpoint.seen().messageHeaders;
    expect(sent).toEqual(expect.arrayContaining(['mcp-session-id', 'mcp-protocol-version']));
    await endpoint.close();
    await expect.poll(() => closed.length, { timeout: 5_000 }).toBe(1);
    expect((await callTool(client, 'echo', { text: 'x' })).outcome.kind).toBe('disconnected');
  });
});

describe('without sessions', () => {
  const META = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headersOf = (method: string, name?: string): Record<string, string> => ({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  });
  const echo = rpc('tools/call', { name: 'echo', arguments: { text: 'hello' }, _meta: META });
  const good = headersOf('tools/call', 'echo');
  const encoded = `=?base64?${Buffer.from('echo').toString('base64')}?=`;

  test.each<[string, number, number | undefined, Asked]>([
    ['a call', 200, undefined, { headers: good, body: echo }],
    ['a name in Base64', 200, undefined, { headers: { ...good, 'mcp-name': encoded }, body: echo }],
    ['a name in bad Base64', 400, -32020, { headers: { ...good, 'mcp-name': '=?base64?!?=' }, body: echo }],
    ['no version', 400, -32020, { headers: { ...good, 'mcp-protocol-version': undefined }, body: echo }],
    ['another version', 400, -32020, { headers: { ...good, 'mcp-protocol-version': '2025-11-25' }, body: echo }],
    ['no method', 400, -32020, { headers: { ...good, 'mcp-method': undefined }, body: echo }],
    ['another method', 400, -32020, { headers: { ...good, 'mcp-method': 'tools/list' }, body: echo }],
    ['no name', 400, -32020, { headers: { ...good, 'mcp-name': undefined }, body: echo }],
    ['another name', 400, -32020, { headers: { ...good, 'mcp-name': 'fail' }, body: echo }],
    ['an unknown method', 404, -32601, { headers: headersOf('no/such'), body: rpc('no/such', { _meta: META }) }],
    ['an unknown tool', 200, undefined, { headers: { ...good, 'mcp-name': 'rm' }, body: echo.replace('echo', 'rm') }],
    ['bad arguments', 200, undefined, { headers: good, body: echo.replace('"hello"', '7') }],
    ['no capabilities', 400, -32602, { headers: good, body: echo.replace('clientCapabilities', 'other') }],
    ['no _meta', 400, -32602, { headers: headersOf('tools/list'), body: rpc('tools/list') }],
    ['bad JSON', 400, -32700, { headers: good, body: '{' }],
    ['no JSON-RPC', 400, -32600, { headers: good, body: '{}' }],
    ['a GET', 405, undefined, { method: 'GET' }],
    ['a DELETE', 405, undefined, { method: 'DELETE' }],
    ['only one type accepted', 406, undefined, { headers: { ...good, accept: 'text/event-stream' }, body: echo }],
    ['another content type', 415, undefined, { headers: { ...good, 'content-type': 'text/plain' }, body: echo }],
    ['a foreign origin', 403, undefined, { headers: { ...good, origin: 'http://example.com' }, body: echo }],
  ])('%s: %i %s', async (_what, status, code, asked) => {
    for (const arm of [arms.stateless, arms.statelessJson]) {
      const { endpoint, server } = await startBench(arm);
      const got = await ask(endpoint.address, asked);
      expect(got.status).toBe(status);
      if (code !== undefined) expect(codeIn(got)).toBe(code);
      if (status === 405) expect(got.headers['allow']).toBe('POST');
      expect(server.sessions).toBe(0);
    }
  });

  test('a version that nobody speaks is answered with those that are', async () => {
    const { endpoint } = await startBench(arms.stateless);
    const meta = { ...META, 'io.modelcontextprotocol/protocolVersion': '2031-01-01' };
    const headers = { ...headersOf('tools/list'), 'mcp-protocol-version': '2031-01-01' };
    const got = await ask(endpoint.address, { headers, body: rpc('tools/list', { _meta: meta }) });
    expect(got.status).toBe(400);
    expect(JSON.parse(got.body)).toMatchObject({
      error: { code: -32022, data: { supported: ['2026-07-28'], requested: '2031-01-01' } },
    });
  });

  test.each([arms.stateless, arms.statelessJson])(
    '$word: listening is a stream, acknowledged first; closing it ends it',
    async (arm) => {
      const { endpoint, server } = await startBench(arm);
      const body = rpc('subscriptions/listen', { notifications: { resourceSubscriptions: [FEED] }, _meta: META });
      const stream = await open(endpoint.address, { headers: headersOf('subscriptions/listen'), body });
      expect(stream.headers['content-type']).toBe('text/event-stream');
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
      await expect.poll(() => text).toContain('notifications/subscriptions/acknowledged');
      expect(server.publish({ topic: 'feed', run: 1, sequence: 0, dueNs: nanoseconds(0) }, bytes(8))).toBe(1);
      await expect.poll(() => text).toContain('notifications/resources/updated');
      expect(text).not.toContain('id: ');
      stream.destroy();
      await expect.poll(() => server.sessions).toBe(0);
      expect(server.publish({ topic: 'feed', run: 1, sequence: 1, dueNs: nanoseconds(0) }, bytes(8))).toBe(0);
    },
  );

  test.each([arms.stateless, arms.statelessJson])('$word: a cancelled call frees what it held', async (arm) => {
    const { endpoint, server } = await startBench(arm);
    const { client, channel } = await openSession(arm, endpoint);
    const id = client.nextId;
    void callTool(client, 'delay', { text: nonceOf(1, 1), delayMs: 60_000 });
    await expect.poll(() => server.sessions).toBe(1);
    const notice = { text: '', size: bytes(0), id: undefined, method: '', name: undefined, errorCode: undefined };
    expect(channel.cancel(id, notice)).toBe(false);
    await expect.poll(() => server.sessions).toBe(0);
    expect(textOf(await callTool(client, 'echo', { text: 'still here' }))).toBe('still here');
  });
});
