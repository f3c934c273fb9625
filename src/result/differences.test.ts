import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareOnFile } from './differences.ts';

const json = fc.jsonValue({ maxDepth: 3 });
const differencesOf = (got: unknown, expected: unknown) => compareOnFile(got, expected, ['x']).differences;

/** Numbers and words in it; what is empty has none. */
function leavesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, one) => sum + leavesOf(one), 0);
}

/** The slow obvious version: the same text, whatever the order of the keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null) return one;
    if (Array.isArray(one)) return ['list', ...(one as readonly unknown[])];
    return ['mapping', ...Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))];
  });

test('a value differs from itself nowhere, and all of it agrees', () => {
  fc.assert(
    fc.property(json, (value) => {
      const onFile: unknown = JSON.parse(JSON.stringify(value));
      expect(compareOnFile(value, structuredClone(value), [])).toMatchObject({
        differences: [],
        agreeing: leavesOf(onFile),
      });
    }),
  );
});

test('two values differ somewhere exactly when their texts do', () => {
  const small = fc.jsonValue({ maxDepth: 2, depthSize: 'xsmall' });
  fc.assert(
    fc.property(small, small, (got, expected) => {
      const same = canonical(JSON.parse(JSON.stringify(got))) === canonical(JSON.parse(JSON.stringify(expected)));
      expect(differencesOf(got, expected).length === 0).toBe(same);
    }),
    { numRuns: 1_000 },
  );
});

test.each<[string, unknown, unknown, string, string, string]>([
  ['a number that is a word', '1', 1, 'x', '"1"', '1'],
  ['nothing and null', { a: null }, {}, 'x.a', 'null', 'nothing'],
  ['a key too many', { a: 1, b: { c: 2 } }, { a: 1 }, 'x.b', '{"c":2}', 'nothing'],
  ['a key too few', { a: 1 }, { a: 1, b: [] }, 'x.b', 'nothing', '[]'],
  ['a key that every object seems to have', JSON.parse('{"__proto__": {}}'), {}, 'x.__proto__', '{}', 'nothing'],
  ['a list and a mapping', { a: [] }, { a: {} }, 'x.a', '[]', '{}'],
  ['the last bit', { a: [0.1 + 0.2] }, { a: [0.3] }, 'x.a[0]', '0.30000000000000004', '0.3'],
  ['a text of which the end differs', ['a\u009bb'], ['a\u009bc'], 'x[0]', '"a\\u009bb"', '"a\\u009bc"'],
  ['a word said once too often', ['a', 'a'], ['a'], 'x[1]', '"a"', 'nothing'],
  ['a word that is missing', ['b'], ['a', 'b'], 'x[0]', 'nothing', '"a"'],
])('%s', (_what, got, expected, what, gotText, expectedText) => {
  expect(differencesOf(got, expected)).toEqual([{ what, got: gotText, expected: expectedText }]);
});

test('what a file cannot tell apart is the same', () => {
  expect(differencesOf({ a: -0, b: undefined }, { a: 0 })).toEqual([]);
});

test('entries of lists are named by what they are about, and found again by it where one is missing', () => {
  const entry = (armId: string, value: number) => ({ armId, value });
  expect(differencesOf([entry('a', 1), entry('b', 3)], [entry('a', 1), entry('b', 2)])).toEqual([
    { what: 'x[1].value (b)', got: '3', expected: '2' },
  ]);
  expect(differencesOf([entry('b', 2)], [entry('a', 1), entry('b', 2)])).toEqual([
    { what: 'x[0] (a)', got: 'nothing', expected: '{"armId":"a","value":1}' },
  ]);
});
