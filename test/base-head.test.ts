/** Base against head with the built command: a server of one's own in two commits, and the tool's own endpoint in two builds. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../src/cli/exit-code.ts';
import { readRecord } from '../src/result/read-record.ts';
import { isValid, type RunRecord } from '../src/result/record.ts';
import { summarise } from '../src/stats/summarise.ts';
import { isRunning, leftOf, runCommand, startCommand, temporaryFolder } from './fixtures/command.ts';
import { serverRepository } from './fixtures/server-repository.ts';

const ROOT = join(import.meta.dirname, '..');
const SLOW_US = 400;
const START = ['--command', 'tiny=node server.mjs'];
/** Enough pairs to be judged, at a rate of false alarms that nobody would accept; every block once, so that trials can be counted. */
const SHORT = ['--quick', '-d', '60ms', '-w', '10ms', '--looks', '6', '--alpha', '0.5', '--reruns', '0'];
/** A margin that no noise of a test machine reaches, so that the same code twice never fails. */
const WIDE = ['--max-regression', '100%'];

const repository = (): string => serverRepository(SLOW_US);

/** Runs with a temporary folder of its own, in which whatever is left over lies. */
async function compared(repo: string, words: readonly string[]) {
  const temporary = temporaryFolder();
  const path = join(temporaryFolder(), 'record.json');
  const ended = await runCommand(['run', ...words, '-o', path], repo, undefined, { TMPDIR: temporary });
  return { ...ended, path, leftOver: readdirSync(temporary) };
}

/** Processor time of the server for each message, in microseconds. */
const processorOf = (record: RunRecord, armId: string): number =>
  summarise(record).cells[0]?.arms.find((arm) => arm.armId === armId)?.metrics['endpoint-cpu-per-message']?.value ??
  Number.NaN;

