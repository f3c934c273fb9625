/** What a run was asked to keep, through the whole program: every exit code, and nothing half-done. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { serialiseRecord } from '../src/result/codec.ts';
import { readRecord } from '../src/result/read-record.ts';
import { fileIn, leftOf, runCommand, startCommand, temporaryFolder } from './fixtures/command.ts';
import { fixtureRecord } from './fixtures/record.ts';

const SCENARIO = {
  name: 'small',
  title: 'A test',
  shows: 'What is kept.',
  scripts: [{ name: 'echo', steps: [{ call: 'echo', send: '64B' }] }],
  load: { model: 'closed' },
  warmup: '5ms',
  window: { calls: 20 },
};

const HOLDS = 'response-time.p50 < 10s';
const BREAKS = 'response-time.p50 > 10s';

interface Options {
  readonly scenario?: object;
  readonly folder?: string;
}

/** A small run over loopback in a folder of its own. */
async function run(args: readonly string[], { scenario = SCENARIO, folder = temporaryFolder() }: Options = {}) {
  const file = fileIn(folder, 'small.json', scenario);
  const ended = await runCommand(['run', file, '-t', 'loopback', '--quick', '-o', 'r.json', ...args], folder);
  return { ...ended, folder };
}

describe('a run says by its exit code what it was judged to be', () => {
  test('0 where every limit holds, 1 where one is broken', async () => {
    const kept = await run(['--threshold', HOLDS, '--threshold', 'calls-failed <= 0']);
    expect(kept.stderr).toMatch(/\nGate: passed \(2 passed\)\n$/);
    expect(kept.code).toBe(0);
    const { folder } = kept;
    expect(readRecord(join(folder, 'r.json')).plan.gate).toEqual({
      thresholds: [
        { text: HOLDS, metric: 'response-time.p50', comparison: '<', limit: 10e9 },
        { text: 'calls-failed <= 0', metric: 'calls-failed', comparison: '<=', limit: 0 },
      ],
      reruns: 3,
    });
    expect((await runCommand(['verify', 'r.json'], folder)).code).toBe(0);
    // The same record, judged anew.
    const report = (...limits: readonly string[]) =>
      runCommand(['report', 'r.json', ...limits.flatMap((limit) => ['--threshold', limit])], folder);
    expect(await report()).toMatchObject({ code: 0, stderr: '' });
    expect(await report(HOLDS)).toMatchObject({
      code: 0,
      // On a busy machine, below how many blocks were measured again.
      stderr: expect.stringMatching(/(^|again\.\n)Gate: passed \(1 passed\)\n$/) as string,
    });
    const broken = await report(HOLDS, BREAKS);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(
      /^FAILED: response-time\.p50 > 10s · small · loopback: .* over 6 trials, all of the interval: beyond the limit\nGate: FAILED \(1 failed, 1 passed\)\n$/,
    );
    expect((await report('loopback response-time.p90 < 10s', 'small rate > 100000000/s')).code).toBe(1);
    expect(await report('sse rate > 1/s')).toMatchObject({ code: 2, stdout: '' });
  });

  test('1 in a run too', async () => {
    const { code, stderr } = await run(['--trials', '1', '--threshold', 'calls-failed > 0']);
    expect(stderr).toMatch(/FAILED: calls-failed > 0 · small · loopback: 0 in 1 trial, counted: the limit is broken/);
    expect(code).toBe(1);
  });

  test('3 where nothing is proven; 0 with a warning or 1 where that was asked for', async () => {
    const open = ['--trials', '1', '--threshold', HOLDS];
    const undecided = await run(open);
    expect(undecided.stderr).toMatch(/undecided: .* over 1 trial: too few for an interval of 95 %, which takes six\n/);
    expect(undecided.code).toBe(3);
    const passed = await run([...open, '--inconclusive', 'pass']);
    expect(passed.stderr).toMatch(
      /\nGate: undecided \(1 undecided\)\nWarning: nothing is proven; --inconclusive pass lets it through\.\n$/,
    );
    expect(passed.code).toBe(0);
    expect((await run([...open, '--inconclusive', 'fail'])).code).toBe(1);
  });

  test('4 where it failed, whatever it was judged to be', async () => {
    const never = { ...SCENARIO, scripts: [{ name: 'x', steps: [{ call: 'misbehave', how: 'wrong-text' }] }] };
    const { code, stderr } = await run(['--trials', '1', '--threshold', 'calls-failed <= 0'], { scenario: never });
    // What failed is said last.
    expect(stderr).toMatch(
      /\nGate: undecided \(1 undecided\)\nsmall over loopback: no valid measurement in 1 trial: [^\n]*\n$/,
    );
    expect(code).toBe(4);
  });

  test('130 where it was interrupted, in the middle of its control: nothing is left of it, and no baseline is kept', async () => {
    const folder = temporaryFolder();
    const file = fileIn(folder, 'small.json', SCENARIO);
    const command = startCommand(
      ['run', file, '-t', 'websocket', '--trials', '50', '-o', 'r.json', '--save-baseline', 'x', '--threshold', HOLDS],
      folder,
    );
    await command.started('control');
    command.process.kill('SIGINT');
    const { code } = await command.ended;
    expect(code).toBe(130);
    expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
    expect(existsSync(join(folder, 'results'))).toBe(false);
  });

  test('killed in the middle of its control, nothing is left of it either', async () => {
    const folder = temporaryFolder();
    const file = fileIn(folder, 'small.json', SCENARIO);
    const command = startCommand(
      ['run', file, '-t', 'loopback', '--trials', '50', '--control', '-o', 'r.json'],
      folder,
    );
    await command.started('control', 2);
    command.process.kill('SIGKILL');
    await command.ended;
    await expect.poll(() => leftOf(command), { timeout: 10_000 }).toEqual({ processes: [], sockets: [] });
  });
});

