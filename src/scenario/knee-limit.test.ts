import { describe, expect, test } from 'vitest';
import { milliseconds } from '../units.ts';
import { kneeLimitText, parseKneeLimit } from './knee-limit.ts';
import { parseFile } from './parse-scenario.ts';

describe('the limit of a knee', () => {
  test.each([
    ['p99 <= 10ms', { share: 0.99, atMostNs: milliseconds(10) }],
    ['p50<=500us', { share: 0.5, atMostNs: milliseconds(0.5) }],
    ['  p90  <=  1s ', { share: 0.9, atMostNs: milliseconds(1_000) }],
  ])('%j', (text, limit) => {
    expect(parseKneeLimit(text)).toEqual(limit);
    expect(parseKneeLimit(kneeLimitText(limit))).toEqual(limit);
  });

  test.each([
    '',
    'p99',
    'p99 < 10ms',
    'p98 <= 10ms',
    'p99 <= fast',
    'p99 <= 0ms',
    'p99 <= 10',
    '10ms',
    'p99 <= 1ms 2ms',
  ])('%j is none', (text) => {
    expect(() => parseKneeLimit(text)).toThrow('expected a limit like "p99 <= 10ms", of p50, p90 or p99 and a time');
  });

  test('stands in a scenario file, whose mistakes are named where they are', () => {
    const head = 'name: k\ntitle: K\nshows: S.\nstudy: knee\narms: [sse]\n';
    const file = parseFile(`${head}settings: { limit: p50 <= 2ms }\n`, 'k.yaml');
    expect(file.draft).toMatchObject({ settings: { limit: { share: 0.5, atMostNs: milliseconds(2) }, from: 500 } });
    expect(() => parseFile(`${head}settings: { limit: quick }\n`, 'k.yaml')).toThrow(
      'k.yaml:6:20: settings.limit: got "quick", expected a limit like "p99 <= 10ms"',
    );
    expect(() => parseFile(`${head}settings: { from: 10/s, most: 5/s }\n`, 'k.yaml')).toThrow(
      'expected a rate to begin with that is not above the most',
    );
  });
});
