/** What a CI job gets: the action's steps run as a runner runs them, and docs/ci.md against the program. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../src/cli/exit-code.ts';
import { readRecord } from '../src/result/read-record.ts';
import { readAction, runAction } from './fixtures/action-runner.ts';
import { eventually, isRunning, temporaryFolder } from './fixtures/command.ts';
import { git, serverRepository } from './fixtures/server-repository.ts';

const ROOT = join(import.meta.dirname, '..');
const PROGRAM = join(ROOT, 'bin/mcp-transport-bench.js');
const SLOW_US = 2_000;
/** Short, and with a margin that no noise of a test machine reaches. */
const SHORT = [
  '--quick',
  '--duration=60ms',
  '--warmup=10ms',
  '--looks=6',
  '--alpha=0.5',
  '--max-regression=100%',
  '--reruns=0',
].join('\n');
/** The annotations of a job, a runner's encoding undone: by their kind, the lines of each. */
const annotationsIn = (log: string): readonly { readonly kind: string; readonly lines: readonly string[] }[] =>
  [...log.matchAll(/^::(error|warning) title=mcp-transport-bench::(.*)$/gm)].map(([, kind = '', text = '']) => ({
    kind,
    lines: text.split('%0A').map((line) => line.replaceAll('%25', '%')),
  }));
const linesOf = (log: string, pattern: RegExp): readonly string[] =>
  log.split('\n').filter((line) => pattern.test(line));
const SERVER = { command: 'tiny=node server.mjs\n' };
const AGAINST_BASE = { ...SERVER, 'base-ref': 'before', arguments: SHORT };

describe('the action, base against head', () => {
  test('fails by a slow commit, and leaves page, test report and record', { timeout: 120_000 }, async () => {
    const workspace = serverRepository(SLOW_US);
    const { code, outputs, log, summary, used } = await runAction({ workspace, inputs: AGAINST_BASE });
    expect(code, log).toBe(EXIT.gateFailed);
    const report = join(workspace, 'mcp-transport-bench-report');
    const record = join(report, 'record.json');
    expect(outputs).toEqual({ verdict: 'fail', 'exit-code': '1', record, report });
    expect(readRecord(record).findings?.gate?.word).toBe('fail');
    expect(summary).toMatch(/^\*\*FAILED: 2 of 5 checks do not hold/m);
    expect(summary).toBe(readFileSync(join(report, 'report.md'), 'utf8'));
    expect(readFileSync(join(report, 'junit.xml'), 'utf8')).toContain('<failure');
    // What servers and setups say between these is no command to the runner.
    expect(log).toMatch(
      /^::stop-commands::([\w-]{36})\n[^]*^Gate: FAILED [^]*^::\1::\n::error title=mcp-transport-bench::/m,
    );
    // What a reader of the job sees first is what the tool said of it.
    expect(linesOf(log, /^FAILED: /).length).toBeGreaterThan(0);
    expect(annotationsIn(log)).toEqual([
      {
        kind: 'error',
        lines: [
          ...linesOf(log, /^FAILED: /),
          ...linesOf(log, /^Gate: /),
          'a limit is broken, or something is surely worse than it may be',
        ],
      },
    ]);
    expect(used).toEqual([
      {
        uses: 'actions/upload-artifact@v6',
        with: { name: 'mcp-transport-bench-report', path: report, 'if-no-files-found': 'ignore' },
      },
    ]);
  });

  test('does not fail by a neutral one', { timeout: 120_000 }, async () => {
    const workspace = serverRepository(SLOW_US);
    git(workspace, 'checkout', 'neutral');
    const { code, outputs, log, summary } = await runAction({ workspace, inputs: AGAINST_BASE });
    expect([EXIT.pass, EXIT.inconclusive], log).toContain(code);
    expect(outputs).toMatchObject({
      verdict: code === EXIT.pass ? 'pass' : 'inconclusive',
      'exit-code': String(code),
    });
    expect(log).toContain(code === EXIT.pass ? 'Gate: passed' : 'Gate: undecided');
    expect(annotationsIn(log).map(({ kind }) => kind)).toEqual(code === EXIT.inconclusive ? ['warning'] : []);
    expect(summary).not.toBe('');
    expect(existsSync(join(workspace, 'mcp-transport-bench-report/junit.xml'))).toBe(true);
  });

  test('says where the base is not there, and leaves nothing of an earlier run', async () => {
    const workspace = serverRepository(SLOW_US);
    const report = join(workspace, 'out');
    mkdirSync(report);
    for (const name of ['record.json', 'report.md', 'junit.xml', 'summary.json', 'mine.txt'])
      writeFileSync(join(report, name), '{}');
    const inputs = { ...AGAINST_BASE, 'base-ref': 'befor', report: 'out' };
    const { code, outputs, log, summary } = await runAction({ workspace, inputs });
    expect(code).toBe(EXIT.usage);
    expect(outputs).toEqual({ verdict: 'error', 'exit-code': '2', record: '', report });
    expect(log).toContain('did you mean "before"?');
    expect(annotationsIn(log)).toEqual([
      { kind: 'error', lines: ['nothing could be judged (exit code 2): the last lines of the log say why'] },
    ]);
    expect(summary).toBe('');
    expect(
      ['record.json', 'report.md', 'junit.xml', 'summary.json'].filter((n) => existsSync(join(report, n))),
    ).toEqual([]);
    expect(existsSync(join(report, 'mine.txt'))).toBe(true);
  });
});

