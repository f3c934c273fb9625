/** Whether several drivers saw the same: before their histograms are added, for afterwards nobody can tell (Treadmill, ISCA 2016). */
import type { Doubt, Measurement } from '../result/record.ts';
import { METRICS } from '../stats/metrics.ts';
import { nanoseconds } from '../units.ts';

/** By what share the largest median of the drivers may exceed the smallest. */
const LIMIT = 0.1;

/** Of one trial and cell at every driver: nothing, or the one doubt. Medians of response time, and without calls of delivery; drivers with too few samples for one have no say. */
export function driverDoubts(measurements: readonly Measurement[]): readonly Doubt[] {
  const metric = measurements.some(({ calls }) => calls.due > 0) ? 'response-time.p50' : 'delivery.p50';
  const medians = measurements.flatMap((measurement) => METRICS[metric].valueOf(measurement) ?? []);
  // Of fewer than two, the largest is not above the smallest.
  const [least, most] = [Math.min(...medians), Math.max(...medians)];
  if (most <= least * (1 + LIMIT)) return [];
  return [{ kind: 'drivers-disagree', metric, leastNs: nanoseconds(least), mostNs: nanoseconds(most), limit: LIMIT }];
}
