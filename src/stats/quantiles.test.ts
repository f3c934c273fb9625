import { expect, test } from 'vitest';
import { distributionOf } from '../../test/fixtures/record.ts';
import { isReportable, quantileAmongDue, quantileOf, type Share } from './quantiles.ts';

test.each<[Share, number]>([
  [0.5, 5],
  [0.9, 10],
  [0.99, 100],
])('the quantile %d needs %i samples, no more and no fewer', (q, fewest) => {
  expect(isReportable(fewest, q)).toBe(true);
  expect(isReportable(fewest - 1, q)).toBe(false);
});

test('a quantile is nearest rank, and asking twice gives the same', () => {
  const distribution = distributionOf(Array.from({ length: 1_000 }, (_, index) => index + 1));
  for (const [q, expected] of [
    [0.5, 500],
    [0.9, 900],
    [0.99, 990],
  ] as const) {
    expect(quantileOf(distribution, q)).toBe(expected);
    expect(quantileOf(distribution, q)).toBe(expected);
  }
});

test('a distribution with too few samples is not even decoded', () => {
  expect(quantileOf({ ...distributionOf([1, 2, 3, 4]), hdr: 'damaged' }, 0.5)).toBeUndefined();
});

test('a damaged distribution is an error, not a number', () => {
  const distribution = distributionOf(Array.from({ length: 50 }, (_, index) => 1_000 * index));
  expect(() => quantileOf({ ...distribution, hdr: `${distribution.hdr.slice(0, 60)}AAAA` }, 0.5)).toThrow(
    'damaged histogram',
  );
  expect(() => quantileOf({ ...distribution, count: 51 }, 0.5)).toThrow('50 values where 51 are stated');
});

test('calls that were never answered are slower than all that were', () => {
  const distribution = distributionOf(Array.from({ length: 1_000 }, (_, index) => index + 1));
  expect(quantileAmongDue(distribution, 0, 0.9)).toBe(900);
  expect(quantileAmongDue(distribution, 100, 0.9)).toBe(990); // The 990th of 1,100.
  expect(quantileAmongDue(distribution, 100, 0.99)).toBeUndefined(); // Among those that never came.
  expect(quantileAmongDue(distribution, 1_000, 0.5)).toBe(1_000);
  expect(quantileAmongDue(distribution, 1_001, 0.5)).toBeUndefined();
});
