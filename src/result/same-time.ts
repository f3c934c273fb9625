/** Whether merged runs were at work at the same time: only then was anything under the load that their sums speak of. */
import type { MergedRun } from './record.ts';

/**
 * Whether there was no moment at which all of them ran, as far as their own clocks tell. `false` where it is not known when
 * one of them ended.
 */
export function ranApart(runs: readonly MergedRun[]): boolean {
  const ends = runs.flatMap(({ finishedAt }) => finishedAt ?? []);
  // Of dates in UTC, the order of the texts is the order of time.
  return ends.length === runs.length && ends.some((end) => runs.some(({ startedAt }) => startedAt >= end));
}

/** What must be said of such runs. */
export const RAN_APART = 'did not run at the same time: rates are added all the same';
