/** What a watcher's process can be asked. */
import type { ClockStamp } from '../endpoint/commands.ts';
import type { Hiccups } from '../measure/hiccup-meter.ts';
import type { Nanoseconds } from '../units.ts';

export type WatcherCommands = {
  clock: { body: undefined; reply: ClockStamp };
  /** Does nothing for so long, and says what became of it. */
  watch: { body: { readonly durationNs: Nanoseconds; readonly seed: number }; reply: Watched };
};

/** How late something was after it was due. */
export interface Lateness {
  readonly count: number;
  readonly p50Ns: Nanoseconds;
  readonly p99Ns: Nanoseconds;
  readonly maxNs: Nanoseconds;
}

/** What an idle process saw of its core. */
export interface Watched {
  readonly hiccups: Hiccups;
  /** Of Node's timers, which keep think times and publications. */
  readonly timers: Lateness;
  /** Of the thread that keeps the calendars of open loops, when its word has reached the main thread. */
  readonly pacer: Lateness;
}
