import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUsualResult } from './answer-bytes.ts';

/** Somewhere in a buffer that holds other things before and behind. */
function isUsual(text: string, id: number): boolean {
  const [before, message, behind] = ['"error"', text, '"error"'].map((part) => Buffer.from(part)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const buffer = Buffer.concat([before, message, behind]);
  return isUsualResult(buffer, before.length, before.length + message.length, id);
}

const answer = (id: number, filler: string, more = ''): string =>
  `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${filler}"}]}${more}}`;

describe('the usual result of a request', () => {
  test('is known by its beginning and its id, however long it is', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), fc.nat({ max: 2_000 }), (id, length) => {
        const text = answer(id, 'x'.repeat(length));
        expect(isUsual(text, id)).toBe(true);
        expect(isUsual(text, id + 1)).toBe(false);
        expect(isUsual(text.replace('result', 'resulu'), id)).toBe(false);
      }),
    );
  });

  test('is none with an error beside it, wherever that stands', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2_000 }), fc.nat({ max: 50 }), (length, tail) => {
        const error = `,"error":{"code":1${' '.repeat(tail)}}`;
        expect(isUsual(answer(7, 'e"rror"'.repeat(length / 7), error), 7)).toBe(false);
      }),
    );
    expect(isUsual('{"jsonrpc":"2.0","id":7,"result":{"error"', 7)).toBe(false);
    expect(isUsual('{"jsonrpc":"2.0","id":7,"result":{"error', 7)).toBe(true);
  });

  test('is none that breaks off in its beginning', () => {
    const text = answer(12, '');
    for (let length = 0; length < '{"jsonrpc":"2.0","id":12,"result":{'.length; length += 1)
      expect(isUsual(text.slice(0, length), 12)).toBe(false);
  });
});
