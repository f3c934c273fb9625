/** One number for several trials: their median, and between which of the trials the true median lies. */
import { ascending, median } from './order-statistics.ts';
import type { Estimate } from './summary.ts';

const LEVEL = 0.95;

/**
 * The median over the trials with the sign-test interval, which assumes nothing about the distribution: the k-th
 * smallest and the k-th largest value for the largest k that still covers the true median with 95 %. Below six trials
 * there is none, and it is the smallest and the largest with the coverage they have, which for one trial is 0.
 * (David and Nagaraja, Order Statistics, 2003, § 7.1.) `undefined` without values.
 */
export function estimate(values: readonly number[]): Estimate | undefined {
  const sorted = ascending(values);
  const k = intervalRank(sorted.length);
  const low = sorted[k - 1];
  const high = sorted[sorted.length - k];
  if (low === undefined || high === undefined) return undefined;
  return { value: median(values), low, high, coverage: medianCoverage(sorted.length, k), values };
}

/** How likely so uneven a split, or one more uneven the same way, is where either side is as likely: P(Binomial(more + fewer, ½) ≥ more). */
export const chanceOfSplit = (more: number, fewer: number): number => (1 - medianCoverage(more + fewer, fewer + 1)) / 2;

/** With what probability, 0 … 1, the true median lies between the k-th smallest and the k-th largest of `count` values: 1 − 2·P(Binomial(count, ½) < k). */
export function medianCoverage(count: number, k: number): number {
  let probability = 0.5 ** count;
  let tail = 0;
  for (let below = 0; below < k; below += 1) {
    tail += probability;
    probability *= (count - below) / (below + 1);
  }
  return 1 - 2 * tail;
}

/** The largest k whose interval still has the level; 1, the widest interval, where none has. */
function intervalRank(count: number): number {
  let k = 1;
  while (k + 1 <= count / 2 && medianCoverage(count, k + 1) >= LEVEL) k += 1;
  return k;
}
