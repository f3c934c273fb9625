/** Keeps a process on one core. */
import { spawnSync } from 'node:child_process';

const TASKSET_LIMIT_MS = 5_000;

/** Pins all threads of a process; those it starts later inherit it. Answers whether it worked. */
export function pinProcess(pid: number, cpu: number): boolean {
  return spawnSync('taskset', ['-a', '-c', '-p', String(cpu), String(pid)], { timeout: TASKSET_LIMIT_MS }).status === 0;
}

/** The command's words so that it starts on the core, and whatever it starts with it. */
export const pinnedArgv = (argv: readonly string[], cpu: number | undefined): readonly string[] =>
  cpu === undefined ? argv : ['taskset', '-c', String(cpu), ...argv];
