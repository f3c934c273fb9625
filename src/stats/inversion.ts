/** An exact interval out of an exact test: the two-sided test turned round. */

/** Bounds in the unit of the values, with the probability that they enclose the true centre. */
export interface ExactInterval {
  readonly low: number;
  readonly high: number;
  /** Below the level that was asked for where so few observations have no such interval. */
  readonly coverage: number;
}

/**
 * The interval of all centres that a two-sided rank test does not reject: from the k-th smallest to the k-th largest of
 * what its statistic counts, for the largest k that keeps the level; the widest one where no k does. `counted` are the
 * values that the statistic counts, smallest first: how many of them are above a supposed centre is the statistic.
 * `chances` are the probabilities of the counts 0, 1, … if the centre is the true one.
 */
export function intervalByInversion(counted: readonly number[], chances: Float64Array, level: number): ExactInterval {
  // P(count ≤ 0), P(count ≤ 1), …: dropping k values on each side gives up the centres whose count is below k.
  let k = 1;
  let tail = chances[0] ?? 0;
  for (;;) {
    const next = tail + (chances[k] ?? 0);
    if (1 - 2 * next < level || 2 * (k + 1) > counted.length) break;
    tail = next;
    k += 1;
  }
  return { ...centralInterval(counted, k), coverage: 1 - 2 * tail };
}

/** From the k-th smallest to the k-th largest, k from 1. */
export function centralInterval(ordered: readonly number[], k: number): Pick<ExactInterval, 'low' | 'high'> {
  const low = ordered[k - 1];
  const high = ordered[ordered.length - k];
  if (low === undefined || high === undefined) throw new RangeError('no value has no interval');
  return { low, high };
}
