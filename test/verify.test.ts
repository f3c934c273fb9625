/** `verify` on real runs: what a run wrote agrees with itself, and what somebody changed in the file does not. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRecord, serialiseRecord } from '../src/result/codec.ts';
import type { RunRecord } from '../src/result/record.ts';
import { type Ended, fileIn, runCommand, startCommand } from './fixtures/command.ts';
import { SHORT_RUN } from './fixtures/short-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One run of some seconds. */
const HOOK_LIMIT_MS = 60_000;

const verify = (...paths: readonly string[]): Promise<Ended> => runCommand(['verify', ...paths], folder);

let ran: Ended;
let record: RunRecord;

beforeAll(async () => {
  const scenario = fileIn(folder, 'short.json', SHORT_RUN);
  ran = await runCommand(
    ['run', scenario, '--quick', '--trials', '2', '-t', 'loopback,websocket', '-o', 'run.json'],
    folder,
  );
  record = parseRecord(readFileSync(join(folder, 'run.json'), 'utf8'), 'run.json');
}, HOOK_LIMIT_MS);

/** The record's file with something changed. */
const changedFile = (name: string, change: (record: RunRecord) => unknown): string => {
  fileIn(folder, name, serialiseRecord(change(record) as RunRecord));
  return name;
};

test('a run keeps what it came to, and its report is the same from the file', async () => {
  expect(ran).toMatchObject({ code: 0 });
  expect(record.findings?.estimates.length).toBeGreaterThan(20);
  expect(record.findings?.comparisons.length).toBeGreaterThan(10);
  expect(record.findings?.gate).toBeNull();
  expect((await runCommand(['report', 'run.json'], folder)).stdout).toBe(ran.stdout);
});

test('nothing was changed: one line, and 0', async () => {
  const { code, stdout, stderr } = await verify('run.json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^run\.json: all \d+ numbers and words agree to the last bit: \d+ estimates, \d+ comparisons, 20 claims, no gate\n$/,
  );
});

describe('something was changed', () => {
  test('a word of the findings: one line with what is stored and what comes out, and 1', async () => {
    const path = changedFile('word.json', (one) => {
      const claims = one.findings?.claims.map((claim) =>
        claim.id === 'latency' ? { ...claim, because: `${claim.because}\u001b[2J` } : claim,
      );
      return { ...one, findings: { ...one.findings, claims } };
    });
    const { code, stdout, stderr } = await verify(path);
    const { because } = record.findings!.claims.find(({ id }) => id === 'latency')!;
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toBe(
      `word.json: findings.claims[3].because (latency): stored ${JSON.stringify(`${because}\u001b[2J`)}, recomputed ${JSON.stringify(because)}\n`,
    );
  });

  test('the trials, so that another arm looks faster: every number that rests on them', async () => {
    const path = changedFile('swapped.json', (one) => {
      const [a, b, ...rest] = one.trials;
      return {
        ...one,
        trials: [{ ...a, measurements: b!.measurements }, { ...b, measurements: a!.measurements }, ...rest],
      };
    });
    const { code, stdout } = await verify(path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/findings\.estimates\[\d+\]\.\w+ \(short, websocket, response-time\.p50\): stored \d/);
    expect(stdout).toMatch(/findings\.comparisons\[\d+\]\.ratio \(short, websocket, loopback, response-time\.p50\)/);
  });

  test('a count: the record cannot be read, or says what it contradicts', async () => {
    const due = changedFile('due.json', (one) => ({
      ...one,
      trials: one.trials.map((trial) => ({
        ...trial,
        measurements: trial.measurements.map((m) => ({ ...m, calls: { ...m.calls, due: m.calls.due + 1 } })),
      })),
    }));
    const unread = await verify(due);
    expect(unread).toMatchObject({ code: 2, stdout: '' });
    expect(unread.stderr).toContain('books that do not balance');
    const lost = changedFile('clients.json', (one) => ({
      ...one,
      trials: one.trials.map((trial) => ({
        ...trial,
        measurements: trial.measurements.map((m) => ({ ...m, clients: 1 })),
      })),
    }));
    const { code, stdout } = await verify(lost);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'clients.json: trials[0].measurements[0].clients: stored 1, expected 2, as the scenario has\n',
    );
  });

  test('the gate, so that plan and verdict agree: what was typed says otherwise', async () => {
    const path = changedFile('asked.json', (one) => ({
      ...one,
      asked: [...one.asked, '--threshold', 'calls-failed < 9'],
    }));
    const { code, stdout } = await verify(path);
    expect(code).toBe(1);
    expect(stdout).toBe(
      'asked.json: plan.gate.thresholds: stored nothing of it, expected what "--threshold calls-failed < 9" asked for\n',
    );
  });

  test('the release, which may be why', async () => {
    const other = (one: RunRecord) => ({ ...one, tool: { ...one.tool, version: '0.0.9' } });
    const agrees = await verify(changedFile('older.json', other));
    expect(agrees.code).toBe(0);
    expect(agrees.stdout).toMatch(/no gate; written by mcp-transport-bench 0\.0\.9, verified by \d+\.\d+\.\d+\n$/);
    const differs = await verify(
      changedFile('differs.json', (one) => ({ ...other(one), findings: { ...one.findings, claims: [] } })),
    );
    expect(differs.code).toBe(1);
    expect(differs.stdout.trimEnd().split('\n')).toHaveLength(21);
    expect(differs.stdout).toMatch(/what differs may be the release: written by mcp-transport-bench 0\.0\.9, /);
  });
});

