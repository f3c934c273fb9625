/** `compare` through the whole program: what it shows, what it refuses, and how it ends. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseComparison } from '../src/report/comparisons/json-schema.ts';
import { serialiseRecord } from '../src/result/codec.ts';
import type { Control, RunRecord } from '../src/result/record.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import { FIXTURE_CELLS } from './fixtures/cells.ts';
import { fileIn, runCommand } from './fixtures/command.ts';
import { ownUse, withProcessorTime } from './fixtures/process-use.ts';
import { fixtureRecord, withMeasurements } from './fixtures/record.ts';

const CELLS = FIXTURE_CELLS.filter(({ id }) => id === 'tool-calls' || id === 'notifications[20/s]');
const BASE = fixtureRecord({ cells: CELLS });

/** Later, with more on the wire and half as much processor time again. */
const HEAD: RunRecord = {
  ...withMeasurements(fixtureRecord({ cells: CELLS, seed: 12 }), (measurement, { armId }) =>
    armId === 'sse'
      ? {
          ...measurement,
          bytes: {
            ...measurement.bytes,
            wireUp: bytes((measurement.bytes.wireUp ?? 0) + 8 * measurement.calls.ok),
            driverWireUp: bytes((measurement.bytes.driverWireUp ?? 0) + 8 * measurement.calls.ok),
          },
          endpoint: withProcessorTime(ownUse(measurement.endpoint), 1.5),
        }
      : measurement,
  ),
  startedAt: '2026-11-23T12:00:00.000Z',
  tool: { name: 'mcp-transport-bench', version: '0.2.0' },
};
const controlled = (record: RunRecord, p50: number): RunRecord => ({
  ...record,
  controls: Array.from({ length: 6 }, (_, block): Control => {
    return { block, attempt: 0, exchanges: 5_000, p50Ns: nanoseconds(p50 + 100 * block), cpuUs: p50 / 1_000 };
  }),
});
const elsewhere = (record: RunRecord): RunRecord => ({
  ...record,
  environment: { ...record.environment, cores: 64, kernel: '5.0.0\u001b[2J' },
});

const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const compare = (...args: readonly string[]) => runCommand(['compare', ...args], folder);

beforeAll(() => {
  const records: Readonly<Record<string, RunRecord>> = {
    base: BASE,
    head: HEAD,
    elsewhere: elsewhere(HEAD),
    'controlled-base': controlled(BASE, 50_000),
    'controlled-elsewhere': controlled(elsewhere(HEAD), 25_000),
    narrow: fixtureRecord({ cells: CELLS.slice(0, 1), armIds: ['websocket', 'stdio'] }),
    partial: { ...HEAD, status: 'partial', trials: HEAD.trials.slice(0, 5) },
  };
  for (const [name, record] of Object.entries(records)) fileIn(folder, `${name}.json`, serialiseRecord(record));
  fileIn(folder, 'cut.json', serialiseRecord(BASE).slice(0, 2_000));
});

describe('what is shown', () => {
  test.each(['table', 'markdown', 'json'])('as %s', async (format) => {
    const { code, stdout, stderr } = await compare('base.json', 'head.json', '-f', format);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const extension = { table: 'txt', markdown: 'md', json: 'json' }[format] ?? '';
    await expect(stdout).toMatchFileSnapshot(`golden/compare.${format}.${extension}`);
  });

  test('is no wider than a terminal, and holds nothing that would move its cursor', async () => {
    const { code, stdout } = await compare('controlled-base.json', 'controlled-elsewhere.json');
    expect(code).toBe(0);
    expect(stdout).toContain('The machines differ in cores, kernel: times are divided by each run');
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    await expect(stdout).toMatchFileSnapshot('golden/compare.normalised.txt');
  });

  test('goes into files where that was asked for', async () => {
    const { code, stdout } = await compare(
      'base.json',
      'head.json',
      '-f',
      'markdown=out/c.md',
      '-f',
      'json=out/c.json',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(readFileSync(join(folder, 'out/c.md'), 'utf8')).toBe(
      readFileSync(join(import.meta.dirname, 'golden/compare.markdown.md'), 'utf8'),
    );
    expect(JSON.parse(readFileSync(join(folder, 'out/c.json'), 'utf8'))).toMatchObject({
      schema: 'mcp-transport-bench/comparison',
      schemaVersion: 1,
      normalised: false,
      gate: null,
    });
  });
});

describe('for scripts', () => {
  test.each([
    ['as it is', ['base.json', 'head.json']],
    ['judged', ['base.json', 'head.json', '--max-regression', '5%', '--inconclusive', 'pass']],
    ['of different machines', ['controlled-base.json', 'controlled-elsewhere.json']],
    ['in part', ['base.json', 'narrow.json', '--common']],
  ])('it keeps to its schema, and loses nothing: %s', async (_what, args) => {
    const { stdout } = await compare(...args, '-f', 'json');
    const value: unknown = JSON.parse(stdout);
    expect(parseComparison(value)).toEqual(value);
  });

  test('the schema is published, requires what is always there, and tolerates what a later release adds', async () => {
    const { code, stdout } = await runCommand(['schema', 'comparison'], folder);
    const schema = JSON.parse(stdout) as Record<string, unknown>;
    const printed = JSON.parse((await compare('base.json', 'head.json', '-f', 'json')).stdout) as object;
    expect(code).toBe(0);
    expect(schema).toMatchObject({
      title: 'mcp-transport-bench comparison',
      properties: { schema: { const: 'mcp-transport-bench/comparison' }, schemaVersion: { const: 1 } },
      required: Object.keys(printed),
    });
    expect(stdout).not.toContain('"additionalProperties": false');
  });
});

test('GitHub’s page of the step gets it too, whatever the format', async () => {
  const page = join(folder, 'summary.md');
  const env = { GITHUB_STEP_SUMMARY: page };
  const { code, stdout, stderr } = await runCommand(
    ['compare', 'base.json', 'head.json', '-f', 'json'],
    folder,
    undefined,
    env,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'mcp-transport-bench/comparison' });
  expect(readFileSync(page, 'utf8')).toBe(
    readFileSync(join(import.meta.dirname, 'golden/compare.markdown.md'), 'utf8'),
  );
});

