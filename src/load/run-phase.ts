/** Chooses the loop by the load model: one loop per kind, one switch. */
import { until } from '../measure/clock.ts';
import { nanoseconds, plus, rateOf } from '../units.ts';
import { runClosedLoop } from './closed-loop.ts';
import { runOpenLoop } from './open-loop.ts';
import { type Phase, calendarLength, extentOf } from './phase.ts';

/** What the load model asked for; `null` where nothing was asked by the calendar. */
export interface PhaseReport {
  /** Scripts per second. */
  readonly offeredPerSec: number | null;
}

/** Resolves when the last answer is in, or was given up. */
export async function runPhase(phase: Phase): Promise<PhaseReport> {
  const { load } = phase.scenario;
  switch (load.kind) {
    case 'none':
      await until(phase.clock, plus(phase.startNs, calendarLength(phase.kind, extentOf(phase), 0)));
      return { offeredPerSec: null };
    case 'closed':
      await runClosedLoop(phase, load.thinkNs);
      return { offeredPerSec: null };
    default: {
      const { arrivals, lengthNs } = await runOpenLoop(phase, load);
      const scripts = arrivals * (load.kind === 'sessions' ? load.repeats : 1);
      return { offeredPerSec: rateOf(scripts, nanoseconds(lengthNs)) ?? null };
    }
  }
}
