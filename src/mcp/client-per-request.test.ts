import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../measure/clock.ts';
import { bytes, milliseconds } from '../units.ts';
import { McpClient } from './client.ts';
import type { Exchange } from './outcome.ts';
import type { EncodedMessage } from './contract.ts';
import { CLIENT_INFO } from './envelope.ts';
import type { JsonObject } from './jsonrpc.ts';

const REVISION = '2026-07-28';
const TIMEOUT = milliseconds(100);
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': REVISION,
  'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
  'io.modelcontextprotocol/clientCapabilities': {},
};
const A = 'bench://topic/a';
const B = 'bench://topic/b';

let clock: ManualClock;
let client: McpClient;
/** What the transport was told, in order. */
let told: (JsonObject | string)[];
let heard: { method: string; params: JsonObject }[];
let lost: string[];
/** What the server says to a message before `send` returns. */
let atOnce: (message: EncodedMessage) => void;

beforeEach(() => {
  clock = new ManualClock();
  told = [];
  heard = [];
  lost = [];
  atOnce = () => undefined;
  client = new McpClient({
    clock,
    timeoutNs: TIMEOUT,
    onNotification: (method, params) => void heard.push({ method, params }),
    onClosed: (reason) => void lost.push(reason),
  });
  client.attach({
    send: (message) => {
      told.push(JSON.parse(message.text) as JsonObject);
      atOnce(message);
    },
    cancel: (_id, notice) => told.push(JSON.parse(notice.text) as JsonObject) > 0,
    negotiated: (version) => void told.push(version),
  });
});

afterEach(() => client.detach());

function receive(message: JsonObject): void {
  const text = JSON.stringify({ jsonrpc: '2.0', ...message });
  client.onMessage(text, bytes(Buffer.byteLength(text)));
}

const lastTold = (): JsonObject => told.at(-1) as JsonObject;
const lastId = (): number => lastTold()['id'] as number;

async function open(): Promise<void> {
  const opening = client.open(REVISION);
  receive({ id: lastId(), result: { resultType: 'complete', supportedVersions: [REVISION] } });
  await opening;
  told = [];
}

/** Subscribes; nothing has come back yet. */
async function ask(...uris: string[]): Promise<{ readonly id: number; readonly subscribed: Promise<void> }> {
  await open();
  const subscribed = client.subscribe(uris);
  subscribed.catch(() => undefined); // Looked at later.
  return { id: lastId(), subscribed };
}

const acknowledge = (id: number, uris: readonly string[]): void =>
  receive({
    method: 'notifications/subscriptions/acknowledged',
    params: {
      _meta: { 'io.modelcontextprotocol/subscriptionId': id },
      notifications: { resourceSubscriptions: uris },
    },
  });

async function subscribe(...uris: string[]): Promise<number> {
  const { id, subscribed } = await ask(...uris);
  acknowledge(id, uris);
  await subscribed;
  return id;
}

const event = (subscription: number): JsonObject => ({
  method: 'notifications/resources/updated',
  params: { uri: A, _meta: { 'io.modelcontextprotocol/subscriptionId': subscription } },
});

describe('opening', () => {
  test('the transport knows the revision before the first request; that one asks who is there', async () => {
    const opening = client.open(REVISION);
    expect(told).toMatchObject([REVISION, { method: 'server/discover', params: { _meta: ENVELOPE } }]);
    const result = { resultType: 'complete', supportedVersions: ['2099-01-01', REVISION], capabilities: {} };
    receive({ id: lastId(), result });
    expect(await opening).toEqual(result);
    expect(told).toHaveLength(2);
  });

  test.each([
    [{ error: { code: -32022, message: 'Unsupported protocol version' } }, 'server/discover: error -32022'],
    [{ result: { supportedVersions: ['2099-01-01'] } }, 'does not name 2026-07-28'],
    [{ result: {} }, 'does not name 2026-07-28'],
  ])('%j is a refusal', async (answer, why) => {
    const opening = client.open(REVISION);
    receive({ id: lastId(), ...answer });
    await expect(opening).rejects.toThrow(why);
  });
});

describe('requests', () => {
  beforeEach(open);

  test('each carries the envelope, with or without params', () => {
    client.start('tools/list', undefined, () => undefined);
    expect(lastTold()['params']).toEqual({ _meta: ENVELOPE });
    client.start('tools/call', { name: 'echo', arguments: {} }, () => undefined);
    expect(lastTold()['params']).toEqual({ name: 'echo', arguments: {}, _meta: ENVELOPE });
  });

  test('what the caller has to say in _meta stands beside it', () => {
    const params = { name: 'progress', _meta: { progressToken: 7 } };
    client.start('tools/call', params, () => undefined);
    expect(lastTold()['params']).toEqual({ name: 'progress', _meta: { ...ENVELOPE, progressToken: 7 } });
    expect(params).toEqual({ name: 'progress', _meta: { progressToken: 7 } });
  });

  test('there is no ping: server/discover takes its place', () => {
    const exchanges: Exchange[] = [];
    client.startPing((exchange) => void exchanges.push(exchange));
    expect(lastTold()).toMatchObject({ method: 'server/discover', params: { _meta: ENVELOPE } });
    receive({ id: lastId(), result: {} });
    expect(exchanges).toMatchObject([{ outcome: { kind: 'ok' } }]);
  });

  test.each<[JsonObject, string]>([
    [{}, 'ok'],
    [{ resultType: 'complete' }, 'ok'],
    [{ resultType: 'input_required' }, 'rejected'],
    [{ resultType: 'unheard-of' }, 'rejected'],
    [{ resultType: 1 }, 'rejected'],
  ])('a result %j is %s', async (result, kind) => {
    const asked = client.request('tools/call', { name: 'echo' });
    receive({ id: lastId(), result });
    expect((await asked).outcome.kind).toBe(kind);
  });
});