describe('with a limit it is judged', () => {
  test('1 where something is surely worse', async () => {
    const { code, stderr, stdout } = await compare('base.json', 'head.json', '--max-regression', '5%');
    expect(stderr).toMatch(
      /^FAILED: wire-up-per-message of sse in tool-calls against the baseline: 461 B against 453 B, counted: worse$/m,
    );
    expect(stderr).toMatch(
      /^FAILED: endpoint-cpu-per-message of sse in tool-calls against the baseline: .*: worse by more than 5 %$/m,
    );
    expect(stderr).toMatch(/^Gate: FAILED \(/m);
    expect(stdout).toContain('  • The whole: FAILED\n');
    expect(code).toBe(1);
  });

  test('0 where all of it is excluded, 3 where something is open, as asked for otherwise', async () => {
    expect((await compare('base.json', 'base.json', '--max-regression', '50%')).code).toBe(0);
    expect((await compare('base.json', 'base.json', '--max-regression', '0.1%')).code).toBe(3);
    const open = ['base.json', 'base.json', '--max-regression', '0.1%', '--inconclusive'];
    expect((await compare(...open, 'pass')).code).toBe(0);
    expect((await compare(...open, 'fail')).code).toBe(1);
  });

  test('controls make up for what the machines differ in, and no more', async () => {
    // Everything takes as long as it did, on a machine where a bare exchange takes half as long.
    const { code, stderr } = await compare(
      'controlled-base.json',
      'controlled-elsewhere.json',
      '--max-regression',
      '20%',
    );
    expect(stderr).toMatch(/^FAILED: response-time\.p50 of websocket in tool-calls against the baseline: 1\.9\d+× /m);
    expect(code).toBe(1);
  });
});

describe('what is refused', () => {
  test.each([
    [
      'other cells and arms',
      ['base.json', 'narrow.json'],
      2,
      'narrow.json and base.json do not measure the same: cell "notifications[20/s]" is only in the base; arm "sse" is only in the base; arm "stdio" is only in the head',
    ],
    [
      'a head that was cut off',
      ['base.json', 'partial.json'],
      4,
      'partial.json: its run was cut off after 5 of 12 trials (partial); compare with a whole one',
    ],
    [
      'a base that was cut off',
      ['partial.json', 'head.json'],
      4,
      'partial.json: its run was cut off after 5 of 12 trials (partial); compare with a whole one',
    ],
    [
      'another machine',
      ['base.json', 'elsewhere.json'],
      4,
      String.raw`elsewhere.json and base.json are of different machines: cores "64" against "2"; kernel "5.0.0\u001b[2J" against "6.18.0"; their times cannot be compared, for there is no control workload to divide them by in base.json and elsewhere.json: measure with --control`,
    ],
    [
      'no file',
      ['none.json', 'head.json'],
      2,
      'none.json: there is no such file, expected a record that mcp-transport-bench run has written; name another file',
    ],
    [
      'a limit that is none',
      ['base.json', 'head.json', '--max-regression', 'x'],
      2,
      '--max-regression: got "x", expected a share like 99% or 0.99',
    ],
    [
      'no limit at all',
      ['base.json', 'head.json', '--max-regression', '0%'],
      2,
      '--max-regression: got "0%", expected a share above 0, like 5%',
    ],
    [
      'a format that is none',
      ['base.json', 'head.json', '-f', 'tabel'],
      2,
      /^--format: got "tabel", expected one of table, markdown, json.*; did you mean "table"\?$/,
    ],
    [
      'a place that cannot be written',
      ['base.json', 'head.json', '-f', 'json=base.json/x'],
      2,
      'cannot write base.json/x: a part of the path is a file; choose another place with -f json=<path>',
    ],
    [
      'a choice without a limit',
      ['base.json', 'head.json', '--inconclusive', 'pass'],
      2,
      '--inconclusive: expected --max-regression beside it: without it nothing is judged',
    ],
    [
      'a choice that is none',
      ['base.json', 'head.json', '--inconclusive', 'no'],
      2,
      '--inconclusive: got "no", expected pass or fail',
    ],
    ['one record alone', ['base.json'], 2, "error: missing required argument 'head'"],
  ])('%s', async (_what, args, code, message) => {
    const ended = await compare(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    if (typeof message === 'string') expect(ended.stderr).toBe(`${message}\n`);
    else expect(ended.stderr.trimEnd()).toMatch(message);
  });

  test('a file that is cut short, before anything is written', async () => {
    const { code, stdout, stderr } = await compare('cut.json', 'head.json', '-f', 'json=never/x.json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^cut\.json: is cut short at line \d+, column \d+; use a whole copy or measure again\n$/);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });
});

test('--common compares what both measure, and says what it leaves out', async () => {
  const { code, stdout } = await compare('base.json', 'narrow.json', '--common');
  expect(code).toBe(0);
  expect(stdout).toContain('websocket · rate');
  expect(stdout).not.toContain('sse · rate');
  expect(stdout.replaceAll(/\n {4}/g, ' ')).toContain(
    'Left out, for only one of the two measured it so: notifications[20/s], sse, stdio.',
  );
});