describe('limits in a file', () => {
  const limited = { ...SCENARIO, thresholds: ['loopback calls-failed <= 0', 'rate > 1/s'] };

  test('are judged, with the scenario filled in, and shown by validate', async () => {
    const { code, folder, stderr } = await run(['--trials', '1', '--inconclusive', 'pass'], { scenario: limited });
    expect(stderr).toMatch(/undecided: small rate > 1\/s · loopback: /);
    expect(code).toBe(0);
    expect(readRecord(join(folder, 'r.json')).plan.gate?.thresholds).toEqual([
      {
        text: 'loopback calls-failed <= 0',
        scenario: 'small',
        arm: 'loopback',
        metric: 'calls-failed',
        comparison: '<=',
        limit: 0,
      },
      { text: 'rate > 1/s', scenario: 'small', metric: 'rate', comparison: '>', limit: 1 },
    ]);
    const { stdout } = await runCommand(['validate', 'small.json'], folder);
    expect(stdout).toMatch(/\n {2}judged by: loopback calls-failed <= 0\n {2}judged by: rate > 1\/s\n$/);
  });

  test('that are about an arm that this run has not are refused before it', async () => {
    const folder = temporaryFolder();
    fileIn(folder, 'small.yaml', `${JSON.stringify(SCENARIO).slice(0, -1)},\n  "thresholds": ["sse rate > 1/s"]}`);
    expect(await runCommand(['run', 'small.yaml', '-t', 'loopback'], folder)).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: 'small.yaml:2:18: thresholds: got arm "sse", expected one of this run, loopback\n',
    });
  });
});

