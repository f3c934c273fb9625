/**
 * Whether loaded drivers saw what a probe saw that had nothing else to do. A driver at its limit reads answers late and
 * calls it service time; a closed loop whose clients all wait for each other may see less than who comes at random.
 */
import { AGREEMENT_LIMIT } from '../merge/driver-agreement.ts';
import { decodeHistogram } from '../measure/histogram.ts';
import type { Distribution, Doubt } from '../result/record.ts';
import { type Nanoseconds, nanoseconds } from '../units.ts';

/** Of the standard normal distribution: 95 % lie within. */
const Z95 = 1.96;
/** Fewer calls of a probe say nothing. */
const FEWEST = 30;

const METRICS = [
  ['service-time.p50', 0.5],
  ['service-time.p99', 0.99],
] as const;

/**
 * One doubt for each quantile of service time at which the two 95 % intervals are apart and the values differ by more than
 * a tenth: calls of one window are not independent of each other, which makes the intervals narrower than they should be.
 */
export function probeDoubts(drivers: Distribution, probe: Distribution): readonly Doubt[] {
  if (probe.count < FEWEST || drivers.count < FEWEST) return [];
  return METRICS.flatMap(([metric, q]) => {
    const seen = intervalOf(drivers, q);
    const probed = intervalOf(probe, q);
    if (!(areApart(seen, probed) && differ(seen.valueNs, probed.valueNs))) return [];
    return [
      {
        kind: 'driver-bias',
        metric,
        driversNs: seen.valueNs,
        probeLowNs: probed.lowNs,
        probeHighNs: Number.isFinite(probed.highNs) ? probed.highNs : null,
        limit: AGREEMENT_LIMIT,
      },
    ];
  });
}

interface Interval {
  readonly valueNs: Nanoseconds;
  readonly lowNs: Nanoseconds;
  /** Infinite where too few samples lie beyond. */
  readonly highNs: Nanoseconds;
}

/** 95 %, by the ranks between which the quantile lies: the number of samples below it is binomial, here near enough normal. */
function intervalOf(distribution: Distribution, q: number): Interval {
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

const areApart = (a: Interval, b: Interval): boolean => a.lowNs > b.highNs || b.lowNs > a.highNs;

const differ = (a: number, b: number): boolean => Math.max(a, b) > Math.min(a, b) * (1 + AGREEMENT_LIMIT);
