/** Time is an argument: only this file touches the system's clock, and tests turn a manual one by hand. */
import { type Nanoseconds, NS_PER_MS, NS_PER_S, nanoseconds } from '../units.ts';

export interface Clock {
  /** The host's monotonic clock (CLOCK_MONOTONIC on Linux): the same for every process in one time namespace. */
  now(): Nanoseconds;
  /** Calls back at or soon after the instant, never before it. The returned function cancels. */
  at(instant: Nanoseconds, callback: () => void): () => void;
}

/** Resolves at or soon after the instant. */
export const until = (clock: Clock, instant: Nanoseconds): Promise<void> =>
  new Promise((resolve) => {
    clock.at(instant, resolve);
  });

/** Longest span that one timer is trusted with; longer waits are made of several. */
const LONGEST_TIMER_MS = 60_000;

/**
 * The real clock. Its timers are Node's: a millisecond coarse, late by up to that. `process.hrtime` and not
 * `performance.now`, whose origin differs between processes; and its pair of numbers, which compiled code takes from
 * registers, not its `bigint`, which leaves two things on the heap for the collector each time that somebody looks.
 */
export function monotonicClock(): Clock {
  const now = (): Nanoseconds => {
    const [wholeSeconds, restNs] = process.hrtime();
    return nanoseconds(wholeSeconds * NS_PER_S + restNs);
  };
  return {
    now,
    at: (instant, callback) => {
      let timer: NodeJS.Timeout | undefined;
      let immediate: NodeJS.Immediate | undefined;
      const arm = (): void => {
        const leftNs = instant - now();
        if (leftNs <= 0) {
          callback();
        } else if (leftNs < NS_PER_MS / 2) {
          // Node counts timers in whole milliseconds and may fire a little early by this clock; the rest is waited out turn by turn.
          immediate = setImmediate(arm);
        } else {
          timer = setTimeout(arm, Math.min(Math.ceil(leftNs / NS_PER_MS), LONGEST_TIMER_MS));
        }
      };
      arm();
      return () => {
        clearTimeout(timer);
        clearImmediate(immediate);
      };
    },
  };
}

/** A clock that stands still until it is turned. */
export class ManualClock implements Clock {
  #now = 0;
  #waiting: { instant: number; order: number; callback: () => void }[] = [];
  #order = 0;

  now(): Nanoseconds {
    return nanoseconds(this.#now);
  }

  at(instant: Nanoseconds, callback: () => void): () => void {
    const entry = { instant: Math.max(instant, this.#now), order: this.#order, callback };
    this.#order += 1;
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** Turns the clock to the instant, calling back in order of time whatever falls due on the way, and lets promises settle in between. */
  async advanceTo(instant: Nanoseconds): Promise<void> {
    await settle();
    for (let next = this.#earliest(instant); next !== undefined; next = this.#earliest(instant)) {
      const due = next;
      this.#waiting = this.#waiting.filter((entry) => entry !== due);
      this.#now = Math.max(this.#now, due.instant);
      due.callback();
      await settle();
    }
    this.#now = Math.max(this.#now, instant);
  }

  #earliest(limit: number): { instant: number; order: number; callback: () => void } | undefined {
    return this.#waiting
      .filter((entry) => entry.instant <= limit)
      .toSorted((a, b) => a.instant - b.instant || a.order - b.order)[0];
  }
}

/** Lets everything that only waits for promises run to its next wait. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
