/** When things are due: a schedule is a pure function of rate, arrival process, length and seed. */
import { type Nanoseconds, NS_PER_MS, NS_PER_S, type PerSecond } from '../units.ts';
import { seededRandom } from './random.ts';
import type { Arrivals } from './scenario.ts';

export interface ScheduleOptions {
  readonly arrivals: Arrivals;
  readonly ratePerSec: PerSecond;
  readonly durationNs: Nanoseconds;
  /** Stop after so many arrivals even if time is left. */
  readonly maxCount?: number | undefined;
  readonly seed: number;
  /**
   * Arrivals are moved to the next multiple of this, so that a timer of that resolution can keep the calendar and its
   * lateness is not mistaken for the endpoint's. 0 leaves them where they fall.
   */
  readonly gridNs: Nanoseconds;
}

/** Offsets from the start, in nanoseconds, ascending, all below the duration. */
export function scheduleArrivals(options: ScheduleOptions): Float64Array {
  const gapNs = NS_PER_S / options.ratePerSec;
  const random = seededRandom(options.seed);
  const limit = options.maxCount ?? Number.POSITIVE_INFINITY;
  const offsets: number[] = [];
  // Half a gap of lead: the count over whole seconds is then exact for constant arrivals, and the first arrival is not at the very edge.
  let next = options.arrivals === 'constant' ? gapNs / 2 : random.exponential() * gapNs;
  while (offsets.length < limit) {
    const onGrid = options.gridNs > 0 ? Math.ceil(next / options.gridNs) * options.gridNs : next;
    if (onGrid >= options.durationNs) break;
    offsets.push(onGrid);
    next += options.arrivals === 'constant' ? gapNs : random.exponential() * gapNs;
  }
  return Float64Array.from(offsets);
}

/** The resolution of Node's timers: a schedule kept by `setTimeout` is laid on this grid. */
export const TIMER_GRID_NS = NS_PER_MS as Nanoseconds;
