/** Bad input at the command line: one message that names what was typed, exit code 2, nothing on stdout, no stack. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { serialiseRecord } from '../src/result/codec.ts';
import { fileIn, runCommand } from './fixtures/command.ts';
import { fixtureRecord } from './fixtures/record.ts';
import { listShipped } from '../src/scenario/load-scenario.ts';
import { SUITES } from '../src/scenario/suite.ts';

const PROGRAM = fileURLToPath(new URL('../bin/mcp-transport-bench.js', import.meta.url));
const SHIPPED = `Shipped: ${[...Object.keys(SUITES), ...listShipped().map(({ name }) => name)].join(', ')}. A path to a file works too.`;
const FORMATS = 'expected one of csv, hgrm, json, junit, markdown, prometheus, table';
const TRANSPORTS = 'expected one of loopback, sse, stdio, streamable-http, websocket';

const MERGE_ONE = 'merge: got one record, expected two or more of the same plan; see "report" for a single one';

const root = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
/** Kept until the end: these tests run side by side. */
const freshFolder = (): string => mkdtempSync(join(root, 'test-'));

/** Runs in a folder of its own and expects to be refused. */
async function expectRefused(args: readonly string[], message: string, folder = freshFolder()): Promise<void> {
  expect(await runCommand(args, folder)).toEqual({ code: 2, signal: null, stdout: '', stderr: `${message}\n` });
}

