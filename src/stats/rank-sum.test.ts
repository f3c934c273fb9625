import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../scenario/random.ts';
import { allDifferences, rankSumTest, shiftInterval, twoSampleRatio, type TwoSampleOptions } from './rank-sum.ts';

/** Small whole numbers: ties are the rule. */
const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });

/** The slow obvious version: every choice of who belongs to the first sample is equally likely; rank, sum and count. */
function testByEnumeration(first: readonly number[], second: readonly number[]) {
  const all = [...first, ...second];
  const rankOf = (value: number) =>
    all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2;
  const ranks = all.map(rankOf);
  const seen = first.map(rankOf).reduce((total, rank) => total + rank, 0);
  const sums = Array.from({ length: 2 ** all.length }, (_, members) =>
    ranks.filter((_, index) => ((members >> index) & 1) === 1),
  )
    .filter((chosen) => chosen.length === first.length)
    .map((chosen) => chosen.reduce((total, rank) => total + rank, 0));
  return {
    rankSum: seen,
    pGreater: sums.filter((sum) => sum >= seen).length / sums.length,
    pLess: sums.filter((sum) => sum <= seen).length / sums.length,
  };
}

test('the test agrees with the enumeration of all splits, ties included', () => {
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      const slow = testByEnumeration(first, second);
      const fast = rankSumTest(first, second);
      expect(fast.rankSum).toBe(slow.rankSum);
      expect(fast.pGreater).toBeCloseTo(slow.pGreater, 12);
      expect(fast.pLess).toBeCloseTo(slow.pLess, 12);
      expect(fast.pTwoSided).toBeCloseTo(Math.min(1, 2 * Math.min(slow.pGreater, slow.pLess)), 12);
    }),
    { numRuns: 200 },
  );
});

const interval = (arm: readonly number[], base: readonly number[], level: number) =>
  shiftInterval(allDifferences(arm, base), { arm: arm.length, base: base.length }, level);

test('the interval holds exactly the shifts that the test does not reject', () => {
  // Whole numbers and a shift beside the whole ones: no ties across the samples, and no shift on the interval's edge.
  const values = fc.uniqueArray(fc.integer({ min: -60, max: 60 }), { minLength: 10, maxLength: 14 });
  fc.assert(
    fc.property(values, fc.integer({ min: -60, max: 60 }), (values, near) => {
      const [arm, base] = [values.slice(0, 5), values.slice(5)];
      const shifted = arm.map((value) => value - (near + 0.3));
      const { low, high } = interval(arm, base, 0.95);
      expect(low < near + 0.3 && near + 0.3 < high).toBe(rankSumTest(shifted, base).pTwoSided > 0.05);
    }),
    { numRuns: 500 },
  );
});

test('known values: the table of Mann and Whitney, 5 % two-sided', () => {
  for (const [size, critical] of [
    [4, 0],
    [5, 2],
    [6, 5],
    [7, 8],
    [8, 13],
    [10, 23],
    [15, 64],
    [20, 127],
  ] as const) {
    const arm = Array.from({ length: size }, (_, index) => index ** 2);
    const base = Array.from({ length: size }, (_, index) => index ** 3 / 7 + 0.1);
    const ordered = allDifferences(arm, base);
    const { low, high, coverage } = interval(arm, base, 0.95);
    expect([low, high]).toEqual([ordered[critical], ordered.at(-1 - critical)]);
    expect(coverage).toBeGreaterThanOrEqual(0.95);
  }
});

test('too few values: the widest interval, with the coverage it has', () => {
  // Of the C(6, 3) = 20 splits one is lost on each side.
  expect(interval([1, 2, 3], [0, 10, 20], 0.95)).toEqual({ low: -19, high: 3, coverage: 0.9 });
  expect(interval([1], [0], 0.95)).toEqual({ low: 1, high: 1, coverage: 0 });
  expect(interval([1, 2, 3, 4], [0, 10, 20, 30], 0.95).coverage).toBeCloseTo(1 - 2 / 70, 12);
});

/** P(U = 0), P(U = 1), … by the recursion over which sample has the largest value of all. */
function distributionByRecursion(first: number, second: number): number[] {
  const rows = Array.from({ length: first + 1 }, () => [[1]] as number[][]);
  for (let m = 0; m <= first; m += 1) {
    for (let n = 1; n <= second; n += 1) {
      rows[m]![n] = Array.from({ length: m * n + 1 }, (_, u) => {
        const largestInSecond = (n / (m + n)) * (rows[m]![n - 1]![u] ?? 0);
        return largestInSecond + (m === 0 ? 0 : (m / (m + n)) * (rows[m - 1]![n]![u - n] ?? 0));
      });
    }
  }
  return rows[first]![second]!;
}

