import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonFault } from './json-fault.ts';

describe('a text that ends early', () => {
  test.each([
    '{',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '[',
    '[1',
    '[1,',
    '"\\',
    '"\\u00',
    't',
    '[fals',
    '-',
    '[1.',
    '[1e',
    '[1e+',
    '[-',
  ])('%j', (text) => {
    expect(jsonFault(text)).toBe(text.length);
  });

  test('is faulty at its end, wherever it was cut', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, at) => {
        const cut = json.slice(0, at % json.length);
        if (!isJson(cut)) expect(jsonFault(cut)).toBe(cut.length);
      }),
    );
  });
});

describe('a text with something in it that cannot stand there', () => {
  test.each([
    ['hello', 0],
    ['{"a":1}x', 7],
    ['{"a":1}{', 7],
    ['{a:1}', 1],
    ['{1:1}', 1],
    ['{"a" 1}', 5],
    ['{"a"::1}', 5],
    ['{,}', 1],
    ['{"a":1,}', 7],
    ['{"a":1]', 6],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['[1}', 2],
    [']', 0],
    ['"a\nb"', 2],
    ['"a\\xb   "', 2],
    ['[trve]', 1],
    ['[01]', 1],
    ['[1.]', 1],
    ['[NaN]', 1],
    ["{'a':1}", 1],
    ['{"a":"b"\u00a0}', 8],
  ])('%j', (text, at) => {
    expect(jsonFault(text)).toBe(at);
  });

  test.each([
    ['"a\\', 3],
    ['"a\\u12', 6],
    ['"a\\\u0001', 2],
    ['"a\\u1\u0001', 2],
  ])('an escape that is cut short is missing its end, one that is wrong is wrong where it begins: %j', (text, at) => {
    expect(jsonFault(text)).toBe(at);
  });

  test('is never faulty before the place where it was damaged', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, place) => {
        const at = place % (json.length + 1);
        // A control character can stand nowhere in JSON. Within a scalar, it is the scalar that cannot stand.
        const fault = jsonFault(`${json.slice(0, at)}\u0001${json.slice(at)}`);
        expect(fault).toBeLessThanOrEqual(at);
        expect(/^[-+.0-9A-Za-z\\]*$/.test(json.slice(fault, at))).toBe(true);
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
