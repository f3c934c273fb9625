import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hodgesLehmann, signedRankInterval, signedRankTest, walshAverages } from './wilcoxon.ts';

/** Small whole numbers: ties and zeros are the rule. */
const differences = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 10 });
const continuous = fc.array(
  fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 1e6),
  { minLength: 1, maxLength: 20 },
);

/** The slow obvious version: every assignment of signs to the absolute values is equally likely; rank, sum and count. */
function testByEnumeration(values: readonly number[]) {
  const nonZero = values.filter((value) => value !== 0);
  const midRank = (size: number) => {
    const smaller = nonZero.filter((value) => Math.abs(value) < size).length;
    const equal = nonZero.filter((value) => Math.abs(value) === size).length;
    return smaller + (equal + 1) / 2;
  };
  const ranks = nonZero.map((value) => midRank(Math.abs(value)));
  const sumWhere = (isPositive: (index: number) => boolean) =>
    ranks.reduce((total, rank, index) => total + (isPositive(index) ? rank : 0), 0);
  const seen = sumWhere((index) => nonZero[index]! > 0);
  const sums = Array.from({ length: 2 ** ranks.length }, (_, signs) =>
    sumWhere((index) => ((signs >> index) & 1) === 1),
  );
  return {
    positiveRankSum: seen,
    pGreater: sums.filter((sum) => sum >= seen).length / sums.length,
    pLess: sums.filter((sum) => sum <= seen).length / sums.length,
  };
}

test('the test agrees with the enumeration of all signs, ties and zeros included', () => {
  fc.assert(
    fc.property(differences, (values) => {
      const slow = testByEnumeration(values);
      const fast = signedRankTest(values);
      expect(fast.positiveRankSum).toBe(slow.positiveRankSum);
      expect(fast.pGreater).toBeCloseTo(slow.pGreater, 12);
      expect(fast.pLess).toBeCloseTo(slow.pLess, 12);
      expect(fast.pTwoSided).toBeCloseTo(Math.min(1, 2 * Math.min(slow.pGreater, slow.pLess)), 12);
    }),
    { numRuns: 300 },
  );
});

test('the interval holds exactly the centres that the test does not reject', () => {
  // Whole differences and a centre beside the whole and half numbers: no ties, and no centre on the interval's edge.
  const values = fc.uniqueArray(fc.integer({ min: -200, max: 200 }), { minLength: 6, maxLength: 10 });
  fc.assert(
    fc.property(values, fc.integer({ min: -200, max: 200 }), (values, near) => {
      const supposed = near + 0.3;
      const shifted = values.map((value) => value - supposed);
      const { low, high } = signedRankInterval(values, 0.95);
      expect(low < supposed && supposed < high).toBe(signedRankTest(shifted).pTwoSided > 0.05);
    }),
    { numRuns: 500 },
  );
});

test('the coverage is the share of sign assignments that leave the centre inside', () => {
  for (const [count, level] of [
    [6, 0.95],
    [7, 0.95],
    [8, 0.9],
    [10, 0.95],
    [4, 0.5],
  ] as const) {
    const sizes = Array.from({ length: count }, (_, index) => 2 ** index + 0.1);
    const inside = Array.from({ length: 2 ** count }, (_, signs) => {
      const { low, high } = signedRankInterval(
        sizes.map((size, index) => (((signs >> index) & 1) === 1 ? size : -size)),
        level,
      );
      return low < 0 && high > 0;
    }).filter(Boolean);
    expect(signedRankInterval(sizes, level).coverage).toBeCloseTo(inside.length / 2 ** count, 12);
  }
});

test('known values: Darwin’s plants (Hollander and Wolfe, § 3.1: the two-sided p of 15 pairs with W = 96 is 0.041)', () => {
  const plants = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  const result = signedRankTest(plants);
  expect(result.positiveRankSum).toBe(96);
  expect(result.pTwoSided).toBeCloseTo(0.04126, 5);
});

test('known values: the table of the signed-rank distribution', () => {
  const wholeNumbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  // Drop this many smallest sums on each side: the critical values for 5 % two-sided are 0, 2, 3, 5, 8, 13, 25, 52, 137.
  for (const [count, critical] of [
    [6, 0],
    [7, 2],
    [8, 3],
    [9, 5],
    [10, 8],
    [12, 13],
    [15, 25],
    [20, 52],
    [30, 137],
  ] as const) {
    const values = wholeNumbers(count).map((n) => n ** 3 + n / 1000);
    expect(signedRankInterval(values, 0.95).low).toBe(walshAverages(values)[critical]);
    expect(signedRankInterval(values, 0.95).high).toBe(walshAverages(values).at(-1 - critical));
  }
});

test('too few pairs: the widest interval, with the coverage it has', () => {
  expect(signedRankInterval([1, 2, 3, 4, 5, 6], 0.95)).toEqual({ low: 1, high: 6, coverage: 0.96875 });
  expect(signedRankInterval([1, 2, 3, 4, 5], 0.95)).toEqual({ low: 1, high: 5, coverage: 0.9375 });
  expect(signedRankInterval([3], 0.95)).toEqual({ low: 3, high: 3, coverage: 0 });
});

test('sixty pairs are counted out, and the two tails meet', () => {
  const values = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? -1 : 1) * (index + 1));
  const { pLess, pGreater } = signedRankTest(values);
  expect(pGreater).toBeGreaterThan(0);
  expect(pLess + pGreater).toBeGreaterThan(1);
  expect(signedRankInterval(values, 0.95).coverage).toBeCloseTo(0.95, 2);
});

test('no difference at all is no evidence', () => {
  expect(signedRankTest([0, 0, 0])).toEqual({ count: 0, positiveRankSum: 0, pGreater: 1, pLess: 1, pTwoSided: 1 });
});

test('shift, scale and sign of the differences carry over to the estimate and its interval', () => {
  fc.assert(
    fc.property(
      continuous,
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.constantFrom(0.5, 2, 4),
      (values, shift, scale) => {
        const plain = signedRankInterval(values, 0.95);
        const moved = signedRankInterval(
          values.map((value) => value * scale + shift),
          0.95,
        );
        const flipped = signedRankInterval(
          values.map((value) => -value),
          0.95,
        );
        expect(moved.low).toBeCloseTo(plain.low * scale + shift, 9);
        expect(moved.high).toBeCloseTo(plain.high * scale + shift, 9);
        expect([flipped.low, flipped.high]).toEqual([-plain.high, -plain.low]);
        expect(hodgesLehmann(values.map((value) => value * scale + shift))).toBeCloseTo(
          hodgesLehmann(values) * scale + shift,
          9,
        );
        expect(hodgesLehmann(values.map((value) => -value))).toBeCloseTo(-hodgesLehmann(values), 12);
      },
    ),
  );
});

test('a flip of all signs swaps the two directions; the order of the pairs does not matter', () => {
  fc.assert(
    fc.property(differences, (values) => {
      const plain = signedRankTest(values);
      const flipped = signedRankTest(values.map((value) => -value));
      expect(flipped).toMatchObject({ pGreater: plain.pLess, pLess: plain.pGreater, pTwoSided: plain.pTwoSided });
      expect(signedRankTest(values.toReversed())).toEqual(plain);
    }),
  );
});

test('the estimate is the median of all pairwise means', () => {
  expect(walshAverages([1, 5, 2])).toEqual([1, 1.5, 2, 3, 3.5, 5]);
  expect(hodgesLehmann([1, 5, 2])).toBe(2.5);
});
