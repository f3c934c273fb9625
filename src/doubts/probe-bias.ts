/**
 * Whether loaded drivers saw what a probe saw that had nothing else to do. A driver at its limit reads answers late and
 * calls it service time; a closed loop whose clients all wait for each other may see less than who comes at random.
 */
import { areApart, quantileInterval } from '../measure/quantile-interval.ts';
import type { Distribution, Doubt } from '../result/record.ts';
import { AGREEMENT_LIMIT } from './driver-agreement.ts';

/** Fewer calls of a probe say nothing. */
export const FEWEST_PROBED = 30;

const METRICS = [
  ['service-time.p50', 0.5],
  ['service-time.p99', 0.99],
] as const;

/** One doubt for each quantile of service time at which the two differ by more than a tenth and beyond their 95 % intervals. */
export function probeDoubts(drivers: Distribution, probe: Distribution): readonly Doubt[] {
  if (probe.count < FEWEST_PROBED || drivers.count < FEWEST_PROBED) return [];
  return METRICS.flatMap(([metric, q]) => {
    const seen = quantileInterval(drivers, q);
    const probed = quantileInterval(probe, q);
    if (!areApart(seen, probed, AGREEMENT_LIMIT)) return [];
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