test.each([
  ['counted out', 30, 40],
  ['no longer counted out', 61, 60],
])('%s: %i and %i values leave out as many differences as the recursion says, give or take one', (_, size, other) => {
  const chances = distributionByRecursion(size, other);
  let tail = 0;
  let exact = 0;
  while (tail + chances[exact]! <= 0.025) tail += chances[exact++]!;
  const differences = Array.from({ length: size * other }, (_, index) => index);
  const { low, high, coverage } = shiftInterval(differences, { arm: size, base: other }, 0.95);
  // The interval begins with the first difference that is not left out: its index is how many are.
  expect(Math.abs(low - (exact - 1))).toBeLessThanOrEqual(size * other > 3_600 ? 1 : 0);
  expect(differences.length - 1 - high).toBe(low);
  expect(Math.abs(coverage - (1 - 2 * tail))).toBeLessThan(size * other > 3_600 ? 1e-3 : 1e-12);
});

const options = { metric: 'response-time.p50', higherIsBetter: false, margin: 0.05 } as const;
const ratio = (arm: readonly number[], base: readonly number[], special: Partial<TwoSampleOptions> = {}) =>
  twoSampleRatio({ ...options, arm, base, ...special });
const around = (centre: number) => [0.98, 0.99, 0.995, 1, 1.004, 1.01, 1.02].map((factor) => centre * factor);

test('twice the time is slower, half faster, the same equivalent; where more is better the other way round', () => {
  expect(ratio(around(200), around(100))).toMatchObject({ word: 'slower', pairs: 7, exact: false });
  expect(ratio(around(50), around(100))!.word).toBe('faster');
  expect(ratio(around(100), around(100))!.word).toBe('equivalent');
  expect(ratio(around(200), around(100), { higherIsBetter: true })!.word).toBe('faster');
  expect(ratio(around(200), around(100))!.ratio).toBeCloseTo(2, 2);
});

test('the ratio is the median of all quotients; the interval lies between two of them', () => {
  const found = ratio([2, 8, 32, 128, 512], [1, 1, 1, 1, 1])!;
  expect(found.ratio).toBeCloseTo(32, 10);
  // Five and five leave out two differences on each side, and with five equal ones the first three are the same.
  expect([found.low95, found.high95].map(Math.log2).map(Math.round)).toEqual([1, 9]);
  expect(found.coverage95).toBeCloseTo(1 - (2 * 4) / 252, 12);
});

test('three and three are too few for any word, however clear', () => {
  expect(ratio([10, 11, 12], [1, 1.1, 1.2])).toMatchObject({ word: 'inconclusive', smallestDetectable: Infinity });
});

test('counted metrics that repeat are judged by equality, from one trial each on', () => {
  expect(ratio([102], [100], { exact: true })).toMatchObject({ exact: true, word: 'slower', ratio: 1.02 });
  expect(ratio([100, 100], [100], { exact: true })).toMatchObject({ exact: true, word: 'equivalent', pairs: 1 });
  expect(ratio([100, 101], [100, 100], { exact: true })).toMatchObject({ exact: false, word: 'inconclusive' });
  expect(ratio([102, 102], [100, 100])).toMatchObject({ exact: false, word: 'inconclusive' });
});

test('nothing but zeros is equal; any other zero, a negative value, or no value makes no ratio', () => {
  expect(ratio([0, 0], [0], { exact: true })).toMatchObject({ ratio: 1, word: 'equivalent', exact: true });
  expect(ratio([0, 0, 0, 0], [0, 0, 0, 0])).toMatchObject({ ratio: 1, word: 'equivalent' });
  expect(ratio([0, 1], [1, 1])).toBeUndefined();
  expect(ratio([1, 1], [1, -1])).toBeUndefined();
  expect(ratio([], [1])).toBeUndefined();
  expect(ratio([1], [])).toBeUndefined();
});

test('the 95 % interval misses the truth as often as it says, and a clean comparison is called different in at most 5 %', () => {
  const random = seededRandom(7);
  const normal = () => Math.sqrt(2 * random.exponential()) * Math.cos(2 * Math.PI * random.uniform());
  const draw = (centre: number) => Array.from({ length: 8 }, () => centre * Math.exp(0.1 * normal()));
  const found = Array.from({ length: 3_000 }, () => ratio(draw(1.3), draw(1))!);
  const missed = found.filter(({ low95, high95 }) => low95 > 1.3 || high95 < 1.3).length / found.length;
  // Three standard errors of a share of 5 % over 3000 replicates are 1.2 %.
  expect(Math.abs(missed - (1 - found[0]!.coverage95))).toBeLessThan(0.012);
  const clean = Array.from({ length: 3_000 }, () => ratio(draw(1), draw(1))!.word);
  expect(clean.filter((word) => word === 'faster' || word === 'slower').length / 3_000).toBeLessThan(0.062);
});