/** A tool in place of npm's, which notes down what it was started with, and ends. */
function substitute(name: string, body: string) {
  const folder = temporaryFolder();
  const notes = join(folder, 'notes');
  writeFileSync(join(folder, name), `#!/bin/bash\nprintf '%s\\n' "$PWD" "$@" >'${notes}'\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
  return {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    words: (): readonly string[] => readFileSync(notes, 'utf8').trimEnd().split('\n'),
  };
}

describe('the action, by limits', () => {
  const limits = (...lines: readonly string[]) => ({ ...SERVER, thresholds: lines.join('\n') });
  const one = { arguments: '--quick\n--trials=1\n--duration=60ms' };
  const run = (inputs: Readonly<Record<string, string>>) =>
    runAction({ workspace: serverRepository(0), inputs: { ...one, ...inputs } });

  test('passes where they hold, and fails where one is broken', { timeout: 60_000 }, async () => {
    const held = await run(limits('calls-failed <= 0', '', '  tool-calls tiny calls-failed <= 0  '));
    expect(held.code, held.log).toBe(EXIT.pass);
    expect(held.outputs).toMatchObject({ verdict: 'pass', 'exit-code': '0' });
    const broken = await run(limits('calls-failed > 0'));
    expect(broken.code, broken.log).toBe(EXIT.gateFailed);
    expect(broken.outputs['verdict']).toBe('fail');
  });

  test('undecided is exit code 3, or what was asked for, and is called so', { timeout: 90_000 }, async () => {
    const open = limits('response-time.p50 < 10s');
    for (const [inconclusive, code] of [
      ['', EXIT.inconclusive],
      ['pass', EXIT.pass],
      ['fail', EXIT.gateFailed],
    ] as const) {
      const ended = await run({ ...open, inconclusive });
      expect(ended.code, ended.log).toBe(code);
      expect(ended.outputs).toMatchObject({ verdict: 'inconclusive', 'exit-code': String(code) });
      expect(linesOf(ended.log, /^undecided: .*response-time\.p50/).length).toBe(1);
      expect(annotationsIn(ended.log)).toEqual([
        {
          kind: 'warning',
          lines: [
            ...linesOf(ended.log, /^undecided: /),
            ...linesOf(ended.log, /^Gate: /),
            'inconclusive: nothing is broken, and something is not proven',
          ],
        },
      ]);
    }
  });

  test.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ['an unknown choice', { inconclusive: 'maybe' }, '--inconclusive: got "maybe"'],
    ['an unknown scenario', { scenario: 'tool-cals' }, 'tool-calls'],
    ['a scenario like a flag', { scenario: '--version' }, '--version'],
    ['an unknown limit', { thresholds: 'speed > 1' }, '--threshold'],
    ['a setup without a base', { setup: 'true', arguments: '' }, '--setup: goes with two builds only'],
    ['a version that is none', { version: 'npm:other@1' }, 'version: expected'],
    ['a folder that is none', { 'working-directory': 'nowhere' }, 'working-directory: expected'],
    ['a report in two lines', { report: 'a\nb' }, 'report: expected'],
  ])('%s is one clear line', async (_, inputs, message) => {
    const { code, outputs, log } = await run({ ...SERVER, ...inputs });
    expect(code, log).toBe(EXIT.usage);
    expect(outputs).toMatchObject({ verdict: 'error', 'exit-code': '2', record: '' });
    expect(log).toContain(message);
  });

  test('an input is one word to the tool, whatever it holds', async () => {
    const workspace = temporaryFolder();
    const npx = substitute('npx', 'exit 4');
    const evil = '$(touch pwned) `touch pwned` "; touch pwned #';
    const inputs = { version: '1.2.3', scenario: evil, command: evil, 'base-ref': evil, setup: `${evil}\nsecond` };
    const { code, outputs } = await runAction({ workspace, inputs, env: npx.env });
    expect(code).toBe(EXIT.runFailed);
    expect(outputs).toMatchObject({ verdict: 'error', 'exit-code': '4' });
    const words = npx.words();
    expect(words.slice(1, 5)).toEqual(['--yes', '--', 'mcp-transport-bench@1.2.3', 'run']);
    expect(words).toEqual(expect.arrayContaining([evil, `base=${evil}`, 'second']));
    expect(words.slice(-2)).toEqual(['--', evil]);
    expect(existsSync(join(workspace, 'pwned'))).toBe(false);
  });

  test('what decided is shown as one command, however many there are and whatever they hold', async () => {
    const finding = (at: number) => ({
      word: 'fail',
      name: `speed${at} < 5 %`,
      cellId: 'cell\u2028\n::error::evil',
      armId: null,
      because: '100 % worse\r',
    });
    const gate = { word: 'fail', findings: [0, 1, 2, 3, 4].map(finding) };
    const summary = join(temporaryFolder(), 'summary.json');
    writeFileSync(summary, JSON.stringify({ gate }));
    const npx = substitute('npx', `cp ${summary} "$BENCH_REPORT/summary.json"; exit 1`);
    const report = temporaryFolder();
    const { log, outputs } = await runAction({
      workspace: temporaryFolder(),
      inputs: { version: '1.2.3', report },
      env: npx.env,
    });
    expect(outputs).toMatchObject({ verdict: 'fail', 'exit-code': '1' });
    expect(annotationsIn(log)).toEqual([
      {
        kind: 'error',
        lines: [
          ...[0, 1, 2].map((at) => `FAILED: speed${at} < 5 % · cell??::error::evil: 100 % worse?`),
          '… and 2 more',
          'Gate: FAILED (5 failed)',
          'a limit is broken, or something is surely worse than it may be',
        ],
      },
    ]);
    expect(log).not.toMatch(/^::error::/m);
  });

  test('is no verdict where the tool ends without one', async () => {
    const npx = substitute('npx', 'exit 1');
    const { code, outputs } = await runAction({
      workspace: temporaryFolder(),
      inputs: { version: 'latest' },
      env: npx.env,
    });
    expect(code).toBe(EXIT.runFailed);
    expect(outputs).toMatchObject({ verdict: 'error', 'exit-code': '4' });
  });
});

describe('action/run.sh', () => {
  const script = (root: string, cwd: string, env: NodeJS.ProcessEnv) =>
    promisify(execFile)('bash', [join(root, 'action/run.sh')], { cwd, env: { ...process.env, ...env } }).then(
      ({ stdout, stderr }) => ({ code: 0, log: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        log: error.stdout + error.stderr,
      }),
    );

  test('is enough without GitHub, and says nothing in its language', async () => {
    const env = { BENCH_SCENARIO: 'tool-calls', BENCH_TRANSPORT: 'loopback', BENCH_ARGUMENTS: '--quick\n--trials=1' };
    const cwd = temporaryFolder();
    const plain = { GITHUB_ACTIONS: undefined, GITHUB_OUTPUT: undefined, GITHUB_STEP_SUMMARY: undefined };
    const { code, log } = await script(ROOT, cwd, { ...plain, ...env });
    expect(code, log).toBe(EXIT.pass);
    expect(log).not.toMatch(/^::/m);
    expect(existsSync(join(cwd, 'mcp-transport-bench-report/junit.xml'))).toBe(true);
  });

  test('cancelled, ends the tool, keeps what is complete, and is no verdict', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const output = join(folder, 'output');
    const env = { BENCH_TRANSPORT: 'loopback', BENCH_ARGUMENTS: '--duration=2s', GITHUB_OUTPUT: output };
    const child = spawn('bash', [join(ROOT, 'action/run.sh')], { cwd: folder, env: { ...process.env, ...env } });
    onTestFinished(() => void child.kill('SIGKILL'));
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += String(text)));
    const ended = once(child, 'close');
    await eventually(() => /^trial 1 of 6 .*done$/m.exec(log) ?? undefined, 'first trial');
    const tools = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number);
    expect(tools).toHaveLength(1);
    child.kill('SIGTERM');
    expect(await ended).toEqual([EXIT.terminated, null]);
    expect(tools.filter(isRunning)).toEqual([]);
    const record = join(folder, 'mcp-transport-bench-report/record.json');
    expect(readRecord(record).status).toBe('partial');
    const told = readFileSync(output, 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('report='));
    expect(told).toEqual(['verdict=error', 'exit-code=143', `record=${record}`, '']);
  });

  test('builds the tool beside it where that is not built, and says when that fails', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'action'));
    writeFileSync(join(root, 'action/run.sh'), readFileSync(join(ROOT, 'action/run.sh')));
    const npm = substitute('npm', 'exit 1');
    const { code } = await script(root, temporaryFolder(), npm.env);
    expect(code).toBe(EXIT.runFailed);
    expect(npm.words()).toEqual([root, 'ci', '--no-audit', '--no-fund']);
  });
});

describe('action.yml', () => {
  const action = readAction();

  it('has no input in a script, and every input in the environment or in another action', () => {
    for (const { run } of action.runs.steps) expect(run ?? '').not.toContain('${{');
    const passed = action.runs.steps.flatMap((step) => [...Object.values(step.env ?? {}), step.if ?? '']).join(' ');
    for (const name of Object.keys(action.inputs)) expect(passed).toContain(`inputs.${name}`);
  });

  it('keeps the report of a job that failed', () => {
    expect(action.runs.steps.at(-1)?.if).toContain('!cancelled()');
  });
});

const PAGE = readFileSync(join(ROOT, 'docs/ci.md'), 'utf8');
const fences = [...PAGE.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
const TOOL = /^(?:[\w-]+: |- )*(?:npx mcp-transport-bench|node \S*bin\/mcp-transport-bench\.js) (.*)$/;
/** Lines that go on with a backslash are one. */
const invocations = fences
  .filter(({ language }) => ['bash', 'yaml'].includes(language))
  .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, '').split('\n'))
  .flatMap((line) => TOOL.exec(line.trim())?.[1] ?? []);

async function helpOf(subcommand: string): Promise<string> {
  return (await promisify(execFile)(process.execPath, [PROGRAM, subcommand, '--help'])).stdout;
}

const wordsWithin = (node: unknown, key: string): readonly unknown[] =>
  typeof node !== 'object' || node === null
    ? []
    : Object.entries(node).flatMap(([name, value]: [string, unknown]) => [
        ...(name === key ? [value] : []),
        ...wordsWithin(value, key),
      ]);

describe('docs/ci.md', () => {
  const workflows = fences.filter(({ language }) => language === 'yaml').map(({ text }) => text);

  it.each(workflows)('shows YAML that can be read: %#', (text) => {
    expect(() => parse(text) as unknown).not.toThrow();
  });

  it('gives the action inputs that it has, and asks for outputs that it has', () => {
    const { inputs, outputs } = readAction();
    const steps = workflows.flatMap((text) => wordsWithin(parse(text), 'steps')).flat();
    const ours = steps.filter((step) => /mcp-transport-bench@/.test(String(wordsWithin(step, 'uses')[0])));
    const given = ours.flatMap((step) => wordsWithin(step, 'with')).flatMap((words) => Object.keys(words as object));
    expect(ours.length).toBeGreaterThan(1);
    expect(given.filter((name) => !(name in inputs))).toEqual([]);
    for (const [, name = ''] of PAGE.matchAll(/steps\.bench\.outputs\.([\w-]+)/g)) expect(outputs).toHaveProperty(name);
  });

  it('sets variables that the script reads, and says what each input is', () => {
    const script = readFileSync(join(ROOT, 'action/run.sh'), 'utf8');
    const set = [...PAGE.matchAll(/\bBENCH_[A-Z_]+/g)].map(([name]) => name);
    expect(new Set(set)).toEqual(new Set(script.match(/\bBENCH_[A-Z_]+/g)));
    for (const name of Object.keys(readAction().inputs)) expect(PAGE).toContain(`| \`${name}\` |`);
  });

  it.each(invocations)('shows a command whose flags there are: %s', async (line) => {
    const subcommand = line.split(' ', 1)[0] ?? '';
    const help = await helpOf(subcommand);
    expect(help).toMatch(new RegExp(`^Usage: mcp-transport-bench ${subcommand} `));
    // What is quoted is a value.
    const flags = line.replaceAll(/"[^"]*"|'[^']*'/g, '').match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [];
    for (const flag of flags) expect(help).toMatch(new RegExp(`(?:^|[\\s,])${flag}[\\s,]`, 'm'));
  });

  it('shows commands', () => {
    expect(invocations.length).toBeGreaterThan(4);
  });

  it('says what every exit code means', () => {
    for (const code of Object.values(EXIT))
      expect(PAGE).toMatch(new RegExp(`^\\| (?:\\d+, )*${code}(?:, \\d+)* \\|`, 'm'));
  });
});
