import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bytes } from '../units.ts';
import { readTrees, type TreeReading, useBetween } from './process-tree.ts';

interface Process {
  readonly parent: number;
  readonly group?: number;
  readonly own?: readonly [user: number, system: number];
  readonly children?: readonly [user: number, system: number];
  /** Nanoseconds, by thread. */
  readonly threads?: readonly number[];
  readonly rssKb?: number;
}

/** A folder like /proc. */
function procOf(processes: Readonly<Record<number, Process>>): string {
  const proc = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
  onTestFinished(() => rmSync(proc, { recursive: true, force: true }));
  writeFileSync(join(proc, 'version'), 'no process');
  for (const [pid, one] of Object.entries(processes)) {
    const { parent, group = parent, own = [0, 0], children = [0, 0], threads = [0], rssKb } = one;
    const folder = join(proc, pid);
    const fields = ['S', parent, group, 0, 0, 0, 0, 0, 0, 0, 0, ...own, ...children, 20, 0, 1];
    mkdirSync(join(folder, 'task'), { recursive: true });
    writeFileSync(join(folder, 'stat'), `${pid} (a ) S 1 1) ${fields.join(' ')}\n`);
    writeFileSync(join(folder, 'status'), rssKb === undefined ? 'Name:\ta\n' : `Name:\ta\nVmRSS:\t   ${rssKb} kB\n`);
    for (const [at, time] of threads.entries()) {
      mkdirSync(join(folder, 'task', `${Number(pid) + at}`));
      writeFileSync(join(folder, 'task', `${Number(pid) + at}`, 'schedstat'), `${time} 5 9\n`);
    }
  }
  return proc;
}

/** Of every process its living threads' time. */
function livingOf(roots: readonly number[], proc: string): Readonly<Record<number, number>> {
  const reading = readTrees(roots, proc);
  return Object.fromEntries((reading?.processes ?? []).map(({ pid, livingNs }) => [pid, livingNs]));
}

describe('a tree', () => {
  test('is the process, what it has started, and what these have', () => {
    const proc = procOf({
      1: { parent: 0, threads: [1] },
      10: { parent: 1, group: 10, threads: [1_000, 20], rssKb: 4 },
      20: { parent: 10, group: 20, threads: [300], rssKb: 2 },
      30: { parent: 20, group: 30, threads: [4_000], rssKb: 1 },
      40: { parent: 1, group: 40, threads: [50_000], rssKb: 9 },
    });
    expect(livingOf([10], proc)).toEqual({ 10: 1_020, 20: 300, 30: 4_000 });
    expect(livingOf([40, 20], proc)).toEqual({ 20: 300, 30: 4_000, 40: 50_000 });
    expect(readTrees([40, 20], proc)).toMatchObject({ roots: [20, 40], rssBytes: 12 * 1_024 });
  });

  test('holds whoever is left in the group after its parent went', () => {
    const proc = procOf({ 1: { parent: 0 }, 10: { parent: 1, group: 10 }, 30: { parent: 1, group: 10, threads: [7] } });
    expect(livingOf([10], proc)).toEqual({ 10: 0, 30: 7 });
  });

  test('holds what the ticks say of the process and of its children', () => {
    const proc = procOf({ 10: { parent: 1, own: [3, 2], children: [1, 4], threads: [1_000] } });
    expect(readTrees([10], proc)?.processes).toEqual([{ pid: 10, livingNs: 1_000, ticks: 5, childTicks: 5 }]);
  });

  test('is not known of a process that is not there, of none, and of a kernel that does not tell', () => {
    expect(readTrees([99], procOf({ 10: { parent: 1 } }))).toBeUndefined();
    expect(readTrees([], procOf({ 10: { parent: 1 } }))).toBeUndefined();
    expect(readTrees([10], procOf({ 10: { parent: 1, threads: [] } }))).toBeUndefined();
    expect(readTrees([10], '/no/such/folder')).toBeUndefined();
  });
});

