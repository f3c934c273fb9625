/** Between which two samples of one window a quantile lies, and whether two of them are told apart by it. */
import { type Nanoseconds, nanoseconds } from '../units.ts';
import { decodeHistogram, type Distribution } from './histogram.ts';

export interface QuantileInterval {
  readonly valueNs: Nanoseconds;
  readonly lowNs: Nanoseconds;
  /** Infinite where too few samples lie beyond. */
  readonly highNs: Nanoseconds;
}

/** Of the standard normal distribution: 95 % lie within. */
const Z95 = 1.96;

/**
 * Of at least one sample; 95 %, by the ranks between which the quantile `q`, 0 … 1, lies: the number of samples below it is
 * binomial, here near enough normal. Calls of one window depend on each other, so that it is rather too narrow.
 */
export function quantileInterval(distribution: Distribution, q: number): QuantileInterval {
  const histogram = decodeHistogram(distribution);
  const { count } = distribution;
  const spread = Z95 * Math.sqrt(count * q * (1 - q));
  const at = (rank: number): Nanoseconds => histogram.valueAtQuantile(rank / count) ?? nanoseconds(0);
  const high = Math.ceil(count * q + spread);
  return {
    valueNs: at(count * q),
    lowNs: at(Math.max(1, Math.floor(count * q - spread))),
    highNs: high > count ? nanoseconds(Infinity) : at(high),
  };
}

/** Whether the intervals are apart, and the values by more than the share `limit`. */
export const areApart = (a: QuantileInterval, b: QuantileInterval, limit: number): boolean =>
  (a.lowNs > b.highNs || b.lowNs > a.highNs) &&
  Math.max(a.valueNs, b.valueNs) > Math.min(a.valueNs, b.valueNs) * (1 + limit);
