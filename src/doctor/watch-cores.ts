/** One watcher on each core, all at the same time; and whether two of them read the same clock. */
import { type Child, startChild } from '../child/child.ts';
import { pinProcess } from '../child/pin.ts';
import { allowedCores } from '../measure/allowed-cores.ts';
import type { ClockCheck } from '../measure/clock-check.ts';
import type { Clock } from '../measure/clock.ts';
import { type MachineUse, machineUse, readMachine } from '../measure/machine-meter.ts';
import { checkTwo } from '../trial/clock-handshake.ts';
import { type Nanoseconds, minus, plus, seconds } from '../units.ts';
import type { Watched, WatcherCommands } from './commands.ts';
import { type Pressure, readPressure } from './pressure.ts';

/** What was seen while nothing was done. */
export interface MachineWatch {
  readonly cores: readonly CoreWatch[];
  readonly durationNs: Nanoseconds;
  readonly clock: ClockCheck;
  /** `undefined` where the system does not say. */
  readonly use: MachineUse | undefined;
  /** Share of the time in which somebody waited for a core; `undefined` where the kernel does not count it. */
  readonly pressure: number | undefined;
}

export interface CoreWatch {
  /** `undefined` for a process that the scheduler placed. */
  readonly core: number | undefined;
  readonly watched: Watched;
}

/** On a machine with more the first of them: a run uses three. */
const MOST_CORES = 8;
const PROMPT_NS = seconds(15);

export interface WatchCoresOptions {
  readonly clock: Clock;
  readonly durationNs: Nanoseconds;
  readonly seed: number;
  /** Ends the watchers. */
  readonly signal: AbortSignal;
}

/** Rejects with a `ChildError` when a watcher cannot be started, or the signal came first; leaves none behind either way. */
export async function watchCores({ clock, durationNs, seed, signal }: WatchCoresOptions): Promise<MachineWatch> {
  const cores = allowedCores().slice(0, MOST_CORES);
  // Two clocks take two processes, on one core too.
  const wanted = cores.length > 1 ? cores : [cores[0], cores[0]];
  const watchers = wanted.map((core) => ({
    core,
    child: startChild<WatcherCommands>({ name: 'watcher', program: 'watcher.js' }),
  }));
  const endAll = async (): Promise<void> => {
    await Promise.all(watchers.map(({ child }) => child.end()));
  };
  const onAbort = (): void => void endAll();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) await endAll();
    const checked = await checkTwo(clockOf(watchers[0]?.child), clockOf(watchers[1]?.child), clock);
    const placed = watchers.map(({ core, child }) => ({
      child,
      core: core !== undefined && pinProcess(child.pid, core) ? core : undefined,
    }));
    const before = { machine: readMachine(), pressure: readPressure(), atNs: clock.now() };
    const seen = await Promise.all(
      placed.map(async ({ core, child }, nth) => ({
        core,
        watched: await child.ask('watch', { durationNs, seed: seed + nth }, plus(durationNs, PROMPT_NS)),
      })),
    );
    const elapsedNs = minus(clock.now(), before.atNs);
    return {
      cores: seen,
      durationNs,
      clock: checked,
      use: machineUse(before.machine, readMachine(), elapsedNs),
      pressure: shareOf(before.pressure, readPressure(), elapsedNs),
    };
  } finally {
    signal.removeEventListener('abort', onAbort);
    await endAll();
  }
}

const clockOf = (child: Child<WatcherCommands> | undefined) => {
  if (child === undefined) throw new Error('there is no second watcher');
  return () => child.ask('clock', undefined, PROMPT_NS);
};

const shareOf = (before: Pressure | undefined, after: Pressure | undefined, elapsedNs: number): number | undefined =>
  before === undefined || after === undefined ? undefined : (after.waitedNs - before.waitedNs) / elapsedNs;
