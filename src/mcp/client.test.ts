import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../measure/clock.ts';
import { bytes, milliseconds } from '../units.ts';
import { McpClient } from './client.ts';
import { type Exchange, describeOutcome } from './outcome.ts';
import type { EncodedMessage } from './contract.ts';
import type { JsonObject } from './jsonrpc.ts';

const TIMEOUT = milliseconds(100);

let clock: ManualClock;
let client: McpClient;
let sent: EncodedMessage[];
let heard: { method: string; params: JsonObject; receivedNs: number }[];
let closed: string[];

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  heard = [];
  closed = [];
  client = new McpClient({
    clock,
    timeoutNs: TIMEOUT,
    onNotification: (method, params, receivedNs) => void heard.push({ method, params, receivedNs }),
    onClosed: (reason) => void closed.push(reason),
  });
  client.attach({
    send: (message) => void sent.push(message),
    cancel: (_id, notice) => sent.push(notice) > 0,
    negotiated: () => undefined,
  });
});

afterEach(() => client.detach());

const receive = (message: unknown): void => {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  client.onMessage(text, bytes(Buffer.byteLength(text)));
};
const result = (id: unknown, result: JsonObject = {}): JsonObject => ({ jsonrpc: '2.0', id, result });
const lastId = (): number | string | undefined => sent.at(-1)?.id;
const sentMessages = (): JsonObject[] => sent.map(({ text }) => JSON.parse(text) as JsonObject);

/** Starts a request and keeps what becomes of it. */
function start(method = 'ping'): { readonly id: number; readonly exchanges: Exchange[] } {
  const exchanges: Exchange[] = [];
  return { id: client.start(method, undefined, (exchange) => void exchanges.push(exchange)), exchanges };
}

/** Timers that keep the process. */
const keptAwake = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('whoever waits for an answer keeps the process, and nobody else', async () => {
  const idle = keptAwake();
  const { id } = start();
  start();
  expect(keptAwake()).toBe(idle + 1);
  receive(result(id));
  expect(keptAwake()).toBe(idle + 1);
  receive(result(id + 1));
  // The next look at what is overdue finds nothing, and is the last.
  await pause(120);
  expect(keptAwake()).toBeLessThanOrEqual(idle);
});

test('a message whose connection broke is disconnected by itself: the client goes on', () => {
  const { id, exchanges } = start();
  client.onSendFailure(id, 'reset', 'disconnected');
  expect(exchanges[0]?.outcome).toEqual({ kind: 'disconnected', reason: 'reset', onlyThis: true });
  const next = start();
  receive(result(next.id));
  expect(next.exchanges[0]?.outcome.kind).toBe('ok');
  expect(closed).toEqual([]);
});

describe('answers', () => {
  test('a result settles its request, with the instants of sending and of receiving', async () => {
    await clock.advanceTo(milliseconds(1));
    const asked = client.request('tools/call', { name: 'echo' });
    expect(client.inFlight).toBe(1);
    await clock.advanceTo(milliseconds(3));
    receive(result(lastId(), { content: [] }));
    expect(await asked).toEqual({
      outcome: { kind: 'ok', result: { content: [] } },
      sentNs: milliseconds(1),
      completedNs: milliseconds(3),
    });
    expect(client.inFlight).toBe(0);
  });

  test('an error is a rejection', async () => {
    const asked = client.request('nonsense', undefined);
    receive({ jsonrpc: '2.0', id: lastId(), error: { code: -32601, message: 'Method not found' } });
    expect((await asked).outcome).toEqual({ kind: 'rejected', reason: 'error -32601: Method not found' });
  });

  test('they may come in any order', () => {
    const requests = [start(), start(), start()];
    for (const { id } of requests.toReversed()) receive(result(id, { own: id }));
    for (const { id, exchanges } of requests)
      expect(exchanges).toMatchObject([{ outcome: { kind: 'ok', result: { own: id } } }]);
  });

  test('ids count up with a constant number of digits, and the next one is known beforehand', () => {
    const next = client.nextId;
    expect(start().id).toBe(next);
    expect(start().id).toBe(next + 1);
    expect(String(next)).toHaveLength(7);
  });
});

