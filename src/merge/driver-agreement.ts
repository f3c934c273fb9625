/** Whether several drivers saw the same: before their histograms are added, for afterwards nobody can tell (Treadmill, ISCA 2016). */
import type { Doubt, Measurement } from '../result/record.ts';
import { unansweredOf } from '../stats/metrics.ts';
import { quantileAmongDue, quantileOf } from '../stats/quantiles.ts';
import { nanoseconds } from '../units.ts';

/** By what share the largest median of the drivers may exceed the smallest. */
export const AGREEMENT_LIMIT = 0.1;

type Driver = Pick<Measurement, 'calls' | 'responseTime' | 'delivery'> & Partial<Pick<Measurement, 'doubts'>>;

/** Of one trial and cell at every driver: nothing, or the one doubt. Medians of response time, and without calls of delivery; drivers with too few samples for one have no say. */
export function driverDoubts(drivers: readonly Driver[]): readonly Doubt[] {
  const metric = drivers.some(({ calls }) => calls.due > 0) ? 'response-time.p50' : 'delivery.p50';
  const medians = drivers.flatMap((driver) => MEDIANS[metric](driver) ?? []);
  // Of fewer than two, the largest is not above the smallest.
  const [least, most] = [Math.min(...medians), Math.max(...medians)];
  if (most <= least * (1 + AGREEMENT_LIMIT)) return [];
  return [
    {
      kind: 'drivers-disagree',
      metric,
      leastNs: nanoseconds(least),
      mostNs: nanoseconds(most),
      limit: AGREEMENT_LIMIT,
    },
  ];
}

const MEDIANS = {
  'response-time.p50': ({ calls, responseTime }: Driver) => quantileAmongDue(responseTime, unansweredOf(calls), 0.5),
  'delivery.p50': ({ delivery, doubts = [] }: Driver) =>
    doubts.some(({ kind }) => kind === 'clock-not-comparable') ? undefined : quantileOf(delivery, 0.5),
};
