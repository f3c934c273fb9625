import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../measure/clock.ts';
import { milliseconds } from '../units.ts';
import type { RepeatedCall } from './call-template.ts';
import type { Exchange } from './outcome.ts';
import type { EncodedMessage } from './contract.ts';
import { encodeResult } from './jsonrpc.ts';
import { LeanClient } from './lean-client.ts';
import { nonceOf } from './payload.ts';

const ECHO: RepeatedCall = {
  tool: 'echo',
  argumentsWith: (nonce) => ({ text: `${nonce}filler` }),
  answerWith: (nonce) => `${nonce}filler`,
};

let clock: ManualClock;
let client: LeanClient;
let sent: string[];
let exchanges: Exchange[];

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  exchanges = [];
  client = new LeanClient({ clock, timeoutNs: milliseconds(100), templates: new Map() });
  client.attach({
    // What is kept of a message is kept before `send` returns.
    send: ({ bytes, text }: EncodedMessage) => void sent.push(bytes?.toString() ?? text),
    cancel: () => true,
    negotiated: () => undefined,
  });
});

afterEach(() => client.detach());

const call = (number: number): number =>
  client.startCall(ECHO, nonceOf(1, number), (exchange) => void exchanges.push(exchange));

function answer(id: number, number: number, more = {}): void {
  const { text } = encodeResult(id, { content: [{ type: 'text', text: `${nonceOf(1, number)}filler` }], ...more });
  const buffer = Buffer.from(`#${text}#`);
  client.onBytes(buffer, 1, buffer.length - 1);
}

test('what is sent reads as a call, each with its own id and nonce', () => {
  const ids = [call(1), call(2)];
  expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual(
    ids.map((id, index) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: `${nonceOf(1, index + 1)}filler` } },
    })),
  );
  expect(client.counts).toMatchObject({ messagesUp: 2, payloadUp: sent.join('').length });
});

test('the first answer is parsed, the ones after it compared, one in 64 parsed all the same', async () => {
  for (let number = 0; number < 130; number += 1) {
    const id = call(number);
    await clock.advanceTo(milliseconds(number + 1));
    answer(id, number);
  }
  const parsed = exchanges.flatMap(({ outcome }, index) =>
    outcome.kind === 'ok' && outcome.asExpected ? [] : [index],
  );
  expect(parsed).toEqual([0, 64, 128]);
  expect(exchanges.every(({ outcome }) => outcome.kind === 'ok')).toBe(true);
  expect(exchanges[5]).toMatchObject({ sentNs: milliseconds(5), completedNs: milliseconds(6) });
  expect(client.counts).toMatchObject({ messagesDown: 130 });
  expect(client.inFlight).toBe(0);
});

test('an answer with another nonce, with more in it, or to another id is parsed, and its own', () => {
  answer(call(1), 1);
  const waiting = call(2);
  answer(waiting, 3);
  expect(exchanges[1]?.outcome).not.toHaveProperty('asExpected');
  answer(call(4), 4, { isError: true });
  expect(exchanges[2]?.outcome).toMatchObject({ result: { isError: true } });
  expect(exchanges[2]?.outcome).not.toHaveProperty('asExpected');
  answer(waiting, 2);
  expect(client.strays.duplicated).toBe(1);
  answer(waiting + 900_000, 2);
  expect(client.strays.misrouted).toBe(1);
});

test('answers out of order each settle their own call', () => {
  answer(call(0), 0);
  const ids = [call(1), call(2), call(3)] as const;
  answer(ids[2], 3);
  answer(ids[0], 1);
  answer(ids[1], 2);
  expect(exchanges.map(({ outcome }) => outcome.kind === 'ok' && outcome.asExpected)).toEqual([
    undefined,
    true,
    true,
    true,
  ]);
});

test('clients that share templates share what one has learned', () => {
  const templates = new Map();
  const twins = [0, 1].map(() => {
    const twin = new LeanClient({ clock, timeoutNs: milliseconds(100), templates });
    twin.attach({ send: () => undefined, cancel: () => true, negotiated: () => undefined });
    return twin;
  });
  const outcomes = twins.map((twin) => {
    let seen: Exchange | undefined;
    const id = twin.startCall(ECHO, nonceOf(1, 1), (exchange) => (seen = exchange));
    const buffer = Buffer.from(encodeResult(id, { content: [{ type: 'text', text: `${nonceOf(1, 1)}filler` }] }).text);
    twin.onBytes(buffer, 0, buffer.length);
    twin.detach();
    return seen?.outcome;
  });
  expect(outcomes[0]).not.toHaveProperty('asExpected');
  expect(outcomes[1]).toHaveProperty('asExpected', true);
});