describe('messages that fit no request', () => {
  test('a second answer is a duplicate and settles nothing', () => {
    const { id, exchanges } = start();
    receive(result(id));
    receive(result(id));
    receive({ jsonrpc: '2.0', id, error: { code: 1, message: '' } });
    expect(exchanges).toHaveLength(1);
    expect(client.strays).toEqual({ misrouted: 0, duplicated: 2, late: 0, unreadable: 0 });
  });

  test('an answer to an id that was never used is misrouted', () => {
    const { id, exchanges } = start();
    for (const other of [id + 1, id - 1, id + 900_000_000, String(id), 'x', 0]) receive(result(other));
    expect(exchanges).toEqual([]);
    expect(client.strays).toEqual({ misrouted: 6, duplicated: 0, late: 0, unreadable: 0 });
  });

  test('what is no message, and an error to no id, is unreadable', () => {
    start();
    for (const text of ['', '{"jsonrpc":"2.0",', '[]', '{}', '{"jsonrpc":"2.0","id":null,"error":{"code":-32700}}'])
      receive(text);
    expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 5 });
    expect(client.inFlight).toBe(1);
  });
});

describe('timeouts', () => {
  test('a request is given up when it has waited as long as it may, not before, and the server is told', async () => {
    const { id, exchanges } = start();
    await clock.advanceTo(milliseconds(99.999));
    client.sweep();
    expect(exchanges).toEqual([]);
    await clock.advanceTo(milliseconds(100));
    client.sweep();
    expect(exchanges).toEqual([{ outcome: { kind: 'timed-out' }, sentNs: 0, completedNs: milliseconds(100) }]);
    expect(sentMessages().at(-1)).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
    expect(client.inFlight).toBe(0);
  });

  test('only the old ones are', async () => {
    const old = start();
    await clock.advanceTo(milliseconds(60));
    const young = start();
    await clock.advanceTo(milliseconds(120));
    client.sweep();
    expect([old.exchanges.length, young.exchanges.length]).toEqual([1, 0]);
    await clock.advanceTo(milliseconds(160));
    client.sweep();
    expect(young.exchanges).toHaveLength(1);
  });

  test('an answer after that is late, neither misrouted nor a duplicate; the one after it is', async () => {
    const { id, exchanges } = start();
    await clock.advanceTo(TIMEOUT);
    client.sweep();
    receive(result(id));
    expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 1, unreadable: 0 });
    receive(result(id));
    expect(client.strays).toEqual({ misrouted: 0, duplicated: 1, late: 1, unreadable: 0 });
    expect(exchanges).toHaveLength(1);
  });

  test('a request that starts when another is given up is not given up with it', async () => {
    const retries: Exchange[] = [];
    client.start(
      'ping',
      undefined,
      () => void client.start('ping', undefined, (exchange) => void retries.push(exchange)),
    );
    await clock.advanceTo(TIMEOUT);
    client.sweep();
    expect(retries).toEqual([]);
    expect(client.inFlight).toBe(1);
  });

  test('the limit can be changed', async () => {
    const { exchanges } = start();
    client.timeoutNs = milliseconds(10);
    await clock.advanceTo(milliseconds(10));
    client.sweep();
    expect(exchanges).toHaveLength(1);
  });

  test('[spec] initialize is not cancelled', async () => {
    const opening = client.open('2025-11-25');
    await clock.advanceTo(TIMEOUT);
    client.sweep();
    await expect(opening).rejects.toThrow('initialize: no answer in time');
    expect(sentMessages()).toHaveLength(1);
  });
});

describe('disconnection', () => {
  test('everything pending is disconnected, the owner is told, and nothing is sent any more', async () => {
    const before = [start(), start()];
    await clock.advanceTo(milliseconds(7));
    client.onClosed('the cable was cut');
    for (const { exchanges } of before) {
      expect(exchanges).toEqual([
        { outcome: { kind: 'disconnected', reason: 'the cable was cut' }, sentNs: 0, completedNs: milliseconds(7) },
      ]);
    }
    expect(closed).toEqual(['the cable was cut']);
    sent.length = 0;
    expect((await client.request('ping', undefined)).outcome).toEqual({
      kind: 'disconnected',
      reason: 'the cable was cut',
    });
    client.notify('notifications/cancelled', undefined);
    receive({ jsonrpc: '2.0', id: 1, method: 'ping' });
    expect(sent).toEqual([]);
  });

  test('detaching disconnects too, without telling the owner what it did itself', () => {
    const { exchanges } = start();
    client.detach();
    expect(exchanges).toMatchObject([{ outcome: { kind: 'disconnected' } }]);
    expect(closed).toEqual([]);
  });

  test('a client that was never attached is not connected', async () => {
    const lonely = new McpClient({ clock, timeoutNs: TIMEOUT });
    expect((await lonely.request('ping', undefined)).outcome).toEqual({
      kind: 'disconnected',
      reason: 'not connected',
    });
    expect(lonely.counts.messagesUp).toBe(0);
  });

  test('an answer to a disconnected request settles nothing', () => {
    const { id, exchanges } = start();
    client.onClosed('gone');
    receive(result(id));
    expect(exchanges).toHaveLength(1);
  });
});

