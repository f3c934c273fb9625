/** `merge` on real runs: two drivers' records of the same plan become one, and what does not belong is refused. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRecord, serialiseRecord } from '../src/result/codec.ts';
import { isValid, type Measurement, type RunRecord } from '../src/result/record.ts';
import { seconds } from '../src/units.ts';
import { type Ended, fileIn, runCommand } from './fixtures/command.ts';
import { distributionOf, withMeasurements } from './fixtures/record.ts';
import { SHORT_RUN } from './fixtures/short-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Three runs, each of some seconds. */
const HOOK_LIMIT_MS = 90_000;

const merge = (...args: readonly string[]): Promise<Ended> => runCommand(['merge', ...args], folder);
const recordOf = (path: string): RunRecord => parseRecord(readFileSync(join(folder, path), 'utf8'), path);
const measurementsOf = ({ trials }: RunRecord): readonly Measurement[] => trials.flatMap((trial) => trial.measurements);

/** Runs the scenario as one driver would. */
async function drive(path: string, seed = '5'): Promise<void> {
  const words = [
    'run',
    'short.json',
    '--quick',
    '--trials',
    '2',
    '--seed',
    seed,
    '-t',
    'loopback,websocket',
    '-o',
    path,
  ];
  expect(await runCommand(words, folder)).toMatchObject({ code: 0 });
}

beforeAll(async () => {
  fileIn(folder, 'short.json', SHORT_RUN);
  await drive('a.json');
  await drive('b.json');
  await drive('other.json', '6');
}, HOOK_LIMIT_MS);

describe('two records of the same plan', () => {
  let merged: Ended;
  beforeAll(async () => {
    merged = await merge('a.json', 'b.json', '-o', 'both.json');
  });

  test('become one with everything that both have measured', () => {
    expect(merged).toMatchObject({ code: 0 });
    const [a, b, both] = [recordOf('a.json'), recordOf('b.json'), recordOf('both.json')];
    expect(both.mergedFrom?.map(({ startedAt }) => startedAt)).toEqual([a.startedAt, b.startedAt]);
    expect(both.trials).toHaveLength(4);
    for (const [at, measurement] of measurementsOf(both).entries()) {
      const [one, other] = [measurementsOf(a)[at]!, measurementsOf(b)[at]!];
      expect(isValid(measurement)).toBe(true);
      expect(measurement.calls.ok).toBe(one.calls.ok + other.calls.ok);
      expect(measurement.responseTime.count).toBe(one.responseTime.count + other.responseTime.count);
      expect(measurement.clients).toBe(4);
    }
  });

  test('which is shown as a run is, with what it was made of, and verifies', async () => {
    expect(merged.stderr).toMatch(/Record: both\.json\n$/);
    expect(merged.stdout.replaceAll(/\n· /g, ' · ')).toMatch(
      /^mcp-transport-bench \S+ · seed 5 · .*merged from 2 runs/,
    );
    expect((await runCommand(['report', 'both.json'], folder)).stdout).toBe(merged.stdout);
    expect(await runCommand(['verify', 'both.json'], folder)).toMatchObject({ code: 0, stderr: '' });
  });

  test('that ran one after the other: their rates are sums that nobody was under, and are called so', async () => {
    expect(merged.stderr).toMatch(/^these records' runs did not run at the same time: rates are added all the same$/m);
    expect(merged.stdout.replaceAll('\n', ' ')).toContain(
      'they did not run at the same time: rates are added all the same',
    );
    const { startedAt, finishedAt } = recordOf('a.json');
    fileIn(folder, 'beside.json', serialiseRecord({ ...recordOf('b.json'), startedAt, finishedAt }));
    const beside = await merge('a.json', 'beside.json', '-o', 'together.json');
    expect(beside.code).toBe(0);
    expect(beside.stdout + beside.stderr).not.toContain('at the same time');
  });

  test('in whichever order they are named, to the byte', async () => {
    const { code, stdout } = await merge('b.json', 'a.json', '-o', 'again.json', '-f', 'json');
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(join(folder, 'both.json'), 'utf8'));
    expect(readFileSync(join(folder, 'again.json'), 'utf8')).toBe(stdout);
  });

  test('go where a run’s record would go unless a place is named', async () => {
    const fresh = join(folder, 'elsewhere');
    mkdirSync(fresh);
    const { code } = await runCommand(['merge', '../a.json', '../b.json', '-f', 'markdown=x.md'], fresh);
    expect(code).toBe(0);
    expect(readdirSync(join(fresh, 'results'))).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d-]+-merged\.json$/),
    ]);
    expect(readFileSync(join(fresh, 'x.md'), 'utf8')).toContain('merged from 2 runs');
  });

  test('of which one was much slower are doubted, in the record and at once', async () => {
    const times = distributionOf(Array(50).fill(2e9));
    const slow = withMeasurements(recordOf('b.json'), (one) => ({
      ...one,
      elapsedNs: seconds(3),
      calls: { ...one.calls, due: 50, ok: 50 },
      responseTime: times,
      serviceTime: times,
      within100ms: 0,
    }));
    fileIn(folder, 'slow.json', serialiseRecord(slow));
    const { code, stderr, stdout } = await merge('a.json', 'slow.json', '-o', 'doubted.json');
    expect(code).toBe(0);
    expect(stderr).toContain("the drivers' medians are more than 10 % apart in 4 of 4 measurements; see the doubts");
    expect(stdout).toContain('drivers-disagree in short');
    for (const { doubts } of measurementsOf(recordOf('doubted.json')))
      expect(doubts).toContainEqual(expect.objectContaining({ kind: 'drivers-disagree', mostNs: 2e9 }));
  });
});

