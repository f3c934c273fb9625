/**
 * Open loop: scripts start by the calendar, whatever became of the last one, and are measured from when they were due.
 * A stall thereby costs every caller who was due, not only the one who was being served (coordinated omission; Tene).
 */
import { type ArrivalCheck, checkArrivals } from '../measure/arrival-check.ts';
import { scheduleArrivals } from '../scenario/arrivals.ts';
import { calendarLengthOf, callsIn, repeatsOf } from '../scenario/calendar-length.ts';
import { arrivalsOf, type CalendarShare } from '../scenario/divide.ts';
import { derivedSeed, seededRandom } from '../scenario/random.ts';
import type { LoadModel, Script } from '../scenario/scenario.ts';
import { type Nanoseconds, minus, nanoseconds, plus } from '../units.ts';
import type { BenchClient } from './bench-client.ts';
import type { Phase } from './phase.ts';
import { pickScript, runScript } from './script.ts';

/** All of the calendar. */
const ALONE: CalendarShare = { driver: 0, drivers: 1 };

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
  const own = arrivalsOf(all.length, phase.share ?? ALONE, { arrivals, seed });
  // What an arrival asks for belongs to the calendar, whoever keeps it.
  const random = seededRandom(derivedSeed(phase.seed, 'scripts'));
  const scripts = Array.from(all, () => pickScript(phase.scenario.scripts, random));
  const offsets = Float64Array.from(own, (number) => all[number] ?? 0);
  const sessions = new Sessions();
  const started = new Float64Array(offsets.length);
  await phase.pacer.pace(offsets, phase.startNs, phase.signal, (index) => {
    started[index] = minus(phase.clock.now(), phase.startNs);
    const client = phase.clients[index % phase.clients.length];
    const script = scripts[own[index] ?? 0];
    if (client === undefined || script === undefined) return;
    if (sessions.running >= model.maxInFlight) {
      phase.recorder.due(callsIn(script) * repeats);
      phase.recorder.dropped(callsIn(script) * repeats);
      return;
    }
    sessions.begin();
    const dueNs = plus(phase.startNs, nanoseconds(offsets[index] ?? 0));
    runSession({ phase, client, script, repeats, dueNs, done: sessions.end });
  });
  await sessions.over();
  const kept = phase.signal.aborted ? undefined : checkArrivals({ offsets, started, arrivals });
  return { arrivals: offsets.length, lengthNs, kept };
}

/** Those that have begun and not ended. Counted, and no promise for each: at full speed that is a microsecond of every call. */
class Sessions {
  running = 0;
  #over: (() => void) | undefined;

  begin(): void {
    this.running += 1;
  }

  readonly end = (): void => {
    this.running -= 1;
    if (this.running === 0) this.#over?.();
  };

  /** Resolves when none is left, once no more of them begin. */
  over(): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#over = resolve;
    });
  }
}

interface Session {
  readonly phase: Phase;
  readonly client: BenchClient;
  readonly script: Script;
  readonly repeats: number;
  readonly dueNs: Nanoseconds;
  readonly done: () => void;
}

/** Partly open: the calendar says when the session begins, each later script begins when the one before has ended. */
function runSession({ phase, client, script, repeats, dueNs, done }: Session): void {
  let turns = 0;
  const next = (): void => {
    turns += 1;
    if (turns === repeats || phase.signal.aborted) done();
    else runScript(phase, client, script, undefined, next);
  };
  runScript(phase, client, script, dueNs, next);
}
