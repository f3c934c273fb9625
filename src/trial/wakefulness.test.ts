import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { choosePlacement } from './placement.ts';
import { keepAwake, wakefulnessObstacle } from './wakefulness.ts';

interface Found {
  readonly pid: number;
  readonly parent: number;
  readonly nice: number;
  readonly policy: number;
}

/** [man proc_pid_stat] fields 4, 19 and 41; a process that goes meanwhile is none. */
function processes(): Found[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const text = readFileSync(`/proc/${String(Number(name))}/stat`, 'utf8');
      const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const [parent = 0, nice = 0, policy = 0] = [1, 16, 38].map((at) => Number(rest[at]));
      return [{ pid: Number(name), parent, nice, policy }];
    } catch {
      return [];
    }
  });
}

/** Descendants of this process in the class that runs where nothing else does. */
function spinners(): Found[] {
  const all = new Map(processes().map((one) => [one.pid, one]));
  const isOurs = ({ parent }: Found): boolean => {
    const above = all.get(parent);
    return parent === process.pid || (above !== undefined && isOurs(above));
  };
  return [...all.values()].filter((one) => one.policy === SCHED_IDLE && isOurs(one));
}

/** [man sched] Whether its session counts as much as any other where sessions share the processor. */
function isGreedy({ pid }: Found): boolean {
  const own = `/proc/${pid}/autogroup`;
  return existsSync(own) && !readFileSync(own, 'utf8').endsWith(' nice 19\n');
}

const SCHED_IDLE = 5;
const placement = choosePlacement();
/** On this machine; where they cannot be kept awake there is to be nothing that tries, and whoever tries is told. */
const CORES =
  placement.kind === 'free' || wakefulnessObstacle(placement) !== undefined
    ? 0
    : new Set([placement.endpointCpu, placement.driverCpu, placement.relayCpu]).size;

test('something of the idle class runs on each core, and nothing is left of it', async () => {
  const awake = await keepAwake(placement);
  await expect.poll(() => spinners().map(({ nice }) => nice)).toEqual(Array(CORES).fill(19));
  // Before it spins, its session has said that it wants next to nothing; where sessions do not count there is no such file.
  await expect.poll(() => spinners().filter(isGreedy)).toEqual([]);
  if (CORES > 0) expect(awake.lostBecause()).toBeUndefined();
  await awake.end();
  expect(spinners()).toEqual([]);
});

test('one that is gone, killed or never there, is missed', async () => {
  const awake = await keepAwake(placement);
  await expect.poll(() => spinners()).toHaveLength(CORES);
  for (const { pid } of spinners().slice(0, 1)) process.kill(pid, 'SIGKILL');
  const isLost = placement.kind === 'pinned';
  await expect
    .poll(() => awake.lostBecause() ?? '')
    .toMatch(
      isLost ? /^core \d+ was no longer kept from idling: what ran on it (was killed by SIGKILL|ended with)/ : /^$/,
    );
  await awake.end();
  expect(spinners()).toEqual([]);
});

test('where processes are not pinned there is nothing to keep awake, and the reason is said', async () => {
  const free = { kind: 'free', because: 'there is one core' } as const;
  expect(wakefulnessObstacle(free)).toBe('processes are not kept on cores of their own: there is one core');
  const awake = await keepAwake(free);
  expect(awake.lostBecause()).toBeUndefined();
  await awake.end();
  expect(spinners()).toEqual([]);
});
