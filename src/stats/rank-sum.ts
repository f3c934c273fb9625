/**
 * Two samples that were not taken in pairs, such as those of two runs: the exact Wilcoxon rank-sum test (the same as
 * Mann and Whitney's), the Hodges–Lehmann estimate of the shift, and the interval that is the test's inversion (Wilcoxon
 * 1945; Mann and Whitney 1947; Hollander and Wolfe, Nonparametric Statistical Methods, § 4.1 – 4.3).
 */
import { centralInterval, type ExactInterval, intervalByInversion } from './inversion.ts';
import { ascending, doubledMidRanks, median } from './order-statistics.ts';
import { countedRatio, EQUIVALENCE_LEVEL, LEVEL, type RatioQuestion, sampledRatio } from './ratio-words.ts';
import { tQuantile } from './student-t.ts';
import type { Ratio } from './summary.ts';

/** Probabilities, 0 … 1, of a rank sum at least as extreme as the one seen, if every split of the values into two samples were equally likely. */
export interface RankSumTest {
  /** Of the first sample among all values, ties at their middle rank. */
  readonly rankSum: number;
  /** Against: the first sample tends to be above the second. */
  readonly pGreater: number;
  /** Against: the first sample tends to be below the second. */
  readonly pLess: number;
  readonly pTwoSided: number;
}

export interface TwoSampleOptions extends RatioQuestion {
  /** One value per trial; in no order that means anything. */
  readonly arm: readonly number[];
  readonly base: readonly number[];
  /** The metric is counted rather than timed: if each sample repeats one value, their ratio is the answer and no sample. */
  readonly exact?: boolean;
}

/**
 * By what factor the arm's values are above the base's, with the words and intervals of a comparison in pairs, its
 * `pairs` being the size of the smaller sample. `undefined` where no ratio exists: without values on both sides, or with
 * a value of 0 or below; if all of them are 0 they are equal.
 */
export function twoSampleRatio({ arm, base, exact = false, ...question }: TwoSampleOptions): Ratio | undefined {
  const pairs = Math.min(arm.length, base.length);
  const [armValues, baseValues] = [arm, base].every(isNothingBut(0))
    ? [arm.map(() => 1), base.map(() => 1)]
    : [arm, base];
  const [firstArm, firstBase] = [armValues[0], baseValues[0]];
  if (firstArm === undefined || firstBase === undefined) return undefined;
  if (![...armValues, ...baseValues].every((value) => value > 0)) return undefined;
  if (exact && isNothingBut(firstArm)(armValues) && isNothingBut(firstBase)(baseValues)) {
    return countedRatio(question, pairs, firstArm / firstBase);
  }
  const differences = allDifferences(armValues.map(Math.log), baseValues.map(Math.log));
  const sizes = { arm: arm.length, base: base.length };
  return sampledRatio(question, pairs, {
    centre: median(differences),
    at95: shiftInterval(differences, sizes, LEVEL),
    at90: shiftInterval(differences, sizes, EQUIVALENCE_LEVEL),
  });
}

const isNothingBut =
  (wanted: number) =>
  (values: readonly number[]): boolean =>
    values.every((value) => value === wanted);

/** Whether two samples of at least one value each differ in where they lie. Exact; the work grows with the fourth power of the sizes. */
export function rankSumTest(first: readonly number[], second: readonly number[]): RankSumTest {
  const ranks = doubledMidRanks([...first, ...second]);
  const seen = sum(ranks.slice(0, first.length));
  const chances = sumsOfSubsets(ranks, first.length);
  const pLess = sum([...chances.subarray(0, seen + 1)]);
  const pGreater = sum([...chances.subarray(seen)]);
  return { rankSum: seen / 2, pGreater, pLess, pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)) };
}

/** Every value of the one less every value of the other, smallest first: its median is the Hodges–Lehmann estimate of the shift. */
export const allDifferences = (arm: readonly number[], base: readonly number[]): number[] =>
  ascending(arm.flatMap((value) => base.map((other) => value - other)));

interface Sizes {
  readonly arm: number;
  readonly base: number;
}

/** Sizes up to 60 and 60 are counted out. Beyond, the distribution is so near to the normal one that no bound moves by more than one place. */
const MOST_COUNTED_OUT = 60 * 60;

/**
 * The interval of all shifts that the two-sided test does not reject, between two of the sorted differences. The fewest
 * for 95 % are four values and four, three and five, or two and eight; fewer give the widest there is. With ties the
 * coverage is at least what is stated.
 */
export function shiftInterval(differences: readonly number[], sizes: Sizes, level: number): ExactInterval {
  if (sizes.arm * sizes.base > MOST_COUNTED_OUT) return normalInterval(differences, sizes, level);
  return intervalByInversion(differences, pairsAbove(sizes), level);
}

/** The probability of each number of pairs, from 0, in which the one sample's value is the larger, if nothing shifts them (Mann and Whitney's U). */
function pairsAbove({ arm, base }: Sizes): Float64Array {
  const ranks = Array.from({ length: arm + base }, (_, index) => index + 1);
  const smallest = Math.min(arm, base);
  // The rank sum less the smallest that it can be.
  return sumsOfSubsets(ranks, smallest).subarray((smallest * (smallest + 1)) / 2);
}

/** Degrees of freedom at which Student's t is the normal distribution to four digits. */
const AS_GOOD_AS_NORMAL = 10_000;

function normalInterval(differences: readonly number[], { arm, base }: Sizes, level: number): ExactInterval {
  const deviation = Math.sqrt((arm * base * (arm + base + 1)) / 12);
  const below = (arm * base) / 2 - tQuantile(level, AS_GOOD_AS_NORMAL) * deviation - 0.5;
  return { ...centralInterval(differences, Math.max(1, Math.floor(below) + 1)), coverage: level };
}

/** The probability of every sum, from 0, of a subset of so many of the ranks, each such subset equally likely: one rank added after the other. */
function sumsOfSubsets(ranks: readonly number[], size: number): Float64Array {
  const total = sum(ranks);
  // Row j: of the subsets with j of the ranks so far.
  const rows = Array.from({ length: size + 1 }, () => new Float64Array(total + 1));
  if (rows[0] !== undefined) rows[0][0] = 1;
  let reached = 0;
  for (const [index, rank] of ranks.entries()) {
    reached += rank;
    const count = index + 1;
    // Downwards, so that the row below is still the one without this rank.
    for (let chosen = Math.min(size, count); chosen > 0; chosen -= 1) {
      const [row, below] = [rows[chosen], rows[chosen - 1]];
      if (row === undefined || below === undefined) continue;
      const taken = chosen / count;
      for (let at = reached; at >= 0; at -= 1) {
        row[at] = (1 - taken) * (row[at] ?? 0) + (at < rank ? 0 : taken * (below[at - rank] ?? 0));
      }
    }
  }
  return rows[size] ?? new Float64Array(1);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