describe('words', () => {
  test.concurrent.each<[string[], string]>([
    [['nonsense'], `error: unknown command 'nonsense'`],
    [['rum'], `error: unknown command 'rum'\n(Did you mean run?)`],
    [['run', '--fast'], `error: unknown option '--fast'`],
    [['run', '--trails', '3'], `error: unknown option '--trails'\n(Did you mean --trials?)`],
    [['run', '--rate'], `error: option '-R, --rate <per-second>' argument missing`],
    [['run', 'no-such'], `no scenario named "no-such". ${SHIPPED}`],
    [['run', 'tool-cals'], `no scenario named "tool-cals"; did you mean "tool-calls"? ${SHIPPED}`],
    [['run', 'tool-calls', 'tool-calls'], 'scenario "tool-calls" is asked for twice; name it once'],
    [['run', '-t', 'carrier'], `--transport: got "carrier", ${TRANSPORTS}`],
    [['run', '-t', 'sse,websoket'], `--transport: got "websoket", ${TRANSPORTS}; did you mean "websocket"?`],
    [['run', '-t', 'sse,'], `--transport: got "", ${TRANSPORTS}`],
    [['run', '-f', 'pdf'], `--format: got "pdf", ${FORMATS}`],
    [['run', '-f', 'tabel'], `--format: got "tabel", ${FORMATS}; did you mean "table"?`],
    [['run', '-f', 'table='], '--format: got "table=", expected a path after "="'],
    [
      ['run', '--protocol', '1.0'],
      '--protocol: got "1.0", expected one of 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25, 2026-07-28',
    ],
    [['run', '--client', 'curl'], '--client: got "curl", expected one of stock, lean, sdk'],
    [
      ['run', '--network', 'wam'],
      '--network: got "wam", expected one of lo, lan, metro, wan, wan-lossy; did you mean "wan"?',
    ],
    [
      ['run', '--network', 'wan', '--target', 'http://127.0.0.1:9/mcp'],
      "--network: cannot stand beside --target or --command, which measure somebody else's server as it is; measure the tool's own endpoints in a run of their own",
    ],
    [
      ['run', '--threshold', 'fast'],
      '--threshold: got "fast", expected a threshold like "websocket response-time.p99 < 5ms"',
    ],
    [
      ['run', 'tool-calls', '--threshold', 'respons-time.p99 < 5ms'],
      '--threshold: got metric "respons-time.p99", expected one of those that "list metrics" shows; did you mean "response-time.p99"?',
    ],
    [
      ['run', 'tool-calls', '--threshold', 'response-time.p99 < 5B'],
      '--threshold: got "5B" for response-time.p99, expected a time like 500us or 5ms',
    ],
    [
      ['run', 'tool-calls', '--threshold', 'websoket rate > 1/s'],
      '--threshold: got scenario or arm "websoket", expected one of this run, tool-calls, sse, websocket; did you mean "websocket"?',
    ],
    [
      ['run', 'tool-calls', '--threshold', 'delivery.p50 < 1s'],
      '--threshold: got delivery.p50 of any cell of the run, expected a metric that it has: nothing is published there',
    ],
    [
      ['run', '--max-regression', '5%'],
      '--max-regression: got "5%", expected --baseline or two --arm beside it: there is nothing to be worse than',
    ],
    [
      ['run', '--baseline', 'none.json', '--max-regression', '5'],
      '--max-regression: got "5", which is 500%, expected a share of at most 100%; did you mean "5%"?',
    ],
    [
      ['run', 'tool-calls', '--baseline', 'none'],
      '--baseline: got "none", expected a path, or the name of one kept in results/baselines; there are none yet: keep one with --save-baseline',
    ],
    [
      ['run', 'tool-calls', '--baseline', 'none.json'],
      'none.json: there is no such file, expected a record that mcp-transport-bench run has written; name another file',
    ],
    ...['../up', 'a/b', '', '.', 'a.json', 'x'.repeat(65)].map((name): [string[], string] => [
      ['run', 'tool-calls', `--save-baseline=${name}`],
      `--save-baseline: got "${name.slice(0, 60)}${name.length > 60 ? '…' : ''}", expected a name of at most 64 letters, digits, dots, hyphens and underscores; it is kept in results/baselines`,
    ]),
    [['run', '--inconclusive', 'pas'], '--inconclusive: got "pas", expected pass or fail; did you mean "pass"?'],
    [
      ['report', 'x.json', '--inconclusive', 'pass'],
      '--inconclusive: expected a --threshold beside it: without one nothing is judged',
    ],
    [
      ['list', 'scenarois'],
      'list: got "scenarois", expected one of scenarios, transports, claims, metrics, formats; did you mean "scenarios"?',
    ],
    [['list', 'a', 'b'], `error: too many arguments for 'list'. Expected 1 argument but got 2.`],
    [['schema', 'table'], 'schema: got "table", expected scenario, record, summary, comparison or doctor'],
    [['schema'], `error: missing required argument 'what'`],
    [['validate', 'nope.yaml'], 'nope.yaml: there is no such file'],
    [['report'], `error: missing required argument 'record'`],
    [['report', 'x.json', '-f', 'pdf'], `--format: got "pdf", ${FORMATS}`],
    [['report', 'x.json', '--summary'], '--summary: got no -f, expected -f json beside it, which alone has a summary'],
    [
      ['run', '--summary', '-f', 'csv', '-f', 'table=x'],
      '--summary: got -f csv, -f table, expected -f json beside it, which alone has a summary',
    ],
    [['merge'], `error: missing required argument 'record'`],
    [['merge', 'a.json'], MERGE_ONE],
    [['merge', 'a.json', 'b.json', '-f', 'pdf'], `--format: got "pdf", ${FORMATS}`],
    [['verify'], `error: missing required argument 'record'`],
    [['verify', '--fast', 'a.json'], `error: unknown option '--fast'`],
  ])('%j', (args, message) => expectRefused(args, message));

  test('no command at all is the help, on stderr', async () => {
    const { code, stdout, stderr } = await runCommand([], freshFolder());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: mcp-transport-bench \[options\] \[command\]\n/);
  });
});

