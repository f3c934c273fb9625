import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../measure/clock.ts';
import { bytes, milliseconds, nanoseconds } from '../units.ts';
import type { EncodedMessage, McpSession } from './contract.ts';
import { EVENT_METHOD, readEvent, topicUri } from './events.ts';
import type { JsonObject } from './jsonrpc.ts';
import { fillerSource, nonceOf } from './payload.ts';
import { HANDSHAKE_REVISIONS, LATEST_HANDSHAKE_REVISION } from './revisions.ts';
import { SERVER_INFO } from './envelope.ts';
import { BenchServer } from './server.ts';
import { TOOLS } from './tools.ts';

const SEED = 7;
const text = `${nonceOf(3, 4)}hello`;
const FEED = topicUri('feed');

let clock: ManualClock;
let deaths: number;
let server: BenchServer;
let peer: Peer;

beforeEach(() => {
  clock = new ManualClock();
  deaths = 0;
  server = new BenchServer({ clock, seed: SEED, die: () => void (deaths += 1), era: 'handshake' });
  peer = new Peer();
  peer.request('initialize', { protocolVersion: LATEST_HANDSHAKE_REVISION });
  peer.received.length = 0;
});

/** A client reduced to what the server sees and says. */
class Peer {
  readonly received: JsonObject[] = [];
  readonly messages: EncodedMessage[] = [];
  readonly session: McpSession;
  nextId = 1;

  constructor() {
    this.session = server.openSession((message) => {
      this.messages.push(message);
      this.received.push(JSON.parse(message.text) as JsonObject);
    });
  }

  request(method: string, params?: JsonObject): number {
    const id = this.nextId;
    this.nextId += 1;
    this.send({ jsonrpc: '2.0', id, method, params });
    return id;
  }

  /** Sends a request that is answered at once, and answers the answer. */
  ask(method: string, params?: JsonObject): JsonObject | undefined {
    const id = this.request(method, params);
    return this.received.find((message) => message['id'] === id);
  }

  call(name: string, args: JsonObject, meta?: JsonObject): number {
    return this.request('tools/call', { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) });
  }

  send(message: unknown): void {
    const reception = this.session.receive(JSON.stringify(message));
    if (!reception.understood) throw new Error(reception.problem.text);
    reception.proceed();
  }
}

const answer = (id: number, text: string): JsonObject => ({
  jsonrpc: '2.0',
  id,
  result: { content: [{ type: 'text', text }] },
});

describe('opening a session', () => {
  test.each(HANDSHAKE_REVISIONS)('a client that asks for %s gets it', (protocolVersion) => {
    expect(new Peer().ask('initialize', { protocolVersion })).toMatchObject({
      result: { protocolVersion, serverInfo: SERVER_INFO, capabilities: { tools: {}, resources: { subscribe: true } } },
    });
  });

  test.each(['2026-07-28', '1999-01-01', 7, undefined])(
    'one that asks for %s is offered the latest',
    (protocolVersion) => {
      expect(new Peer().ask('initialize', { protocolVersion })).toMatchObject({
        result: { protocolVersion: LATEST_HANDSHAKE_REVISION },
      });
    },
  );

  test.each(['tools/list', 'tools/call', 'resources/list', 'resources/subscribe'])(
    '%s has to wait for it',
    (method) => {
      const early = new Peer();
      expect(early.ask(method, { name: 'echo', arguments: { text }, uri: FEED })).toMatchObject({
        error: { code: -32600 },
      });
      expect(server.publish({ topic: 'feed', run: 1, sequence: 0, dueNs: nanoseconds(0) }, bytes(8))).toBe(0);
    },
  );

  test('a ping need not', () => {
    expect(new Peer().ask('ping')).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });
});

describe('requests', () => {
  test('ping, tools/list and resources are answered', () => {
    expect(peer.ask('ping')).toMatchObject({ result: {} });
    expect(peer.ask('tools/list')).toMatchObject({ result: { tools: TOOLS } });
    expect(peer.ask('resources/list')).toMatchObject({ result: { resources: [{ uri: FEED, name: 'feed' }] } });
    expect(peer.ask('resources/read', { uri: FEED })).toMatchObject({
      result: { contents: [{ uri: FEED, text: FEED }] },
    });
  });

  test('an id may be a text; the answer has the same', () => {
    peer.send({ jsonrpc: '2.0', id: 'seven', method: 'ping' });
    expect(peer.received).toEqual([{ jsonrpc: '2.0', id: 'seven', result: {} }]);
  });

  test.each([
    ['no/such/method', {}, -32601],
    ['tools/call', {}, -32602],
    ['tools/call', { name: 'rm', arguments: { text } }, -32602],
    ['tools/call', { name: 'echo', arguments: {} }, -32602],
    ['tools/call', { name: 'delay', arguments: { text, delayMs: -1 } }, -32602],
    ['resources/read', { uri: 'file:///etc/passwd' }, -32602],
    ['resources/subscribe', {}, -32602],
  ])('%s %j is an error %i', (method, params, code) => {
    expect(peer.ask(method, params)).toMatchObject({ error: { code } });
  });
});