describe('a message that the transport could not deliver', () => {
  test('rejects its request and no other', () => {
    const refused = start();
    const other = start();
    client.onSendFailure(refused.id, 'HTTP 413');
    expect(refused.exchanges).toMatchObject([{ outcome: { kind: 'rejected', reason: 'HTTP 413' } }]);
    expect(other.exchanges).toEqual([]);
  });

  test('a notification, or a request that is settled, changes nothing', () => {
    const { id, exchanges } = start();
    receive(result(id));
    client.onSendFailure(undefined, 'HTTP 404');
    client.onSendFailure(id, 'HTTP 404');
    expect(exchanges).toHaveLength(1);
  });
});

describe('the server speaks first', () => {
  test('its ping is answered, with its id', () => {
    receive({ jsonrpc: '2.0', id: 'p-1', method: 'ping' });
    receive({ jsonrpc: '2.0', id: 0, method: 'ping' });
    expect(sentMessages()).toEqual([result('p-1'), result(0)]);
    expect(sent[0]?.size).toBe(sent[0]?.text.length);
  });

  test('any other request is refused', () => {
    receive({ jsonrpc: '2.0', id: 5, method: 'roots/list' });
    expect(sentMessages()).toMatchObject([{ id: 5, error: { code: -32601 } }]);
  });

  test('a notification is handed on with the instant of its arrival', async () => {
    await clock.advanceTo(milliseconds(2));
    receive({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
    expect(heard).toEqual([{ method: 'notifications/progress', params: { progress: 1 }, receivedNs: milliseconds(2) }]);
  });
});

describe('initialize', () => {
  test('asks, waits, and says that it is initialized', async () => {
    const opening = client.open('2025-06-18');
    expect(sentMessages()).toMatchObject([{ method: 'initialize', params: { protocolVersion: '2025-06-18' } }]);
    receive(result(lastId(), { protocolVersion: '2025-06-18' }));
    expect(await opening).toEqual({ protocolVersion: '2025-06-18' });
    expect(sentMessages().at(-1)).toEqual({ jsonrpc: '2.0', method: 'notifications/initialized' });
  });

  test('rejects when the server refuses or goes', async () => {
    const refused = client.open('2025-06-18');
    receive({ jsonrpc: '2.0', id: lastId(), error: { code: -32600, message: 'no' } });
    await expect(refused).rejects.toThrow('initialize: error -32600: no');
    const lost = client.open('2025-06-18');
    client.onClosed('gone');
    await expect(lost).rejects.toThrow('initialize: gone');
  });
});

test('messages and their bytes are counted in both directions, whatever they are', () => {
  const { id } = start();
  client.notify('notifications/x', undefined);
  receive('{"ä');
  receive(result(id));
  const down = JSON.stringify(result(id));
  expect(client.counts).toEqual({
    messagesUp: 2,
    messagesDown: 2,
    payloadUp: sent.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    payloadDown: Buffer.byteLength('{"ä') + down.length,
  });
});

test('a sweep runs by itself while the client is attached', async () => {
  const asked = client.request('ping', undefined);
  await clock.advanceTo(TIMEOUT);
  expect((await asked).outcome).toEqual({ kind: 'timed-out' });
});

test('every outcome can be put in words', () => {
  expect(describeOutcome({ kind: 'ok', result: {} })).toBe('ok');
  expect(describeOutcome({ kind: 'timed-out' })).toBe('no answer in time');
  expect(describeOutcome({ kind: 'rejected', reason: 'r' })).toBe('r');
  expect(describeOutcome({ kind: 'disconnected', reason: 'd' })).toBe('d');
});