describe('quantities', () => {
  const WHOLE = [
    { flag: '--clients', range: '1 to 10000' },
    { flag: '--calls', range: '1 to 5000000' },
    { flag: '--trials', range: '1 to 1000' },
    { flag: '--seed', range: '0 to 4294967295' },
  ];
  const wholes = WHOLE.flatMap(({ flag, range }) =>
    ['x', '-1', '1.5', '1e3', '99999999999', ''].map(
      (value) => [flag, value, `got "${value}", expected a whole number from ${range}`] as const,
    ),
  );
  const TIMES = ['--duration', '--warmup', '--ready-timeout'];
  const times = TIMES.flatMap((flag) =>
    ['x', '5', '-1s', '99999h', ''].map(
      (value) => [flag, value, `got "${value}", expected a time like 500ms or 5s`] as const,
    ),
  );
  const sizes = ['x', '5', '-1B', '1TiB', ''].map(
    (value) => ['--payload', value, `got "${value}", expected a size like 256B, 4KiB or 1MiB`] as const,
  );
  const rates = ['x', '-5', '1e9', '5/h', ''].map(
    (value) => ['--rate', value, `got "${value}", expected a number of requests per second like 200/s`] as const,
  );
  const absurd = [
    ['--duration', '0ms', 'got 0s, expected a time from 1ms to 1h'],
    ['--duration', '2h', 'got 2h, expected a time from 1ms to 1h'],
    ['--warmup', '2h', 'got 2h, expected a time from 0ms to 1h'],
    ['--ready-timeout', '0ms', 'got "0ms", expected a time from 1ms to 1h'],
    ['--ready-timeout', '600h', 'got "600h", expected a time from 1ms to 1h'],
    ['--payload', '1B', 'got 1B, expected a size from 16B to 4MiB'],
    ['--payload', '1GB', 'got "1GB", expected a size like 256B, 4KiB or 1MiB'],
    ['--rate', '0', 'got 0/s, expected a rate above 0 and at most 1000000/s'],
    ['--rate', '2000000', 'got 2000000/s, expected a rate above 0 and at most 1000000/s'],
  ] as const;

  test.concurrent.each([...wholes, ...times, ...sizes, ...rates, ...absurd])('%s %j', (flag, value, message) =>
    expectRefused(['run', 'tool-calls', `${flag}=${value}`], `${flag}: ${message}`),
  );

  test.concurrent.each([
    [
      ['notifications', '-n', '5'],
      'scenario "notifications" with --calls 5: window.calls: got 5, expected a time alone, since nothing in the scenario calls',
    ],
    [
      ['notifications', '-R', '5'],
      '--rate: cannot apply to scenario "notifications": a load of model none has no rate',
    ],
  ])('a flag that cannot apply: %j', (args, message) => expectRefused(['run', ...args], message));
});

