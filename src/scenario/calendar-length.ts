/** How long a phase with a calendar lasts: known before it begins, and the same whatever the endpoint does. */
import { type Nanoseconds, nanoseconds } from '../units.ts';
import type { Extent, Scenario, Script, Step } from './scenario.ts';

/** A warm-up that waits for a number of calls gives up after this many times its time: a slow endpoint is not waited for forever. */
export const WARMUP_PATIENCE = 10;

const EXCHANGES: ReadonlySet<Step['kind']> = new Set(['call', 'foreign-call', 'ping']);

/** How many calls a script makes. */
export const callsIn = (script: Script): number => script.steps.filter((step) => EXCHANGES.has(step.kind)).length;

/** As the closed loop's deadline, with the time that the calls take at the rate at which they arrive. */
export function calendarLength(kind: 'warmup' | 'window', { timeNs, calls }: Extent, callsPerSec: number): Nanoseconds {
  const byCalls = calls === undefined || callsPerSec === 0 ? undefined : (calls / callsPerSec) * 1e9;
  if (timeNs === undefined || byCalls === undefined) return nanoseconds(timeNs ?? byCalls ?? 0);
  return nanoseconds(
    kind === 'window' ? Math.min(timeNs, byCalls) : Math.min(Math.max(timeNs, byCalls), timeNs * WARMUP_PATIENCE),
  );
}

/** Likewise, of the calls that its scripts come to; 0 a second where it has no calendar. */
export function calendarLengthOf(kind: 'warmup' | 'window', { load, scripts, ...extents }: Scenario): Nanoseconds {
  const ratePerSec = load.kind === 'open' || load.kind === 'sessions' ? load.ratePerSec : 0;
  return calendarLength(kind, extents[kind], ratePerSec * repeatsOf(load) * meanCalls(scripts));
}

/** How often a session runs its script. */
export const repeatsOf = (load: Scenario['load']): number => (load.kind === 'sessions' ? load.repeats : 1);

/** In the long run, by their weights. */
export function meanCalls(scripts: readonly Script[]): number {
  const weight = scripts.reduce((sum, script) => sum + script.weight, 0);
  return scripts.reduce((sum, script) => sum + (script.weight / weight) * callsIn(script), 0);
}
