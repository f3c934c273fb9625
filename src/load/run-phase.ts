/** Chooses the loop by the load model: one loop per kind, one switch. */
import type { ArrivalCheck } from '../measure/arrival-check.ts';
import { until } from '../measure/clock.ts';
import { calendarLengthOf, repeatsOf } from '../scenario/calendar-length.ts';
import { type Nanoseconds, nanoseconds, plus, rateOf } from '../units.ts';
import { runClosedLoop } from './closed-loop.ts';
import { runOpenLoop } from './open-loop.ts';
import { type Phase, extentOf } from './phase.ts';

/** What the load model asked for; `null` where nothing was asked by the calendar. */
export interface PhaseReport {
  /** Scripts per second. */
  readonly offeredPerSec: number | null;
  /** The phase lasts at least this long, even if the last answer came earlier: what was due fell into all of it. */
  readonly lengthNs: Nanoseconds;
  /** Whether the calendar was kept; `undefined` where there was none, or too little of one. */
  readonly kept?: ArrivalCheck | undefined;
}

/** Resolves when the last answer is in, or was given up. */
export async function runPhase(phase: Phase): Promise<PhaseReport> {
  const { load } = phase.scenario;
  switch (load.kind) {
    case 'none': {
      const lengthNs = calendarLengthOf(phase.kind, phase.scenario);
      await until(phase.clock, plus(phase.startNs, lengthNs));
      return { offeredPerSec: null, lengthNs };
    }
    case 'closed': {
      const { timeNs, calls } = extentOf(phase);
      await runClosedLoop(phase, load.thinkNs);
      return { offeredPerSec: null, lengthNs: calls === undefined ? (timeNs ?? nanoseconds(0)) : nanoseconds(0) };
    }
    default: {
      const { arrivals, lengthNs, kept } = await runOpenLoop(phase, load);
      const scripts = arrivals * repeatsOf(load);
      return { offeredPerSec: rateOf(scripts, lengthNs) ?? null, lengthNs, kept };
    }
  }
}
