import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOfSplit, estimate, medianCoverage } from './estimate.ts';

test('six trials span from the smallest to the largest and cover 96.9 %', () => {
  const values = [5, 1, 4, 2, 6, 3];
  expect(estimate(values)).toEqual({ value: 3.5, low: 1, high: 6, coverage: 0.96875, values });
});

test('five trials cannot cover 95 % and say what they do cover', () => {
  expect(estimate([5, 1, 4, 2, 3])).toMatchObject({ value: 3, low: 1, high: 5, coverage: 0.9375 });
});

test('one trial covers nothing, none is no estimate', () => {
  expect(estimate([7])).toEqual({ value: 7, low: 7, high: 7, coverage: 0, values: [7] });
  expect(estimate([])).toBeUndefined();
});

// Hahn and Meeker, Statistical Intervals, table of distribution-free intervals for the median.
test.each([
  [8, 1],
  [9, 2],
  [12, 3],
  [15, 4],
  [20, 6],
  [30, 10],
])('of %i trials the interval starts at the one in place %i', (count, k) => {
  const values = Array.from({ length: count }, (_, index) => index + 1);
  expect(estimate(values)).toMatchObject({ low: k, high: count + 1 - k });
});

test('the coverage is the share of coin sequences that put the median inside, counted one by one', () => {
  for (let count = 1; count <= 12; count += 1) {
    for (let k = 1; k <= count / 2; k += 1) {
      const covering = Array.from(
        { length: 2 ** count },
        (_, coins) => coins.toString(2).replaceAll('0', '').length,
      ).filter((below) => below >= k && below <= count - k);
      expect(medianCoverage(count, k)).toBeCloseTo(covering.length / 2 ** count, 12);
    }
  }
});

test('from six trials on the interval covers 95 %, no narrower one does, and the median is inside', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 6, maxLength: 60 }), (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      const found = estimate(values)!;
      const k = Array.from({ length: 30 }, (_, index) => 30 - index).find(
        (rank) => medianCoverage(values.length, rank) >= 0.95,
      )!;
      expect(found.low).toBe(sorted[k - 1]);
      expect(found.high).toBe(sorted.at(-k));
      expect(found.coverage).toBeGreaterThanOrEqual(0.95);
      expect(found.low).toBeLessThanOrEqual(found.value);
      expect(found.high).toBeGreaterThanOrEqual(found.value);
    }),
  );
});

test('a split is as likely as the coins that make it', () => {
  // Of 2^10 rows of ten coins, 1 + 10 + 45 show at least eight heads.
  expect(chanceOfSplit(8, 2)).toBeCloseTo(56 / 1_024, 12);
  expect(chanceOfSplit(1, 0)).toBeCloseTo(0.5, 12);
  expect(chanceOfSplit(0, 0)).toBe(1);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }), (more, fewer) => {
      const rows = 2 ** (more + fewer);
      let extreme = 0;
      for (let row = 0; row < rows; row += 1) if (ones(row) >= more) extreme += 1;
      expect(chanceOfSplit(more, fewer)).toBeCloseTo(extreme / rows, 9);
    }),
    { numRuns: 15 },
  );
});

function ones(row: number): number {
  let count = 0;
  for (let left = row; left > 0; left >>>= 1) count += left & 1;
  return count;
}