describe('a record that does not say what it comes to', () => {
  const without = ({ findings: _findings, ...rest }: RunRecord): object => rest;

  test('of an earlier release: nothing to compare, but its books were looked at, and 3', async () => {
    const { code, stdout, stderr } = await verify(changedFile('earlier.json', without));
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(stdout).toBe(
      'earlier.json: nothing to compare: the record does not say what it comes to, for an earlier release wrote it; every check of its books and distributions has passed\n',
    );
  });

  test('that was cut off', async () => {
    const cut = (one: RunRecord) => ({
      ...without(one),
      status: 'running',
      finishedAt: null,
      trials: one.trials.slice(0, 2),
    });
    const { code, stdout } = await verify(changedFile('cut.json', cut));
    expect(code).toBe(3);
    expect(stdout).toContain('for its run was cut off;');
  });
});

test('of several the gravest decides, and all are looked at', async () => {
  const bad = fileIn(folder, 'bad\u001b.json', '{');
  const { code, stdout, stderr } = await verify('nowhere.json', 'run.json', bad);
  expect(code).toBe(2);
  expect(stdout).toMatch(/^run\.json: all /);
  expect(stderr).toMatch(/^nowhere\.json: there is no such file, .*\n.*bad\\u001b\.json: is cut short at .*\n$/);
  changedFile('gone.json', ({ findings: _findings, ...rest }) => rest);
  changedFile('more.json', (one) => ({ ...one, findings: { ...one.findings, claims: [] } }));
  expect((await verify('gone.json', 'run.json')).code).toBe(3);
  expect((await verify('gone.json', 'more.json', 'run.json')).code).toBe(1);
});

test('an interrupted run states what it has, and verify takes it', async () => {
  const scenario = fileIn(folder, 'long.json', { ...SHORT_RUN, name: 'long', window: '1500ms' });
  const command = startCommand(
    ['run', scenario, '--quick', '--trials', '9', '-t', 'loopback', '-o', 'part.json'],
    folder,
  );
  await command.printed(/trial 2 of 9/);
  command.process.kill('SIGINT');
  const { code } = await command.ended;
  expect(code).toBe(130);
  const part = parseRecord(readFileSync(join(folder, 'part.json'), 'utf8'), 'part.json');
  expect(part.status).toBe('partial');
  expect(part.trials.length).toBeGreaterThan(0);
  expect(await verify('part.json')).toMatchObject({ code: 0 });
});