describe('texts that are no message', () => {
  test.each([
    ['{"jsonrpc"', -32700],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
  ])('%s has an error with id null and nothing is delivered', (text, code) => {
    const reception = peer.session.receive(text);
    expect(reception.understood).toBe(false);
    const problem = reception.understood ? '' : reception.problem.text;
    expect(JSON.parse(problem)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } });
    expect(peer.received).toEqual([]);
  });
});

test('an understood message is handled when the transport says so, and not before', () => {
  const reception = peer.session.receive('{"jsonrpc":"2.0","id":9,"method":"ping"}');
  expect(peer.received).toEqual([]);
  if (reception.understood) reception.proceed();
  expect(peer.received).toEqual([{ jsonrpc: '2.0', id: 9, result: {} }]);
});

test('notifications, answers and errors from the client are not answered', () => {
  peer.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  peer.send({ jsonrpc: '2.0', id: 1, result: {} });
  peer.send({ jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } });
  expect(peer.received).toEqual([]);
});

describe('tools', () => {
  test('echo, produce, store', () => {
    const echo = peer.call('echo', { text });
    const produce = peer.call('produce', { text, size: 1_000 });
    const store = peer.call('store', { text });
    expect(peer.received).toEqual([
      answer(echo, text),
      answer(produce, nonceOf(3, 4) + fillerSource(SEED)(bytes(988))),
      answer(store, `${nonceOf(3, 4)}stored 17 bytes`),
    ]);
  });

  test('fail answers with an error result', () => {
    peer.call('fail', { text });
    expect(peer.received).toMatchObject([
      { result: { isError: true, content: [{ text: `${nonceOf(3, 4)}failed as asked` }] } },
    ]);
  });

  test('delay answers when its time has come, shorter ones first', async () => {
    const long = peer.call('delay', { text, delayMs: 20 });
    const short = peer.call('delay', { text, delayMs: 5 });
    await clock.advanceTo(milliseconds(4.999));
    expect(peer.received).toEqual([]);
    await clock.advanceTo(milliseconds(5));
    expect(peer.received).toEqual([answer(short, text)]);
    await clock.advanceTo(milliseconds(20));
    expect(peer.received).toEqual([answer(short, text), answer(long, text)]);
  });

  test('a cancelled delay is not answered, the others are', async () => {
    const cancelled = peer.call('delay', { text, delayMs: 5 });
    const kept = peer.call('delay', { text, delayMs: 5 });
    peer.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: cancelled } });
    peer.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 12_345 } });
    peer.send({ jsonrpc: '2.0', method: 'notifications/cancelled' });
    await clock.advanceTo(milliseconds(100));
    expect(peer.received).toEqual([answer(kept, text)]);
  });

  test('progress is reported to those who gave a token, all of it before the answer', () => {
    const id = peer.call('progress', { text, steps: 3 }, { progressToken: 'p' });
    const report = (progress: number): JsonObject => ({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 'p', progress, total: 3 },
    });
    expect(peer.received).toEqual([report(1), report(2), report(3), answer(id, text)]);
  });

  test.each([undefined, {}])('without a token (_meta %j) there is only the answer', (meta) => {
    const id = peer.call('progress', { text, steps: 3 }, meta);
    expect(peer.received).toEqual([answer(id, text)]);
  });

  test('zero is a token', () => {
    peer.call('progress', { text, steps: 2 }, { progressToken: 0 });
    expect(peer.received).toHaveLength(3);
  });
});

describe('misbehaviour', () => {
  test('to another id, twice, with another text, with half a message, never, or the end', () => {
    const wrongId = peer.call('misbehave', { text, how: 'wrong-id' });
    expect(peer.received).toEqual([answer(wrongId + 900_000_000, text)]);
    peer.received.length = 0;

    const twice = peer.call('misbehave', { text, how: 'twice' });
    expect(peer.received).toEqual([answer(twice, text), answer(twice, text)]);
    peer.received.length = 0;

    peer.call('misbehave', { text, how: 'wrong-text' });
    expect(JSON.stringify(peer.received)).not.toContain(nonceOf(3, 4));
    peer.received.length = 0;

    peer.call('misbehave', { text, how: 'never' });
    peer.call('misbehave', { text, how: 'die' });
    expect(peer.received).toEqual([]);
    expect(deaths).toBe(1);

    expect(() => void peer.call('misbehave', { text, how: 'not-json' })).toThrow(SyntaxError);
  });
});

