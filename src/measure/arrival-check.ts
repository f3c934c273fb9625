/**
 * Whether a calendar was kept, by the driver's own clock. Never by what the endpoint answered: a guard that looks at
 * the result deletes true results. Lateness of single calls is the send lag's business; here it is the pattern, which
 * decides how much queues behind what (Lancet, Kogias et al. 2019, checks its load generators in the same way).
 */
import { NS_PER_MS, NS_PER_S } from '../units.ts';

export interface ArrivalCheck {
  /** Arrivals that the calendar called for. */
  readonly count: number;
  /** From the first to the last, in the calendar and as they were begun. */
  readonly plannedPerSec: number;
  readonly startedPerSec: number;
  /** Largest difference between the share of waits up to any length and the calendar's share, beyond the slack; 0 … 1. */
  readonly distance: number;
  /** What the distance exceeds by chance alone in one of a thousand such windows. */
  readonly limit: number;
}

/** No wait is held against the calendar more finely than this: Node's timers, and a thread's waking, are not finer. */
const SLACK_NS = NS_PER_MS;
/** Of the Kolmogorov distribution: √n · D exceeds it with probability 0.001. */
const CRITICAL = 1.949;
/** Fewer arrivals show no pattern. */
const FEWEST = 20;

export interface ArrivalTimes {
  /** When each was due, from the start of the window, ascending. */
  readonly offsets: Float64Array;
  /** When each was begun, on the same scale and in the same order. */
  readonly started: Float64Array;
  readonly arrivals: 'poisson' | 'constant';
}

/** `undefined` for fewer than twenty arrivals. */
export function checkArrivals({ offsets, started, arrivals }: ArrivalTimes): ArrivalCheck | undefined {
  const count = offsets.length;
  const plannedNs = spanOf(offsets);
  const startedNs = spanOf(started);
  if (count < FEWEST || !(plannedNs > 0)) return undefined;
  const plannedPerSec = ((count - 1) * NS_PER_S) / plannedNs;
  const cdf = arrivals === 'poisson' ? exponential(plannedPerSec) : step(NS_PER_S / plannedPerSec);
  return {
    count,
    plannedPerSec,
    // Everything at once has no rate that a record could hold.
    startedPerSec: ((count - 1) * NS_PER_S) / Math.max(1, startedNs),
    distance: distanceTo(cdf, waitsOf(started)),
    limit: CRITICAL / Math.sqrt(count - 1),
  };
}

const spanOf = (instants: Float64Array): number => (instants.at(-1) ?? 0) - (instants[0] ?? 0);

function waitsOf(instants: Float64Array): Float64Array {
  return instants.subarray(1).map((instant, index) => instant - (instants[index] ?? 0));
}

/** Share of the waits of a calendar that are at most so long. */
type Cdf = (waitNs: number) => number;

const exponential =
  (perSec: number): Cdf =>
  (waitNs) =>
    waitNs <= 0 ? 0 : 1 - Math.exp((-perSec * waitNs) / NS_PER_S);

const step =
  (gapNs: number): Cdf =>
  (waitNs) =>
    waitNs >= gapNs ? 1 : 0;

/** Kolmogorov's distance, one-sample, where a wait may be longer or shorter by the slack than the calendar has it. */
function distanceTo(cdf: Cdf, waits: Float64Array): number {
  const sorted = waits.toSorted();
  let distance = 0;
  for (const [index, wait] of sorted.entries()) {
    const below = index / sorted.length;
    const upTo = (index + 1) / sorted.length;
    distance = Math.max(distance, upTo - cdf(wait + SLACK_NS), justBelow(cdf, wait - SLACK_NS) - below);
  }
  return distance;
}

/** The limit from the left: a step at the wait itself does not count yet. */
const justBelow = (cdf: Cdf, waitNs: number): number => cdf(waitNs - Number.EPSILON * Math.abs(waitNs) - 1e-3);

/** The calendar may take longer by this share, or shorter. */
const SPAN_TOLERANCE = 0.02;

/** Whether the calendar was not kept: another pattern, or another rate. */
export function isOffCalendar({ distance, limit, plannedPerSec, startedPerSec, count }: ArrivalCheck): boolean {
  const plannedNs = spanAt(plannedPerSec, count);
  const offNs = Math.abs(spanAt(startedPerSec, count) - plannedNs);
  // The first and the last may each be off by the slack, which over a short window is more than the share.
  return distance > limit || offNs > SPAN_TOLERANCE * plannedNs + 2 * SLACK_NS;
}

const spanAt = (perSec: number, count: number): number => ((count - 1) * NS_PER_S) / perSec;
