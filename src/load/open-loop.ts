/**
 * Open loop: scripts start by the calendar, whatever became of the last one, and are measured from when they were due.
 * A stall thereby costs every caller who was due, not only the one who was being served (coordinated omission; Tene).
 */
import { type ArrivalCheck, checkArrivals } from '../measure/arrival-check.ts';
import { scheduleArrivals } from '../scenario/arrivals.ts';
import { calendarLengthOf, callsIn, repeatsOf } from '../scenario/calendar-length.ts';
import { arrivalsOf } from '../scenario/divide.ts';
import { derivedSeed } from '../scenario/random.ts';
import type { LoadModel, Script } from '../scenario/scenario.ts';
import { type Nanoseconds, minus, nanoseconds, plus } from '../units.ts';
import type { BenchClient } from './bench-client.ts';
import type { Phase } from './phase.ts';
import { pickScript, runScript } from './script.ts';

type CalendarModel = Extract<LoadModel, { kind: 'open' | 'sessions' }>;

/** Answers how many scripts the calendar called for, over what time, and whether they were begun as it had them. */
export interface Calendar {
  readonly arrivals: number;
  readonly lengthNs: Nanoseconds;
  /** `undefined` for too few to tell, and for a phase that was ended early. */
  readonly kept: ArrivalCheck | undefined;
}

export async function runOpenLoop(phase: Phase, model: CalendarModel): Promise<Calendar> {
  const repeats = repeatsOf(model);
  const lengthNs = calendarLengthOf(phase.kind, phase.scenario);
  const { arrivals, ratePerSec } = model;
  const seed = derivedSeed(phase.seed, 'arrivals');
  const { gridNs } = phase.pacer;
  const all = scheduleArrivals({ arrivals, ratePerSec, durationNs: lengthNs, seed, gridNs });
  const offsets = phase.share === undefined ? all : arrivalsOf(all, phase.share, { arrivals, seed });
  const running = new Set<Promise<void>>();
  const started = new Float64Array(offsets.length);
  await phase.pacer.pace(offsets, phase.startNs, phase.signal, (index) => {
    started[index] = minus(phase.clock.now(), phase.startNs);
    const client = phase.clients[index % phase.clients.length];
    if (client === undefined) return;
    const script = pickScript(phase.scenario.scripts, phase.random);
    if (running.size >= model.maxInFlight) {
      phase.recorder.due(callsIn(script) * repeats);
      phase.recorder.dropped(callsIn(script) * repeats);
      return;
    }
    const session = runSession(phase, client, script, repeats, plus(phase.startNs, nanoseconds(offsets[index] ?? 0)));
    running.add(session);
    void session.finally(() => running.delete(session));
  });
  await Promise.all(running);
  const kept = phase.signal.aborted ? undefined : checkArrivals({ offsets, started, arrivals });
  return { arrivals: offsets.length, lengthNs, kept };
}

/** Partly open: the calendar says when the session begins, each later script begins when the one before has ended. */
function runSession(
  phase: Phase,
  client: BenchClient,
  script: Script,
  repeats: number,
  dueNs: Nanoseconds,
): Promise<void> {
  return new Promise((resolve) => {
    let turns = 0;
    const next = (): void => {
      turns += 1;
      if (turns === repeats || phase.signal.aborted) resolve();
      else runScript(phase, client, script, undefined, next);
    };
    runScript(phase, client, script, dueNs, next);
  });
}
