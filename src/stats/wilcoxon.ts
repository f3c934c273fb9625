/**
 * The exact Wilcoxon signed-rank test, the interval that is its inversion, and the estimate in that interval's middle
 * (Wilcoxon 1945; Hodges and Lehmann 1963; Hollander and Wolfe, Nonparametric Statistical Methods, § 3.1 – 3.3).
 * Nothing here is an approximation: with the 2 to 60 pairs of a run the whole null distribution is counted out.
 */
import { type ExactInterval, intervalByInversion } from './inversion.ts';
import { ascending, doubledMidRanks, median } from './order-statistics.ts';

/** Probabilities, 0 … 1, of a sum of positive ranks at least as extreme as the one seen, if positive and negative were equally likely. */
export interface SignedRankTest {
  /** The differences that were not zero: a zero says nothing about the direction and is dropped. */
  readonly count: number;
  /** Sum of the ranks of the positive differences, ties at their middle rank. */
  readonly positiveRankSum: number;
  /** Against: the differences tend to be above zero. */
  readonly pGreater: number;
  /** Against: the differences tend to be below zero. */
  readonly pLess: number;
  readonly pTwoSided: number;
}

/** The means of all pairs of values, every value with itself included, smallest first: n(n + 1)/2 of them. */
export function walshAverages(values: readonly number[]): number[] {
  const averages: number[] = [];
  for (const [index, value] of values.entries()) {
    for (const other of values.slice(index)) averages.push((value + other) / 2);
  }
  return ascending(averages);
}

/** The Hodges–Lehmann estimate of the centre of at least one difference: the median of the Walsh averages. */
export const hodgesLehmann = (differences: readonly number[]): number => median(walshAverages(differences));

/** Whether the differences are centred on zero. Without a difference other than zero every p is 1. */
export function signedRankTest(differences: readonly number[]): SignedRankTest {
  const nonZero = differences.filter((difference) => difference !== 0);
  const ranks = doubledMidRanks(nonZero.map(Math.abs));
  const positive = sum(ranks.filter((_, index) => (nonZero[index] ?? 0) > 0));
  const chances = rankSumDistribution(ranks);
  const pLess = sum([...chances.subarray(0, positive + 1)]);
  const pGreater = sum([...chances.subarray(positive)]);
  return {
    count: nonZero.length,
    positiveRankSum: positive / 2,
    pGreater,
    pLess,
    pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)),
  };
}

/**
 * The interval of all centres that the two-sided test does not reject, between two Walsh averages. Six pairs are the
 * fewest for 95 %, five for 90 %; fewer give the widest there is. With ties the coverage is at least what is stated. At
 * least one difference.
 */
export function signedRankInterval(differences: readonly number[], level: number): ExactInterval {
  const ranks = differences.map((_, index) => index + 1);
  return intervalByInversion(walshAverages(differences), rankSumDistribution(ranks), level);
}

/** The probability of every sum of a subset of the ranks, from 0, when each rank is in it with probability ½: one rank added after the other. */
function rankSumDistribution(ranks: readonly number[]): Float64Array {
  const chances = new Float64Array(sum(ranks) + 1);
  chances[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    // Downwards, so that the sums without this rank are still there when they are asked for.
    for (let total = reached; total >= 0; total -= 1) {
      chances[total] = ((chances[total] ?? 0) + (chances[total - rank] ?? 0)) / 2;
    }
  }
  return chances;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
