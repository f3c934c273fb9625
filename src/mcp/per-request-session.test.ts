import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../measure/clock.ts';
import { bytes, milliseconds, nanoseconds } from '../units.ts';
import type { EncodedMessage, McpSession } from './contract.ts';
import { SERVER_INFO } from './envelope.ts';
import { EVENT_METHOD, topicUri } from './events.ts';
import type { JsonObject, RequestId } from './jsonrpc.ts';
import { BenchServer } from './server.ts';
import { TOOLS } from './tools.ts';

const REVISION = '2026-07-28';
const FEED = topicUri('feed');
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': REVISION,
  'io.modelcontextprotocol/clientCapabilities': {},
};
const SIGNED = { 'io.modelcontextprotocol/serverInfo': SERVER_INFO };
const text = 'n0010000001:hello';

interface Delivered {
  readonly message: EncodedMessage;
  readonly json: JsonObject;
  readonly during: RequestId | undefined;
}

let clock: ManualClock;
let server: BenchServer;
let session: McpSession;
let delivered: Delivered[];

beforeEach(() => {
  clock = new ManualClock();
  server = new BenchServer({ clock, seed: 1, die: () => undefined, era: 'per-request' });
  delivered = [];
  session = open();
});

const open = (): McpSession =>
  server.openSession(
    (message, during) => void delivered.push({ message, json: JSON.parse(message.text) as JsonObject, during }),
  );

function send(message: JsonObject, to = session): void {
  const reception = to.receive(JSON.stringify({ jsonrpc: '2.0', ...message }));
  if (!reception.understood) throw new Error(reception.problem.text);
  reception.proceed();
}

/** Sends one request and answers all that came of it before `proceed()` returned. */
function ask(method: string, params: JsonObject = {}, meta: JsonObject = ENVELOPE, id: RequestId = 1): Delivered[] {
  delivered = [];
  send({ id, method, params: { ...params, _meta: meta } });
  return delivered;
}

const listen = (id: RequestId, resourceSubscriptions: unknown = [FEED]): Delivered[] =>
  ask('subscriptions/listen', { notifications: { resourceSubscriptions } }, ENVELOPE, id);

const publish = (topic = 'feed', sequence = 0): number =>
  server.publish({ topic, run: 1, sequence, dueNs: nanoseconds(5) }, bytes(20));