describe('the use between two readings', () => {
  const MS = 1_000_000;
  type Times = readonly [livingNs: number, ticks?: number, childTicks?: number];
  const reading = (times: Readonly<Record<number, Times>>, roots = [1]): TreeReading => ({
    roots,
    processes: Object.entries(times).map(([pid, [livingNs, ticks = 0, childTicks = 0]]) => ({
      pid: Number(pid),
      livingNs,
      ticks,
      childTicks,
    })),
    rssBytes: bytes(9),
  });
  const usedUs = (begin: TreeReading, end: TreeReading) => useBetween(begin, end)?.cpuUs;

  test('is what was added, to the nanosecond while nothing ends', () => {
    const [begin, end] = [reading({ 1: [1_000], 2: [10] }), reading({ 1: [3_500, 2], 2: [20, 2], 3: [90] })];
    expect(useBetween(begin, end)).toEqual({ cpuUs: 2.6, rssBytes: 9, processes: 3 });
  });

  test('does not count what ended before', () => {
    expect(usedUs(reading({ 1: [1_000, 50] }), reading({ 1: [3_000, 50] }))).toBe(2);
  });

  test('counts what ticks prove of threads that ended meanwhile', () => {
    // 20 ticks are at least 180 ms, of which the living threads have 30.
    expect(usedUs(reading({ 1: [10 * MS, 4] }), reading({ 1: [40 * MS, 24] }))).toBe(180_000);
  });

  test('counts a child that ended meanwhile once, and not what it had used before', () => {
    const begin = reading({ 1: [0], 2: [100 * MS, 10] });
    expect(usedUs(begin, reading({ 1: [5 * MS, 0, 13] }))).toBe(35_000);
  });

  test('is not known where another program came or went, or time was lost', () => {
    expect(usedUs(reading({ 1: [0] }), reading({ 1: [5], 2: [5] }, [1, 2]))).toBeUndefined();
    expect(usedUs(reading({ 1: [0] }), reading({ 3: [5] }, [3]))).toBeUndefined();
    expect(usedUs(reading({ 1: [5] }), reading({ 1: [4] }))).toBeUndefined();
  });
});

/** A process with a child of its own, each of which burns what `process.cpuUsage` calls so many microseconds, when told. */
const BURNER = `
const burn = (us) => { const begin = process.cpuUsage(); for (;;) { const { user, system } = process.cpuUsage(begin); if (user + system >= us) return; } };
const [, inner] = process.argv;
const child = inner ? undefined : require('node:child_process').spawn(process.execPath, ['-e', process.env.BURNER, 'inner'], { stdio: ['pipe', 'pipe', 'inherit'] });
const say = (text) => process.stdout.write(text + '\\n');
if (child) child.stdout.on('data', (data) => say(String(data).trim()));
else say('here');
process.stdin.on('data', () => { burn(150_000); if (child) child.stdin.write('burn'); else say('burnt'); });
process.stdin.on('end', () => process.exit(0));
`;

async function heard(child: ChildProcess, word: string): Promise<void> {
  let said = '';
  while (!said.includes(word)) said += String((await once(child.stdout ?? child, 'data'))[0]);
}

test('a program that burns 150 ms, and one that it has started that burns as much', async () => {
  const child = spawn(process.execPath, ['-e', BURNER], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, BURNER },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await heard(child, 'here');
  const begin = readTrees([child.pid ?? 0]);
  child.stdin.write('burn');
  await heard(child, 'burnt');
  const end = readTrees([child.pid ?? 0]);
  if (begin === undefined || end === undefined) throw new Error('no reading');
  const use = useBetween(begin, end);
  expect(use?.processes).toBe(2);
  // What is burnt is there; besides, two processes have passed on a word.
  expect(use?.cpuUs).toBeGreaterThanOrEqual(300_000);
  expect(use?.cpuUs).toBeLessThan(600_000);
  expect(use?.rssBytes).toBeGreaterThan(20 * 1_024 * 1_024);
});
