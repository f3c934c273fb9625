import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallTemplate, type RepeatedCall } from './call-template.ts';
import { encodeRequest, encodeResult } from './jsonrpc.ts';
import { nonceOf } from './payload.ts';

const echo = (filler: string): RepeatedCall => ({
  tool: 'echo',
  argumentsWith: (nonce) => ({ text: nonce + filler }),
  answerWith: (nonce) => nonce + filler,
});
const asItIs = <T>(params: T): T => params;
const answerTo = (id: number, text: string, more = {}): Buffer =>
  Buffer.from(encodeResult(id, { content: [{ type: 'text', text }], ...more }).text);
const resultOf = (answer: Buffer): { content: unknown } =>
  (JSON.parse(answer.toString()) as { result: { content: unknown } }).result;

const anId = fc.integer({ min: 1_000_000, max: 9_999_999 });
const aNonce = fc.tuple(fc.nat(46_000), fc.nat(1_000_000)).map(([client, call]) => nonceOf(client, call));
const aFiller = fc.string({ unit: fc.constantFrom('a', 'Z', '_', '"', 'ä', '😀', '\\', '\n'), maxLength: 300 });

/** A template that has seen one right answer. */
function learned(call: RepeatedCall): CallTemplate {
  const template = new CallTemplate(call, 1_000_000, asItIs);
  const nonce = nonceOf(1, 1);
  const answer = answerTo(1_000_000, call.answerWith(nonce));
  template.learn(answer, 1_000_000, nonce, resultOf(answer));
  return template;
}

test('a patched request is byte for byte the one that is written anew', () => {
  fc.assert(
    fc.property(anId, aNonce, aFiller, fc.boolean(), (id, nonce, filler, inEnvelope) => {
      const call = echo(filler);
      const envelop = (params: object): { readonly [key: string]: unknown } =>
        inEnvelope ? { ...params, _meta: { version: '2026-07-28' } } : { ...params };
      const template = new CallTemplate(call, 1_000_000, envelop);
      const message = template.message(id, nonce);
      const anew = encodeRequest(id, 'tools/call', envelop({ name: 'echo', arguments: { text: nonce + filler } }));
      expect(message.bytes?.toString()).toBe(anew.text);
      expect({
        text: message.text,
        size: message.size,
        id: message.id,
        method: message.method,
        name: message.name,
      }).toEqual({ text: anew.text, size: anew.size, id: anew.id, method: anew.method, name: anew.name });
    }),
  );
});

test('a message that is asked for its text later still says its own', () => {
  const template = new CallTemplate(echo(''), 1_000_000, asItIs);
  const first = template.message(1_000_001, nonceOf(1, 1));
  template.message(1_000_002, nonceOf(2, 2));
  expect(first.text).toContain('"id":1000001');
  expect(first.text).toContain(nonceOf(1, 1));
});

test('ids with more digits need another template', () => {
  const template = new CallTemplate(echo(''), 9_999_999, asItIs);
  expect([template.fits(9_999_999), template.fits(10_000_000)]).toEqual([true, false]);
});

test('a call that holds its nonce twice, or not at all, is none that can be patched', () => {
  for (const text of [(nonce: string) => nonce + nonce, () => 'nothing'])
    expect(
      () => new CallTemplate({ ...echo(''), argumentsWith: (nonce) => ({ text: text(nonce) }) }, 1, asItIs),
    ).toThrow('more than once');
});

describe('the usual answer', () => {
  test('is known again with every id and nonce, wherever it stands in the buffer', () => {
    fc.assert(
      fc.property(anId, aNonce, aFiller, fc.nat(20), (id, nonce, filler, before) => {
        const call = echo(filler);
        const template = learned(call);
        const answer = answerTo(id, call.answerWith(nonce));
        const buffer = Buffer.concat([Buffer.alloc(before, '{'), answer, Buffer.from('}')]);
        const end = before + answer.length;
        expect(template.answerLength).toBe(answer.length);
        expect(template.idIn(buffer, before)).toBe(id);
        expect(template.isUsual(buffer, before, end, id, nonce)).toBe(true);
      }),
    );
  });

  test('is not taken for usual with any one byte changed', () => {
    const call = echo('filler "ä"');
    const template = learned(call);
    const nonce = nonceOf(7, 7);
    const answer = answerTo(1_234_567, call.answerWith(nonce));
    for (let at = 0; at < answer.length; at += 1) {
      const changed = Buffer.from(answer);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(template.isUsual(changed, 0, changed.length, 1_234_567, nonce), `byte ${at}`).toBe(false);
    }
  });

  test('is learned from a right answer only', () => {
    const nonce = nonceOf(1, 1);
    for (const answer of [answerTo(1_000_000, `${nonce}x`), answerTo(1_000_000, nonce, { isError: true })]) {
      const template = new CallTemplate(echo(''), 1_000_000, asItIs);
      template.learn(answer, 1_000_000, nonce, resultOf(answer));
      expect(template.answerLength).toBeUndefined();
    }
  });

  test('is none where the id or the nonce stands in two places', () => {
    const nonce = nonceOf(1, 1);
    for (const more of [{ id: 1_000_000 }, { of: nonce }]) {
      const template = new CallTemplate(echo(''), 1_000_000, asItIs);
      const answer = answerTo(1_000_000, nonce, more);
      template.learn(answer, 1_000_000, nonce, resultOf(answer));
      expect(template.answerLength).toBeUndefined();
    }
  });

  test('may change, some times: a server that dates its answers is read each time', () => {
    const template = new CallTemplate(echo(''), 1_000_000, asItIs);
    const nonce = nonceOf(1, 1);
    for (let date = 10; date < 30; date += 1) {
      const answer = answerTo(1_000_000, nonce, { date: '.'.repeat(date) });
      template.learn(answer, 1_000_000, nonce, resultOf(answer));
    }
    const last = answerTo(1_000_000, nonce, { date: '.'.repeat(17) });
    expect(template.answerLength).toBe(last.length);
  });
});