describe('refused, at once and with the code beside the text', () => {
  const without = (field: string): JsonObject =>
    Object.fromEntries(Object.entries(ENVELOPE).filter(([key]) => !key.endsWith(field)));

  test.each<[string, JsonObject, number]>([
    ['without a version', without('protocolVersion'), -32602],
    ['without capabilities', without('clientCapabilities'), -32602],
    ['without either', {}, -32602],
    ['with a version that is no text', { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': 20260728 }, -32602],
    ['with capabilities that are no object', { ...ENVELOPE, 'io.modelcontextprotocol/clientCapabilities': [] }, -32602],
  ])('%s', (_how, meta, code) => {
    for (const method of ['tools/list', 'server/discover', 'subscriptions/listen', 'no/such/method']) {
      const [refusal, ...more] = ask(method, {}, meta);
      expect(refusal?.json).toMatchObject({ id: 1, error: { code } });
      expect(refusal?.message.errorCode).toBe(code);
      expect(refusal?.during).toBe(1);
      expect(more).toEqual([]);
    }
  });

  test('without params at all', () => {
    send({ id: 1, method: 'tools/list' });
    expect(delivered).toMatchObject([{ json: { error: { code: -32602 } } }]);
  });

  test('in another revision: says which there are and which was asked for', () => {
    for (const requested of ['2025-11-25', '1900-01-01']) {
      const [refusal] = ask('tools/list', {}, { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': requested });
      expect(refusal?.json).toMatchObject({ error: { code: -32022, data: { supported: [REVISION], requested } } });
      expect(refusal?.message.errorCode).toBe(-32022);
    }
  });

  test('the other revision goes before what else it may lack', () => {
    const [refusal] = ask('tools/list', {}, { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' });
    expect(refusal?.message.errorCode).toBe(-32022);
  });

  test('initialize, which has no envelope: the message names the revisions', () => {
    send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {} } });
    expect(delivered).toMatchObject([
      {
        json: {
          error: {
            code: -32022,
            message: expect.stringContaining(REVISION) as string,
            data: { supported: [REVISION], requested: '2025-11-25' },
          },
        },
        during: 0,
      },
    ]);
  });

  test.each(['ping', 'resources/subscribe', 'resources/unsubscribe', 'logging/setLevel', 'no/such/method'])(
    '%s is no method of this revision',
    (method) => {
      const [refusal] = ask(method, { uri: FEED });
      expect(refusal?.json).toMatchObject({ error: { code: -32601 } });
      expect(refusal?.message.errorCode).toBe(-32601);
    },
  );

  test.each([
    ['resources/read', { uri: 'file:///etc/passwd' }],
    ['tools/call', { name: 'rm', arguments: { text } }],
    ['subscriptions/listen', {}],
    ['subscriptions/listen', { notifications: [FEED] }],
  ])('%s %j', (method, params) => {
    expect(ask(method, params)).toMatchObject([{ json: { error: { code: -32602 } } }]);
    expect(publish()).toBe(0);
  });
});

test('the head of a request says its revision; that of one without an envelope says none', () => {
  const head = (message: JsonObject): unknown => {
    const reception = session.receive(JSON.stringify({ jsonrpc: '2.0', ...message }));
    return reception.understood ? reception.head : undefined;
  };
  expect(head({ id: 4, method: 'tools/call', params: { name: 'echo', _meta: ENVELOPE } })).toEqual({
    kind: 'request',
    id: 4,
    method: 'tools/call',
    name: 'echo',
    protocolVersion: REVISION,
  });
  for (const params of [undefined, {}, { _meta: 7 }, { _meta: {} }])
    expect(head({ id: 4, method: 'tools/call', params })).toMatchObject({ protocolVersion: undefined });
});

describe('results', () => {
  test('server/discover says what the server speaks and is, and may not be kept', () => {
    expect(ask('server/discover')).toMatchObject([
      {
        json: {
          result: {
            resultType: 'complete',
            supportedVersions: [REVISION],
            capabilities: { tools: {}, resources: { subscribe: true } },
            ttlMs: 0,
            cacheScope: 'public',
            _meta: SIGNED,
          },
        },
      },
    ]);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['tools/list', {}, { tools: TOOLS }],
    ['resources/list', {}, { resources: [{ uri: FEED }] }],
    ['resources/read', { uri: FEED }, { contents: [{ uri: FEED, text: FEED }] }],
  ])('%s is complete, signed and of no worth to a cache', (method, params, matter) => {
    expect(ask(method, params)).toMatchObject([
      { json: { result: { resultType: 'complete', ...matter, ttlMs: 0, cacheScope: 'public', _meta: SIGNED } } },
    ]);
  });

  test('a tool’s is complete and signed, at once or later, right or wrong', async () => {
    const answer = { resultType: 'complete', content: [{ type: 'text', text }], _meta: SIGNED };
    expect(ask('tools/call', { name: 'echo', arguments: { text } })[0]?.json).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: answer,
    });
    expect(ask('tools/call', { name: 'fail', arguments: { text } })).toMatchObject([
      { json: { result: { resultType: 'complete', isError: true, _meta: SIGNED } } },
    ]);
    ask('tools/call', { name: 'delay', arguments: { text, delayMs: 3 } });
    await clock.advanceTo(milliseconds(3));
    expect(delivered).toMatchObject([{ json: { result: answer }, during: 1 }]);
  });

  test('progress belongs to its request and comes before the answer', () => {
    const meta = { ...ENVELOPE, progressToken: 0 };
    const all = ask('tools/call', { name: 'progress', arguments: { text, steps: 2 } }, meta, 9);
    expect(all.map(({ json }) => json['method'])).toEqual([
      'notifications/progress',
      'notifications/progress',
      undefined,
    ]);
    expect(all.map(({ during }) => during)).toEqual([9, 9, 9]);
  });

  test('nothing is remembered between requests: each needs its envelope', () => {
    ask('tools/list');
    expect(ask('tools/list', {}, {})).toMatchObject([{ json: { error: { code: -32602 } } }]);
  });
});

describe('subscriptions/listen', () => {
  const subscription = (id: RequestId): JsonObject => ({ 'io.modelcontextprotocol/subscriptionId': id });

  test('is acknowledged before any event, with what is honoured of the filter', () => {
    const notifications = { resourceSubscriptions: [FEED, 'file:///x', 5], toolsListChanged: true };
    const [first, ...more] = ask('subscriptions/listen', { notifications }, ENVELOPE, 'sub');
    expect(first?.json).toEqual({
      jsonrpc: '2.0',
      method: ACKNOWLEDGED,
      params: { _meta: subscription('sub'), notifications: { resourceSubscriptions: [FEED] } },
    });
    expect(first?.during).toBe('sub');
    expect(more).toEqual([]);
  });

  test.each([{}, { toolsListChanged: true }, { resourceSubscriptions: 'all' }])(
    '%j asks for nothing there is',
    (filter) => {
      expect(ask('subscriptions/listen', { notifications: filter })).toMatchObject([
        { json: { method: ACKNOWLEDGED, params: { notifications: {} } } },
      ]);
      expect(publish()).toBe(0);
    },
  );

  test('an event carries the subscription’s id, and belongs to its request', () => {
    listen(7);
    listen('seven "7" €');
    listen(8, [topicUri('other')]);
    delivered = [];
    expect(publish()).toBe(2);
    expect(delivered.map(({ during }) => during)).toEqual([7, 'seven "7" €']);
    for (const { json, message, during } of delivered) {
      expect(json).toMatchObject({ method: EVENT_METHOD, params: { uri: FEED, _meta: subscription(during ?? '') } });
      expect(json).toHaveProperty(['params', '_meta', 'bench/sequence'], '00000000');
      expect(message.size).toBe(Buffer.byteLength(message.text));
      expect(message).toMatchObject({ method: EVENT_METHOD, name: FEED, id: undefined, errorCode: undefined });
    }
  });

  test('ends when it is cancelled, without an answer, and no other with it', () => {
    listen(7);
    listen(8);
    delivered = [];
    send({ method: 'notifications/cancelled', params: { requestId: 7 } });
    expect(publish()).toBe(1);
    expect(delivered.map(({ during }) => during)).toEqual([8]);
  });

  test('ends with its session', () => {
    listen(7);
    delivered = [];
    session.end();
    expect([publish(), server.sessions]).toEqual([0, 0]);
    expect(delivered).toEqual([]);
  });

  test('is answered when the server ends it, other requests are forgotten', async () => {
    listen(7);
    send({ id: 8, method: 'tools/call', params: { name: 'delay', arguments: { text, delayMs: 3 }, _meta: ENVELOPE } });
    delivered = [];
    session.conclude();
    await clock.advanceTo(milliseconds(10));
    expect(delivered.map(({ json, during }) => [json, during])).toEqual([
      [
        {
          jsonrpc: '2.0',
          id: 7,
          result: { resultType: 'complete', _meta: { ...SIGNED, ...subscription(7) } },
        },
        7,
      ],
    ]);
    expect([publish(), server.sessions]).toEqual([0, 0]);
  });

  test('what is delivered is counted', () => {
    const before = { ...server.counts };
    listen(7);
    publish();
    const size = delivered.reduce((sum, { message }) => sum + message.size, 0);
    expect(server.counts.messagesDown - before.messagesDown).toBe(2);
    expect(server.counts.payloadDown - before.payloadDown).toBe(size);
  });
});

test('sessions that subscribe to nothing are not visited by a publication', () => {
  listen(1);
  for (let index = 0; index < 1_000; index += 1) open();
  expect(server.sessions).toBe(1_001);
  expect([...server.subscribers.to(FEED)]).toHaveLength(1);
  expect(publish()).toBe(1);
});
