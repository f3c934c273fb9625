/** Quantiles of requests within one trial, from their recorded distribution, where there are enough of them to mean something. */
import { decodeHistogram } from '../measure/histogram.ts';
import type { Distribution } from '../result/record.ts';

/** The shares that metrics ask for. */
const SHARES = [0.5, 0.9, 0.99] as const;
export type Share = (typeof SHARES)[number];

/** Fewest samples beyond a quantile for it to be told from the maximum: 10 for the 90th percentile, 100 for the 99th. Uncertain numbers are shown; what is gated wants more. */
const FEWEST_BEYOND = 1;
/** A median is robust: it is reported from this many samples on, beyond or not. */
const FEWEST_FOR_MEDIAN = 5;

/**
 * The value, in nanoseconds, that at least the share `q` of the samples does not exceed; `undefined` with too few
 * samples. Throws when the distribution is damaged.
 */
export function quantileOf(distribution: Distribution, q: Share): number | undefined {
  return isReportable(distribution.count, q) ? decodedQuantiles(distribution)[q] : undefined;
}

/**
 * As `quantileOf`, with `unanswered` calls beside that waited for longer than any that was answered: without them the
 * slowest callers would leave the statistics by never being served. `undefined` where the quantile falls among them.
 */
export function quantileAmongDue(distribution: Distribution, unanswered: number, q: Share): number | undefined {
  if (unanswered === 0) return quantileOf(distribution, q);
  const share = (q * (distribution.count + unanswered)) / distribution.count;
  return share > 1 || !isReportable(distribution.count, q)
    ? undefined
    : decodeHistogram(distribution).valueAtQuantile(share);
}

/** Whether so many samples carry the quantile, 0 … 1. */
export function isReportable(count: number, q: number): boolean {
  // 100 × (1 − 0.9) is 9.999…98.
  return q === 0.5 ? count >= FEWEST_FOR_MEDIAN : Math.round(count * (1 - q) * 1e6) / 1e6 >= FEWEST_BEYOND;
}

/** Decoding takes a third of a millisecond and 112 KiB, so each distribution is decoded once and only three numbers stay. */
const decoded = new WeakMap<Distribution, Partial<Record<Share, number>>>();

function decodedQuantiles(distribution: Distribution): Partial<Record<Share, number>> {
  const known = decoded.get(distribution);
  if (known !== undefined) return known;
  const histogram = decodeHistogram(distribution);
  const quantiles = Object.fromEntries(SHARES.map((q) => [q, histogram.valueAtQuantile(q)]));
  decoded.set(distribution, quantiles);
  return quantiles;
}
