/**
 * What somebody else's processes have used, seen from outside: processor time and memory of a program with everything it
 * has started. Linux alone tells.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type Bytes, bytes } from '../units.ts';

/** What some programs, and what they have started, have used since they began. Two readings of the same programs can be subtracted. */
export interface TreeReading {
  /** Process ids of the programs, ascending. */
  readonly roots: readonly number[];
  readonly processes: readonly ProcessTimes[];
  /** Resident sets added up: pages that several processes share are counted for each. */
  readonly rssBytes: Bytes;
}

/** One process since it began. */
export interface ProcessTimes {
  readonly pid: number;
  /** On a processor, in nanoseconds, of the threads that live. */
  readonly livingNs: number;
  /** Of all threads, those that have ended too; in whole ticks, user and system each rounded down. */
  readonly ticks: number;
  /** Of children that have ended and been waited for; in whole ticks. */
  readonly childTicks: number;
}

/** What programs used over a window, as it shows from outside: nothing of what goes on within them. */
export interface OutsideUse {
  readonly cpuUs: number;
  /** At the end of the window. */
  readonly rssBytes: Bytes;
  /** At the end of the window. */
  readonly processes: number;
}

/** One of the kernel's clock ticks, in which `/proc/<pid>/stat` counts: 100 a second, whatever the kernel's own rate. */
const TICK_NS = 10_000_000;

/** User and system time are each up to a tick short of the truth. */
const ROUNDED_TICKS = 2;

/** Reads the trees under these processes, and whoever is in a process group that one of them leads. `undefined` where one of them is gone, or the system does not tell. */
export function readTrees(roots: readonly number[], proc = '/proc'): TreeReading | undefined {
  const members = membersOf(new Set(roots), statsIn(proc));
  if (roots.length === 0 || roots.some((root) => !members.some(({ pid }) => pid === root))) return undefined;
  const processes = members.flatMap(({ pid, ticks, childTicks }): readonly ProcessTimes[] => {
    const livingNs = livingTime(pid, proc);
    return livingNs === undefined ? [] : [{ pid, livingNs, ticks, childTicks }];
  });
  if (processes.length < members.length) return undefined;
  return {
    roots: roots.toSorted((a, b) => a - b),
    processes,
    rssBytes: bytes(members.reduce((sum, { pid }) => sum + residentSet(pid, proc), 0)),
  };
}

/**
 * `undefined` where the readings are not of the same programs: one went, and took its time along. Exact to the nanosecond
 * as long as nothing ends; what threads used that ended meanwhile is known to some ticks, and so is that of processes.
 */
export function useBetween(begin: TreeReading, end: TreeReading): OutsideUse | undefined {
  const usedNs = totalNs(end) - totalNs(begin) + endedThreadsNs(begin, end);
  return begin.roots.join() === end.roots.join() && usedNs >= 0
    ? { cpuUs: usedNs / 1_000, rssBytes: end.rssBytes, processes: end.processes.length }
    : undefined;
}

/** A child that ends leaves its time to its parent. */
const totalNs = ({ processes }: TreeReading): number =>
  processes.reduce((sum, { livingNs, childTicks }) => sum + livingNs + childTicks * TICK_NS, 0);

/** What the ticks of a process prove beyond its living threads. */
function endedThreadsNs(begin: TreeReading, end: TreeReading): number {
  const before = new Map(begin.processes.map((one) => [one.pid, one]));
  return end.processes.reduce((sum, { pid, livingNs, ticks }) => {
    const earlier = before.get(pid) ?? { livingNs: 0, ticks: 0 };
    const provenNs = (ticks - earlier.ticks - ROUNDED_TICKS) * TICK_NS;
    return sum + Math.max(0, provenNs - (livingNs - earlier.livingNs));
  }, 0);
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly ticks: number;
  readonly childTicks: number;
}

function statsIn(proc: string): readonly Stat[] {
  return namesIn(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      // Behind the program's name, which may hold anything.
      const fields = (textOf(`${proc}/${name}/stat`)?.split(') ').at(-1) ?? '').split(' ');
      const [, parent = Number.NaN, group = Number.NaN] = fields.map(Number);
      const at = (position: number): number => Number(fields[position] ?? Number.NaN);
      const ticks = at(11) + at(12);
      return Number.isNaN(ticks) ? [] : [{ pid: Number(name), parent, group, ticks, childTicks: at(13) + at(14) }];
    });
}

function membersOf(roots: ReadonlySet<number>, stats: readonly Stat[]): readonly Stat[] {
  const members = new Set(stats.filter(({ pid, group }) => roots.has(pid) || roots.has(group)));
  let before = -1;
  while (members.size > before) {
    before = members.size;
    const pids = new Set([...members].map(({ pid }) => pid));
    for (const stat of stats) if (pids.has(stat.parent)) members.add(stat);
  }
  return [...members];
}

function livingTime(pid: number, proc: string): number | undefined {
  const threads = namesIn(`${proc}/${pid}/task`).map((thread) => textOf(`${proc}/${pid}/task/${thread}/schedstat`));
  // A thread that ended since the folder was read has no file; that all have none means that this kernel does not tell.
  const times = threads.flatMap((text) => (text === undefined ? [] : [Number(text.split(' ')[0])]));
  return times.length === 0 || times.some((time) => !Number.isFinite(time))
    ? undefined
    : times.reduce((sum, time) => sum + time, 0);
}

function residentSet(pid: number, proc: string): number {
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(textOf(`${proc}/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1_024;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // It has gone meanwhile, or there is none.
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