describe('scenario files', () => {
  const GOOD = `name: test
title: A test
shows: What a test needs.
scripts:
  - name: script
    steps:
      - call: echo
load: { model: closed }
window: 100ms
`;
  test.concurrent.each([
    [
      'not YAML',
      'name: [',
      's.yaml:1:8: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['empty', '', 's.yaml:1:1: the file is empty, expected a scenario'],
    ['an unknown key', GOOD.replace('window:', 'windw:'), 's.yaml:9:1: unknown key "windw"; did you mean "window"?'],
    ['a wrong type', GOOD.replace('100ms', 'soon'), 's.yaml:9:9: window: got "soon", expected a time like 500ms or 5s'],
    ['negative', GOOD.replace('100ms', '-1s'), 's.yaml:9:9: window: got "-1s", expected a time like 500ms or 5s'],
    [
      'absurd',
      `${GOOD}clients: 1000000\n`,
      's.yaml:10:10: clients: got 1000000, expected a whole number from 1 to 10000',
    ],
    [
      'an empty script',
      GOOD.replace('\n      - call: echo', ' []'),
      's.yaml:6:12: scripts[0].steps: got an empty list, expected a list of 1 to 1000 steps',
    ],
  ])('%s', async (_, text, message) => {
    const folder = freshFolder();
    fileIn(folder, 's.yaml', text);
    await expectRefused(['run', 's.yaml'], message, folder);
    await expectRefused(['validate', 's.yaml'], message, folder);
  });

  test('the same file twice', async () => {
    const folder = freshFolder();
    fileIn(folder, 's.yaml', GOOD);
    await expectRefused(['run', 's.yaml', './s.yaml'], 'scenario "test" is asked for twice; name it once', folder);
  });
});

describe('outputs', () => {
  test.concurrent.each([
    [['-o', 'file/x.json'], 'cannot write file/x.json: a part of the path is a file; choose another place with -o'],
    [['-o', 'file/deep/'], undefined],
    [['-o', ''], 'cannot write "": the path is empty; name a file or a folder'],
    [
      ['-f', 'markdown=file/x.md'],
      'cannot write file/x.md: a part of the path is a file; choose another place with -f markdown=<path>',
    ],
    [['-f', 'markdown=folder'], 'cannot write folder: it is a folder; choose another place with -f markdown=<path>'],
  ])('%j is refused before anything runs', async (args, message) => {
    const folder = freshFolder();
    fileIn(folder, 'file', 'occupied');
    mkdirSync(`${folder}/folder`);
    if (message !== undefined) {
      await expectRefused(['run', 'tool-calls', ...args], message, folder);
      return;
    }
    const { code, stderr } = await runCommand(['run', 'tool-calls', ...args], folder);
    expect(stderr).toMatch(
      /^cannot write file\/deep\/\S+-tool-calls\.json: a part of the path is a file; choose another place with -o\n$/,
    );
    expect(code).toBe(2);
    expect(readFileSync(`${folder}/file`, 'utf8')).toBe('occupied');
  });
});

describe('records', () => {
  const NAME_ANOTHER = 'name a record that mcp-transport-bench run has written';
  const WRITTEN = 'expected a record that mcp-transport-bench run has written';
  const whole = serialiseRecord(fixtureRecord({ blocks: 1 }));
  const cut = whole.slice(0, 1_000).trimEnd();
  const cutAt = `line ${cut.split('\n').length}, column ${(cut.split('\n').at(-1) ?? '').length + 1}`;

  test.concurrent.each([
    ['none there', undefined, `r.json: there is no such file, ${WRITTEN}; name another file`],
    ['empty', '', `r.json: got an empty file, ${WRITTEN}; name another file or measure again`],
    [
      'no JSON',
      'hi',
      `r.json: is not JSON: got "hi" at line 1, column 1, ${WRITTEN}; name another file or measure again`,
    ],
    [
      'another object',
      '{}',
      `r.json: is not a run record: got "schema": nothing, expected "schema": "mcp-transport-bench/record"; ${NAME_ANOTHER}`,
    ],
    [
      'a list',
      '[1]',
      `r.json: is not a run record: got a list of 1, expected "schema": "mcp-transport-bench/record"; ${NAME_ANOTHER}`,
    ],
    ['cut short', cut, `r.json: is cut short at ${cutAt}; use a whole copy or measure again`],
    [
      'of another version',
      whole.replace(/"schemaVersion": *3\b/, '"schemaVersion": 99'),
      'r.json: schemaVersion: got 99, expected 3; read it with mcp-transport-bench 0.1.0, which wrote it, or measure again with this one',
    ],
  ])('%s', async (_, text, message) => {
    const folder = freshFolder();
    if (text !== undefined) fileIn(folder, 'r.json', text);
    await expectRefused(['report', 'r.json'], message, folder);
  });
});

describe('help', () => {
  test.concurrent.each(['run', 'report', 'compare', 'merge', 'verify', 'list', 'validate', 'schema'])(
    'of %s has its usage and an example',
    async (name) => {
      const { code, stdout, stderr } = await runCommand([name, '--help'], freshFolder());
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Usage: mcp-transport-bench ${name} `));
      expect(stdout).toMatch(/\nExamples?:\n {2}mcp-transport-bench /);
      expect(await runCommand(['help', name], freshFolder())).toMatchObject({ code: 0, stdout });
    },
  );

  test('of the whole lists every command and the exit codes; --version is the package’s', async () => {
    const { stdout } = await runCommand(['--help'], freshFolder());
    for (const name of ['run', 'report', 'compare', 'merge', 'verify', 'list', 'validate', 'schema'])
      expect(stdout).toMatch(new RegExp(`\\n {2}${name} `));
    expect(stdout).toContain(
      'Exit codes: 0 done, or passed · 1 a limit is broken · 2 bad input · 3 undecided · 4 the run failed or measured nothing,',
    );
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await runCommand(['--version'], freshFolder())).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test('takes no time to speak of', async () => {
    const helps: number[] = [];
    const nothings: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      nothings.push(await timeOf(['-e', '0']));
      helps.push(await timeOf([PROGRAM, '--help']));
    }
    const extra = median(helps) - median(nothings);
    process.stdout.write(
      `--help: ${median(helps).toFixed(0)} ms, node -e 0: ${median(nothings).toFixed(0)} ms, difference ${extra.toFixed(0)} ms\n`,
    );
    expect(extra).toBeLessThan(250);
  });
});

test('readers that have seen enough are no failure, on either stream', async () => {
  for (const [stream, args] of [
    ['stdout', ['schema', 'record']],
    ['stderr', ['no-such']],
  ] as const) {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child[stream].destroy();
    let other = '';
    child[stream === 'stdout' ? 'stderr' : 'stdout'].on('data', (chunk: Buffer) => (other += chunk.toString()));
    expect(await once(child, 'close')).toEqual([stream === 'stdout' ? 0 : 2, null]);
    expect(other).toBe('');
  }
});

async function timeOf(args: readonly string[]): Promise<number> {
  const began = performance.now();
  await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
  return performance.now() - began;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