describe('publishing', () => {
  const publish = (topic: string, sequence = 0): number =>
    server.publish({ topic, run: 1, sequence, dueNs: nanoseconds(5) }, bytes(100));

  test('an event goes to those who subscribed to its topic and not to the others', () => {
    const other = new Peer();
    const unsubscribed = new Peer();
    for (const one of [other, unsubscribed]) one.ask('initialize', {});
    expect(publish('feed')).toBe(0);
    for (const one of [peer, other, unsubscribed])
      expect(one.ask('resources/subscribe', { uri: FEED })).toMatchObject({ result: {} });
    peer.ask('resources/subscribe', { uri: FEED });
    expect(unsubscribed.ask('resources/unsubscribe', { uri: FEED })).toMatchObject({ result: {} });
    for (const one of [peer, other, unsubscribed]) one.received.length = 0;
    expect(publish('feed')).toBe(2);
    expect(publish('elsewhere')).toBe(0);
    expect([peer, other, unsubscribed].map(({ received }) => received.length)).toEqual([1, 1, 0]);
  });

  test('it carries its stamp and the filler asked for, and is serialised once for all', async () => {
    const other = new Peer();
    other.ask('initialize', {});
    for (const one of [peer, other]) one.ask('resources/subscribe', { uri: FEED });
    await clock.advanceTo(nanoseconds(1234));
    publish('feed', 8);
    const event = peer.received.at(-1)!;
    expect(event).toMatchObject({ method: EVENT_METHOD, params: { uri: FEED } });
    expect(readEvent(event['params'] as JsonObject)).toEqual({
      topic: 'feed',
      run: 1,
      sequence: 8,
      dueNs: 5,
      emittedNs: 1234,
    });
    expect(event).toHaveProperty(['params', '_meta', 'bench/filler'], fillerSource(SEED)(bytes(100)));
    expect(peer.messages.at(-1)).toBe(other.messages.at(-1));
  });

  test('a session that has ended gets nothing: no event, no delayed answer', async () => {
    peer.ask('resources/subscribe', { uri: FEED });
    peer.call('delay', { text, delayMs: 5 });
    peer.received.length = 0;
    expect(server.sessions).toBe(1);
    peer.session.end();
    expect(server.sessions).toBe(0);
    expect(publish('feed')).toBe(0);
    await clock.advanceTo(milliseconds(10));
    expect(peer.received).toEqual([]);
  });

  test('a message that was still on its way when the session ended is not handled', () => {
    const reception = peer.session.receive('{"jsonrpc":"2.0","id":9,"method":"ping"}');
    peer.session.end();
    if (reception.understood) reception.proceed();
    expect(peer.received).toEqual([]);
  });
});

test('a delay of nothing is answered once and leaves nothing to cancel', () => {
  let cancelled = 0;
  const at = (_instant: unknown, callback: () => void): (() => void) => {
    callback(); // The real clock calls back at once when the instant is past.
    return () => void (cancelled += 1);
  };
  server = new BenchServer({
    clock: { now: () => nanoseconds(0), at },
    seed: SEED,
    die: () => undefined,
    era: 'handshake',
  });
  const direct = new Peer();
  direct.ask('initialize', {});
  const id = direct.call('delay', { text, delayMs: 0 });
  expect(direct.received.at(-1)).toEqual(answer(id, text));
  direct.session.end();
  expect(cancelled).toBe(0);
});

test('messages and their bytes are counted in both directions', () => {
  const before = { ...server.counts };
  const up = '{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"echo","arguments":{"text":"ä€😀"}}}';
  const down = '{"jsonrpc":"2.0","id":77,"result":{"content":[{"type":"text","text":"ä€😀"}]}}';
  const reception = peer.session.receive(up);
  if (reception.understood) reception.proceed();
  expect(server.counts).toEqual({
    messagesUp: before.messagesUp + 1,
    messagesDown: before.messagesDown + 1,
    payloadUp: before.payloadUp + Buffer.from(up).length,
    payloadDown: before.payloadDown + Buffer.from(down).length,
  });
});
