/** What a machine did besides, over a window: other processes on the cores that we may use, and quotas that held us up. Linux only. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Nanoseconds, nanoseconds } from '../units.ts';
import { allowedCores } from './allowed-cores.ts';
import { type Throttling, NOT_THROTTLED, readThrottling } from './cgroup.ts';
import { readOrUndefined } from './system-file.ts';

export interface MachineUse {
  /**
   * Processor time (user, nice and system) of all processes that are not ours, over the time that passed: 1 is a core,
   * all of the time. `null` where the system does not say, or what we wait for is not ours. As the kernel counts in
   * ticks it may come out a little below 0.
   */
  readonly othersCores: number | null;
  /** Half the width of what ticks alone make of nothing at all: three standard deviations, in cores. */
  readonly resolutionCores: number;
  readonly throttledPeriods: number;
  readonly throttledNs: Nanoseconds;
}

/** A reading that the next one is compared with. */
export interface MachineReading {
  /** Of the cores that this process may use, in ticks; `undefined` off Linux. */
  readonly busyTicks: number | undefined;
  /** Of this process and all that it has started, in ticks. */
  readonly ownTicks: number;
  readonly cores: number;
  readonly throttling: Throttling | undefined;
}

export interface MachineOptions {
  /** Where `/proc` and `/sys` are. */
  readonly root?: string;
  /** Whose processes are ours: this one's and its children's. */
  readonly pid?: number;
}

/** Of Linux: USER_HZ is 100 wherever Node runs. */
const TICKS_PER_S = 100;

/** Takes a few milliseconds: it looks at every process. To be called outside of the window. */
export function readMachine({ root = '/', pid = process.pid }: MachineOptions = {}): MachineReading {
  const busy = busyTicksOf(root);
  return {
    busyTicks: busy?.ticks,
    ownTicks: busy === undefined ? 0 : ownTicksOf(root, pid),
    cores: busy?.cores ?? 0,
    throttling: readThrottling(root),
  };
}

/** Between two readings, so long apart; `undefined` where neither thing is known. */
export function machineUse(begin: MachineReading, end: MachineReading, elapsedNs: Nanoseconds): MachineUse | undefined {
  const known = begin.busyTicks !== undefined && end.busyTicks !== undefined && elapsedNs > 0;
  if (!known && end.throttling === undefined) return undefined;
  const seconds = elapsedNs / 1e9;
  const others = (end.busyTicks ?? 0) - (begin.busyTicks ?? 0) - (end.ownTicks - begin.ownTicks);
  const before = begin.throttling ?? NOT_THROTTLED;
  const after = end.throttling ?? before;
  return {
    othersCores: known ? others / TICKS_PER_S / seconds : null,
    resolutionCores: known ? resolutionOf(end.cores, seconds) : 0,
    throttledPeriods: after.periods - before.periods,
    throttledNs: nanoseconds(after.throttledNs - before.throttledNs),
  };
}

/**
 * A tick is charged to whoever runs when it comes, so that a core's busy time is a sample: of n ticks at most √n/2 is
 * one standard deviation.
 */
const resolutionOf = (cores: number, seconds: number): number =>
  (3 * Math.sqrt(cores * TICKS_PER_S * seconds)) / 2 / (TICKS_PER_S * seconds);

/** `cpu3 user nice system idle …`, of the allowed cores. */
function busyTicksOf(root: string): { readonly ticks: number; readonly cores: number } | undefined {
  const stat = readOrUndefined(join(root, 'proc/stat'));
  if (stat === undefined) return undefined;
  const allowed = allowedCores(root);
  const lines = [...stat.matchAll(/^cpu(\d+) (\d+) (\d+) (\d+) /gm)].filter(
    ([, core]) => allowed.length === 0 || allowed.includes(Number(core)),
  );
  const ticks = lines.reduce((sum, [, , user, nice, system]) => sum + Number(user) + Number(nice) + Number(system), 0);
  return lines.length === 0 ? undefined : { ticks, cores: lines.length };
}

/** Children that have gone are in the books of those who waited for them. */
function ownTicksOf(root: string, pid: number): number {
  const processes = readProcesses(root);
  const children = new Map<number, ProcessStat[]>();
  for (const one of processes.values()) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  const first = processes.get(pid);
  const open = first === undefined ? [] : [first];
  let ticks = 0;
  const seen = new Set<number>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next.pid)) continue;
    seen.add(next.pid);
    ticks += next.ticks;
    open.push(...(children.get(next.pid) ?? []));
  }
  return ticks;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of its own and of the children that it has waited for. */
  readonly ticks: number;
}

function readProcesses(root: string): ReadonlyMap<number, ProcessStat> {
  const names = readdirSync(join(root, 'proc')).filter((name) => /^\d+$/.test(name));
  const found = names.flatMap((name) => parseStat(readOrUndefined(join(root, 'proc', name, 'stat'))) ?? []);
  return new Map(found.map((one) => [one.pid, one]));
}

/** [man proc_pid_stat] `pid (name) state ppid … utime stime cutime cstime`, the 14th to the 17th; a name may hold anything. */
function parseStat(text: string | undefined): ProcessStat | undefined {
  const end = text?.lastIndexOf(')') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const rest = text.slice(end + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(rest[at] ?? 0), 0);
  return { pid: Number.parseInt(text, 10), parent: Number(rest[1]), ticks };
}