test('in the handshake era nothing carries an envelope, and a ping is a ping', async () => {
  const opening = client.open('2025-11-25');
  receive({ id: lastId(), result: { protocolVersion: '2025-11-25' } });
  await opening;
  client.startPing(() => undefined);
  expect(lastTold()).toEqual({ jsonrpc: '2.0', id: lastId(), method: 'ping' });
  expect(JSON.stringify(told)).not.toContain('_meta');
});

describe('subscribing', () => {
  test('is one request for all, and done when all are acknowledged', async () => {
    const { id, subscribed } = await ask(A, B);
    expect(told).toMatchObject([
      {
        method: 'subscriptions/listen',
        params: { notifications: { resourceSubscriptions: [A, B] }, _meta: ENVELOPE },
      },
    ]);
    let done = false;
    void subscribed.then(() => (done = true));
    await Promise.resolve();
    expect(done).toBe(false);
    acknowledge(id, [B, A]);
    await subscribed;
    expect(heard).toEqual([]);
  });

  test('a server that acknowledges before the message is out of hand is heard too', async () => {
    await open();
    atOnce = ({ id }) => acknowledge(Number(id), [A]);
    await client.subscribe([A]);
    expect(client.strays.misrouted).toBe(0);
  });

  test.each([[[A]], [[]], [undefined]])(
    'an acknowledgement of %j only is a refusal; the server is told to stop',
    async (uris) => {
      const { id, subscribed } = await ask(A, B);
      acknowledge(id, uris as string[]);
      await expect(subscribed).rejects.toThrow('did not agree');
      expect(lastTold()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
      receive(event(id));
      receive(event(id));
      expect([heard, client.strays]).toEqual([[], { misrouted: 0, duplicated: 0, late: 2, unreadable: 0 }]);
      expect(lost).toEqual([]);
    },
  );

  test.each<[JsonObject, string]>([
    [{ error: { code: -32601, message: 'Method not found' } }, 'error -32601'],
    [{ result: { resultType: 'complete' } }, 'the server ended the subscription'],
  ])('an answer %j instead is a refusal', async (answer, why) => {
    const { id, subscribed } = await ask(A);
    receive({ id, ...answer });
    await expect(subscribed).rejects.toThrow(why);
    expect(lost).toEqual([]);
  });

  test('so is none in time, and the server is told', async () => {
    const { id, subscribed } = await ask(A);
    await clock.advanceTo(TIMEOUT);
    client.sweep();
    await expect(subscribed).rejects.toThrow('no answer in time');
    expect(lastTold()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
  });

  test('so is a message that could not be sent, and a connection that is gone', async () => {
    const { id, subscribed } = await ask(A);
    client.onSendFailure(id, 'HTTP 404');
    await expect(subscribed).rejects.toThrow('HTTP 404');
    client.onClosed('gone');
    await expect(client.subscribe([A])).rejects.toThrow('gone');
  });
});

describe('subscribed', () => {
  test('no timeout ends it, and it keeps none from the requests after it', async () => {
    const id = await subscribe(A);
    const exchanges: Exchange[] = [];
    client.start('tools/list', undefined, (exchange) => void exchanges.push(exchange));
    await clock.advanceTo(milliseconds(10_000));
    client.sweep();
    expect(exchanges).toMatchObject([{ outcome: { kind: 'timed-out' } }]);
    receive(event(id));
    expect([heard.length, lost]).toEqual([1, []]);
  });

  test('an event of somebody else’s subscription is misrouted, and a second acknowledgement nothing', async () => {
    const id = await subscribe(A);
    acknowledge(id, []);
    receive(event(id + 1));
    expect([heard, client.strays.misrouted]).toEqual([[], 1]);
    receive(event(id));
    expect([heard.length, lost]).toEqual([1, []]);
  });

  test.each<[string, (id: number) => void, RegExp]>([
    ['an answer', (id) => receive({ id, result: { resultType: 'complete' } }), /the server ended the subscription/],
    ['an error', (id) => receive({ id, error: { code: -32603, message: 'no more' } }), /error -32603: no more/],
    ['a failure of the transport', (id) => client.onSendFailure(id, 'the stream broke off'), /the stream broke off/],
  ])('%s that ends it is told as a loss, once', async (_what, end, why) => {
    const id = await subscribe(A);
    end(id);
    expect(lost).toEqual([expect.stringMatching(why) as string]);
    client.onClosed('gone');
    expect(lost).toHaveLength(1);
  });

  test('a lost connection is told once, for its own reason', async () => {
    await subscribe(A);
    client.onClosed('the cable was cut');
    expect(lost).toEqual(['the cable was cut']);
  });

  test('the owner’s own farewell is no loss', async () => {
    await subscribe(A);
    client.detach();
    expect(lost).toEqual([]);
  });
});
