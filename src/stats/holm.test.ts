import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holmAdjusted } from './holm.ts';

/** In 64ths, so that no product is rounded and ties and values right at the limit come up. */
const pValues = fc.array(
  fc.integer({ min: 0, max: 64 }).map((n) => n / 64),
  { maxLength: 7 },
);
const level = fc.integer({ min: 0, max: 64 }).map((n) => n / 64);

/**
 * The slow definition, by closure (Marcus, Peritz and Gabriel 1976): a hypothesis is rejected if Bonferroni's test
 * rejects every set of hypotheses that it belongs to.
 */
function rejectedByClosure(values: readonly number[], alpha: number): boolean[] {
  const sets = Array.from({ length: 2 ** values.length - 1 }, (_, bits) =>
    values.map((_, index) => index).filter((index) => (((bits + 1) >> index) & 1) === 1),
  );
  const isRejected = (set: readonly number[]) => set.some((index) => values[index]! * set.length <= alpha);
  return values.map((_, index) => sets.filter((set) => set.includes(index)).every(isRejected));
}

test('rejects what the closure of Bonferroni’s test rejects', () => {
  fc.assert(
    fc.property(pValues, level, (values, alpha) => {
      fc.pre(alpha < 1);
      expect(holmAdjusted(values).map((p) => p <= alpha)).toEqual(rejectedByClosure(values, alpha));
    }),
    { numRuns: 1_000 },
  );
});

test('by hand: four hypotheses, times four, three, two and one', () => {
  expect(holmAdjusted([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
});

test('one that is not rejected holds back all that are larger, however close', () => {
  const adjusted = holmAdjusted([0.001, 0.03, 0.04, 0.045]);
  expect(adjusted.map((p) => p <= 0.05)).toEqual([true, false, false, false]);
});

test('equal values count alike, one stands for itself, none gives none, and nothing exceeds 1', () => {
  expect(holmAdjusted([0.02, 0.02])).toEqual([0.04, 0.04]);
  expect(holmAdjusted([0.02])).toEqual([0.02]);
  expect(holmAdjusted([])).toEqual([]);
  expect(holmAdjusted([0.9, 0.8, 1])).toEqual([1, 1, 1]);
});
