/** Rates of a window. */
import { type Nanoseconds, NS_PER_S } from '../units.ts';

export interface Completed {
  /** Scripts that ran to their end. */
  readonly scripts: number;
  /** From the start of the window to the last answer. */
  readonly elapsedNs: Nanoseconds;
  /** `null` where nothing was due at a set time. */
  readonly calendar: {
    readonly lengthNs: Nanoseconds;
    /** What the quickest session took. */
    readonly quickestNs: Nanoseconds;
  } | null;
}

/**
 * Scripts completed per second. Under a calendar the last scripts end after the calendar does, even on an endpoint
 * that keeps up; what the quickest session took is therefore taken off the time.
 */
export function achievedPerSec({ scripts, elapsedNs, calendar }: Completed): number {
  const lengthNs = calendar === null ? elapsedNs : Math.max(calendar.lengthNs, elapsedNs - calendar.quickestNs);
  return (scripts * NS_PER_S) / Math.max(1, lengthNs);
}