describe('what does not belong', () => {
  const AS_RUN = 'merge runs of the same words, --seed and release';

  /** Nothing is written, and one line says why. */
  async function expectRefused(args: readonly string[], message: string): Promise<void> {
    expect(await merge(...args, '-o', 'refused.json')).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `${message}\n`,
    });
    expect(existsSync(join(folder, 'refused.json'))).toBe(false);
  }

  test('another seed', () =>
    expectRefused(['a.json', 'other.json'], `other.json: plan.seed: got 6, expected 5 as in a.json; ${AS_RUN}`));

  test('the same record twice, be it a copy', async () => {
    await expectRefused(['a.json', 'a.json'], 'a.json: holds the same trials as a.json; name every record once');
    fileIn(folder, 'copy.json', readFileSync(join(folder, 'a.json'), 'utf8'));
    await expectRefused(
      ['a.json', 'b.json', 'copy.json'],
      'copy.json: holds the same trials as a.json; name every record once',
    );
  });

  test('a record that was merged, one that is not there, and one that is none', async () => {
    expect(await merge('a.json', 'b.json', '-o', 'pair.json')).toMatchObject({ code: 0 });
    await expectRefused(['a.json', 'pair.json'], 'pair.json: is merged itself; name the 2 records that it was made of');
    await expectRefused(
      ['a.json', 'c.json'],
      'c.json: there is no such file, expected a record that mcp-transport-bench run has written; name another file',
    );
    await expectRefused(
      ['a.json', 'short.json'],
      'short.json: is not a run record: got "schema": nothing, expected "schema": "mcp-transport-bench/record"; name a record that mcp-transport-bench run has written',
    );
  });

  test('a place that is one of the records, by whatever name', async () => {
    const before = readFileSync(join(folder, 'b.json'), 'utf8');
    for (const place of ['b.json', './b.json', join(folder, 'b.json')])
      expect(await merge('a.json', 'b.json', '-o', place)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: `--output: got "${place}", which is one of the records to be merged; name another file\n`,
      });
    expect(readFileSync(join(folder, 'b.json'), 'utf8')).toBe(before);
  });
});
