/**
 * The engine's threads beside the one that everything runs on: they compile and collect. Where a process is kept on one
 * core they share it with the thread that keeps a calendar, and a spinning thread, which never sleeps, has to wait for
 * them: here for up to three milliseconds at a time, in one of a hundred arrivals.
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';

/** Of the engine's pool in Node's default, and the one that wakes them. They are started first, before any thread of the program. */
const COUNT = 5;
const LIMIT_MS = 5_000;

/** [man sched] SCHED_IDLE runs where nothing else wants to; SCHED_OTHER like everybody. */
const setClass = (word: 'idle' | 'other', threads: readonly string[]): Promise<unknown> =>
  promisify(execFile)('sh', ['-c', `for thread; do chrt --${word} -p 0 "$thread"; done`, 'sh', ...threads], {
    timeout: LIMIT_MS,
  });

/**
 * Lets them run only where this process waits, until the function that is answered is called. Where the system has no such
 * threads, or no `chrt`, everything stays as it is. Never rejects. Not for a process that is busy all the time: its code would
 * stay as slow as it came.
 */
export async function yieldHelpers(): Promise<() => Promise<void>> {
  const threads = helperThreads();
  const nothing = (): Promise<void> => Promise.resolve();
  if (threads.length === 0) return nothing;
  try {
    await setClass('idle', threads);
  } catch {
    return nothing;
  }
  return () => setClass('other', threads).then(nothing, nothing);
}

/** On one core a collection by several threads is one by turns, and takes half as long again as one thread's. To be asked for once the process is kept on its core. */
export function collectAlone(): void {
  if (availableParallelism() === 1) setFlagsFromString('--no-parallel-scavenge');
}

function helperThreads(): readonly string[] {
  try {
    const others = readdirSync('/proc/self/task').filter((id) => Number(id) !== process.pid);
    return others.toSorted((a, b) => Number(a) - Number(b)).slice(0, COUNT);
  } catch {
    return [];
  }
}