describe('a baseline', () => {
  test('is kept, and later runs are held against it', async () => {
    const first = await run(['--save-baseline', 'main']);
    expect(first.stderr).toMatch(/\nBaseline: results\/baselines\/main\.json\n$/);
    const { folder } = first;
    expect(readdirSync(join(folder, 'results/baselines'))).toEqual(['main.json']);
    const kept = readFileSync(join(folder, 'results/baselines/main.json'), 'utf8');
    expect(kept).toBe(readFileSync(join(folder, 'r.json'), 'utf8'));
    const { controls, plan } = readRecord(join(folder, 'r.json'));
    expect(controls?.map(({ block, attempt }) => [block, attempt])).toEqual(
      [0, 1, 2, 3, 4, 5].map((block) => [block, 0]),
    );
    expect(plan.gate).toBeUndefined();

    // A median of 20 calls is not twenty times as slow by chance; whether it is half as slow again, nobody knows.
    const second = await run(['--baseline', 'main', '--max-regression', '100%', '--threshold', 'calls-failed <= 0'], {
      folder,
    });
    expect(second.stderr).toContain('The two runs share no blocks');
    expect([0, 1, 3]).toContain(second.code);
    expect((await runCommand(['verify', 'r.json'], folder)).stdout).toContain('agree to the last bit');
    const { gate } = readRecord(join(folder, 'r.json')).plan;
    expect(gate?.baseline).toMatchObject({ name: 'main', maxRegression: 1, normalised: false, differences: [] });
    expect(gate?.baseline?.values.map(({ metric }) => metric)).toEqual([
      'response-time.p50',
      'sockets-per-client',
      'calls-failed',
    ]);

    const other = await run(['--baseline', 'main'], { folder, scenario: { ...SCENARIO, timeout: '20ms' } });
    expect(other).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'this run and main do not measure the same: cell "small" differs in timeoutNs\n',
    });
  });

  test('of another machine is refused, but where both have their control', async () => {
    const { folder } = await run(['--control', '--trials', '2']);
    const record = readFileSync(join(folder, 'r.json'), 'utf8');
    const elsewhere = JSON.parse(record) as { environment: object; controls?: unknown };
    elsewhere.environment = { ...elsewhere.environment, cpuModel: 'Another CPU' };
    mkdirSync(join(folder, 'kept'));
    fileIn(folder, 'kept/with.json', elsewhere);
    delete elsewhere.controls;
    fileIn(folder, 'kept/without.json', elsewhere);
    const refused = await run(['--baseline', 'kept/without.json', '--trials', '2'], { folder });
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toMatch(
      /^this run and kept\/without\.json are of different machines: cpuModel ".*" against "Another CPU"; .* measure with --control\n$/,
    );
    expect(readFileSync(join(folder, 'r.json'), 'utf8')).toBe(record);
    const held = await run(['--baseline', 'kept/with.json', '--trials', '2'], { folder });
    expect(held.stderr).toContain(
      "The machines differ in cpuModel: times are divided by each run's own control workload",
    );
    expect(held.code).toBe(3);
    const compared = await runCommand(['compare', 'kept/with.json', 'r.json'], folder);
    expect(compared.code).toBe(0);
    expect(compared.stdout).toContain('The machines differ in cpuModel');
  });

  test('that was cut short, or whose run was, is refused before anything runs', async () => {
    const folder = temporaryFolder();
    const whole = fixtureRecord({ blocks: 2 });
    fileIn(folder, 'cut.json', serialiseRecord(whole).slice(0, 2_000));
    fileIn(folder, 'partial.json', serialiseRecord({ ...whole, status: 'partial', trials: whole.trials.slice(0, 1) }));
    const cut = await run(['--baseline', 'cut.json'], { folder });
    expect(cut).toMatchObject({ code: 2, stdout: '' });
    expect(cut.stderr).toMatch(
      /^cut\.json: is cut short at line \d+, column \d+; use a whole copy or measure again\n$/,
    );
    expect(await run(['--baseline', 'partial.json'], { folder })).toMatchObject({
      code: 4,
      stdout: '',
      stderr: 'partial.json: its run was cut off after 1 of 4 trials (partial); compare with a whole one\n',
    });
    expect(readdirSync(folder).toSorted()).toEqual(['cut.json', 'partial.json', 'small.json']);
  });

  test('is not kept by a run that broke a limit', async () => {
    const { code, folder, stderr } = await run([
      '--trials',
      '1',
      '--save-baseline',
      'x',
      '--threshold',
      'calls-failed > 0',
    ]);
    expect(stderr).toMatch(/\nNot kept as a baseline: the run failed, or broke a limit\n$/);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'results'))).toBe(false);
  });
});