describe('a server of one’s own', () => {
  test('a slower commit shows in the processor time of its server', { timeout: 120_000 }, async () => {
    const repo = repository();
    const { code, path, stdout, stderr, leftOver } = await compared(repo, [
      '--arm',
      'base=before',
      '--arm',
      'head=.',
      ...START,
      ...SHORT,
    ]);
    expect(code, stderr).toBe(EXIT.gateFailed);
    expect(stderr).toMatch(/^FAILED: endpoint-cpu-per-message of tiny:head against tiny:base in tool-calls: /m);
    expect(stderr).toMatch(/^Gate: FAILED \(/m);
    expect(leftOver).toEqual([]);
    const record = readRecord(path);
    const { plan, trials } = record;
    expect(record.status).toBe('complete');
    expect((await runCommand(['verify', path], repo)).stdout).toContain('agree to the last bit');
    expect(record.findings?.gate?.word).toBe('fail');
    expect(plan.arms.map(({ id, build }) => [id, build])).toEqual([
      ['tiny:base', 'base'],
      ['tiny:head', 'head'],
    ]);
    expect(plan.builds).toMatchObject([
      { name: 'base', from: 'before' },
      { name: 'head', from: '.' },
    ]);
    expect(plan.gate?.pairs).toMatchObject({ base: 'base', head: 'head', looks: [6], alpha: 0.5 });
    expect(plan.gate?.pairs?.family.map(({ metric }) => metric)).toEqual([
      'response-time.p50',
      'endpoint-cpu-per-message',
      'wire-up-per-message',
      'wire-down-per-message',
      'calls-failed',
    ]);
    expect(trials.flatMap(({ measurements }) => measurements.map(isValid))).toEqual(Array(12).fill(true));
    expect(record.asked).toEqual(
      expect.arrayContaining(['tool-calls', '--arm', 'base=before', 'head=.', '--looks', '6']),
    );
    // What head burns more is there; beyond it both do the same.
    const more = processorOf(record, 'tiny:head') - processorOf(record, 'tiny:base');
    expect(more).toBeGreaterThan(0.8 * SLOW_US);
    expect(stdout).toContain('tiny, head against base in tool-calls');
  });

  test('a commit that changes nothing does not fail', { timeout: 120_000 }, async () => {
    const arms = ['--arm', 'base=before', '--arm', 'head=neutral'];
    const { code, path, stderr, leftOver } = await compared(repository(), [...arms, ...START, ...SHORT, ...WIDE]);
    expect([EXIT.pass, EXIT.inconclusive], stderr).toContain(code);
    expect(leftOver).toEqual([]);
    const { findings } = readRecord(path);
    expect(findings?.gate?.word).toBe(code === EXIT.pass ? 'pass' : 'inconclusive');
    expect(findings?.gate?.findings.filter(({ word }) => word === 'fail')).toEqual([]);
  });

  test('the processor time of a server at a URL is known too, without a comparison', { timeout: 60_000 }, async () => {
    const fastmcp = join(import.meta.dirname, 'fixtures/fastmcp-server.mjs');
    const url = 'http://127.0.0.1:38613/mcp';
    const words = ['--command', `fast=node ${fastmcp} 38613`, '--target', `fast=${url}`, '--tool', 'echo', '--quick'];
    const { code, path, stderr } = await compared(ROOT, ['tool-calls', ...words, '--trials', '1', '-d', '200ms']);
    expect(code, stderr).toBe(EXIT.pass);
    const [measurement] = readRecord(path).trials[0]?.measurements ?? [];
    expect(measurement?.endpoint).toMatchObject({ processes: 1 });
    expect(processorOf(readRecord(path), 'fast')).toBeGreaterThan(10);
  });
});

describe('builds of this tool', () => {
  /** A copy of the built tool that says whenever its endpoint is started. */
  function copyOf(): { readonly folder: string; readonly starts: () => number } {
    const folder = join(temporaryFolder(), 'copy');
    mkdirSync(folder);
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const log = join(folder, 'starts');
    const mark = `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(log)}, 'x');\n`;
    const program = join(folder, 'bin/endpoint.js');
    writeFileSync(program, `${mark}${readFileSync(program, 'utf8')}`);
    return { folder, starts: () => (existsSync(log) ? readFileSync(log, 'utf8').length : 0) };
  }

  test('each arm’s endpoint is the one of its folder, over sockets and pipes', { timeout: 120_000 }, async () => {
    const { folder, starts } = copyOf();
    const arms = ['--arm', `base=${ROOT}`, '--arm', `head=${folder}`, '-t', 'websocket,stdio'];
    const short = ['--quick', '-d', '50ms', '-w', '10ms', '--looks', '4', '--alpha', '0.5', '--reruns', '0', ...WIDE];
    const { code, path, stderr } = await compared(ROOT, ['tool-calls', ...arms, ...short]);
    expect([EXIT.pass, EXIT.inconclusive], stderr).toContain(code);
    const { plan, trials, matching } = readRecord(path);
    expect(plan.arms.map(({ id }) => id)).toEqual(['websocket:base', 'websocket:head', 'stdio:base', 'stdio:head']);
    expect(trials.map(({ status }) => status)).toEqual(Array(16).fill('completed'));
    expect(matching.checks.filter(({ status }) => status === 'mismatched')).toEqual([]);
    // Once for each probe and trial of head over a socket; over pipes once for every client.
    expect(starts()).toBeGreaterThanOrEqual(2 * (1 + 4));
    expect(plan.gate?.pairs?.family.filter(({ exact }) => exact)).toHaveLength(6);
  });

  test('a build that does not start is one clear line', async () => {
    const { folder } = copyOf();
    rmSync(join(folder, 'dist/mcp'), { recursive: true });
    const arms = ['--arm', `base=${ROOT}`, '--arm', `head=${folder}`, '-t', 'websocket'];
    const { code, stderr, path } = await compared(ROOT, ['tool-calls', ...arms, '--quick']);
    expect(code).toBe(EXIT.runFailed);
    expect(stderr).toContain('websocket:head: the endpoint process ended with exit code 1; it said:');
    expect(existsSync(path)).toBe(false);
  });
});

describe('bad input is one clear line, before anything runs', () => {
  const HEAD = ['--arm', 'head=.'];
  test.each<readonly [string, number, readonly string[], string]>([
    ['a ref that is none', EXIT.usage, ['--arm', 'base=befor', ...HEAD, ...START], 'did you mean "before"?'],
    ['one arm', EXIT.usage, [...HEAD, ...START], '--arm: got 1, expected two'],
    [
      'a folder that is none',
      EXIT.usage,
      ['--arm', 'base=../nowhere', ...HEAD, ...START],
      '--arm base: "../nowhere" is no folder',
    ],
    ['no build of this tool', EXIT.usage, ['--arm', 'base=before', ...HEAD], 'holds no mcp-transport-bench'],
    ['a study', EXIT.usage, ['connect', '--arm', 'base=before', ...HEAD], '--arm: "connect" is a study'],
    [
      'a server that runs already',
      EXIT.usage,
      ['--arm', 'base=before', ...HEAD, '--target', 'x=http://127.0.0.1:1/'],
      'runs already',
    ],
    [
      'too many metrics',
      EXIT.usage,
      ['--arm', 'base=before', ...HEAD, ...START, '--looks', '6'],
      '--looks: 6 pairs are too few for a first look at 4 metrics at once, with an alpha of 0.01: it takes 9 or more',
    ],
    [
      'a setup that fails',
      EXIT.runFailed,
      ['--arm', 'base=before', ...HEAD, ...START, '--setup', 'echo no such compiler >&2; exit 9'],
      'ended with exit code 9; its last words: no such compiler',
    ],
    [
      'a setup that hangs',
      EXIT.runFailed,
      ['--arm', 'base=before', ...HEAD, ...START, '--setup', 'sleep 100', '--setup-timeout', '300ms'],
      'did not end within 0.3 s (--setup-timeout)',
    ],
    [
      'a server that does not start',
      EXIT.runFailed,
      ['--arm', 'base=before', ...HEAD, '--command', 'tiny=node no-such-server.mjs'],
      '--arm base: target "tiny": its command ended with exit code 1',
    ],
  ])('%s', async (_, exit, words, message) => {
    const { code, stderr, stdout, path, leftOver } = await compared(repository(), words);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(leftOver).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });
});

describe('cut off', () => {
  /** A run that has begun to measure, with its checkout in a folder of its own. */
  async function begun() {
    const repo = repository();
    const temporary = temporaryFolder();
    const words = ['run', '--arm', 'base=before', '--arm', 'head=.', ...START, '-d', '30s', '-o', join(repo, 'r.json')];
    const command = startCommand(words, repo, { TMPDIR: temporary });
    await command.started('driver');
    expect(readdirSync(temporary)).toHaveLength(1);
    return { command, temporary };
  }

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'by %s: no folder and no process is left',
    { timeout: 90_000 },
    async (signal) => {
      const { command, temporary } = await begun();
      command.process.kill(signal);
      const { code } = await command.ended;
      expect(code).toBe(signal === 'SIGINT' ? EXIT.interrupted : null);
      await expect.poll(() => readdirSync(temporary), { timeout: 15_000 }).toEqual([]);
      await expect.poll(() => leftOf(command).processes, { timeout: 15_000 }).toEqual([]);
    },
  );

  test('while an arm is made ready', { timeout: 60_000 }, async () => {
    const repo = repository();
    const temporary = temporaryFolder();
    const setup = 'echo $$ > pid; touch started; sleep 100';
    const words = ['run', '--arm', 'base=before', '--arm', 'head=.', ...START, '--setup', setup];
    const command = startCommand(words, repo, { TMPDIR: temporary });
    const started = (): string | undefined =>
      readdirSync(temporary, { recursive: true })
        .map(String)
        .find((name) => name.endsWith('started'));
    await expect.poll(started, { timeout: 15_000 }).toBeDefined();
    const pid = Number(readFileSync(join(temporary, (started() ?? '').replace('started', 'pid')), 'utf8'));
    command.process.kill('SIGKILL');
    await command.ended;
    await expect.poll(() => readdirSync(temporary), { timeout: 15_000 }).toEqual([]);
    await expect.poll(() => isRunning(pid), { timeout: 15_000 }).toBe(false);
  });
});
