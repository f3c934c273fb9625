/** The study of connection limits, through the whole program: a real browser where there is one, Node's clients everywhere. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecord } from '../src/result/read-record.ts';
import type { StudyData } from '../src/result/study-data.ts';
import type { Subject } from '../src/scenario/study.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { bytes, milliseconds, seconds } from '../src/units.ts';
import type { StepContext } from '../src/studies/contract.ts';
import { study } from '../src/studies/connection-limits/index.ts';
import { type StudyStep, studySteps } from '../src/stats/study-steps.ts';
import { findBrowser } from '../src/studies/connection-limits/browser.ts';
import { eventually, fileIn, leftOf, runCommand, startCommand } from './fixtures/command.ts';
import { runStudy, type StudyRun } from './fixtures/run-study.ts';

type Data = StudyData['connection-limits'];

const PROGRAM = fileURLToPath(new URL('../bin/mcp-transport-bench.js', import.meta.url));
const browser = findBrowser(undefined);
const NOT_RUN = browser === undefined ? ' (NOT RUN for want of one: apt-get install chromium)' : '';
const HTTP1 = { client: 'browser', stream: 'sse', http: '1.1' };
const ALLOWED = 4;
const STREAMS = 12;
const CONNECTIONS = 20;

// Whatever the command makes for a time is made in here, where it can be missed.
const folder = mkdtempSync(join(tmpdir(), 'mtb-'));
process.env['TMPDIR'] = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SETTINGS = { streams: STREAMS, allowed: [ALLOWED], connections: CONNECTIONS, addresses: 3 };

/** A scenario that is over soon. */
function scenarioOf(name: string, { connections = CONNECTIONS, patience = '300ms' } = {}): string {
  const head = { name, title: 'A few', shows: 'The limits of a few.', study: 'connection-limits' };
  return fileIn(folder, `${name}.yaml`, { ...head, settings: { ...SETTINGS, connections, patience } });
}

/** For a step in this process, with a browser that was asked for or the one that there is. */
const contextWith = (asked: string | undefined): StepContext<'connection-limits'> => ({
  settings: { ...SETTINGS, patience: milliseconds(300), memory: bytes(2 ** 30) },
  arms: [],
  repetition: 0,
  seed: 1,
  readyTimeoutNs: seconds(10),
  browser: asked,
  clock: monotonicClock(),
});

async function measureHere(subject: Subject): Promise<Data> {
  const outcome = await study.measure(subject, contextWith(undefined));
  if (outcome.status !== 'measured') throw new Error(JSON.stringify(outcome));
  return outcome.data;
}

/** What was found of a subject, in every repetition. Throws where it was not measured. */
const foundBy = (steps: readonly StudyStep<Data>[], subject: Readonly<Record<string, string>>): readonly Data[] =>
  steps
    .filter((step) => Object.entries(subject).every(([key, word]) => step.subject[key] === word))
    .map(({ outcome }) => {
      if (outcome.status !== 'measured') throw new Error(`${JSON.stringify(subject)}: ${JSON.stringify(outcome)}`);
      return outcome.data;
    });

const browserFolders = (): readonly string[] =>
  readdirSync(folder).filter((name) => name.startsWith('mcp-bench-browser-'));

describe.skipIf(browser === undefined)(`a real browser${NOT_RUN}`, () => {
  let run: StudyRun;
  let steps: readonly StudyStep<Data>[] = [];
  beforeAll(async () => {
    run = await runStudy([scenarioOf('once')]);
    steps = studySteps(run.record, 'connection-limits');
  }, 60_000);

  test('is looked into in every way, and what it counts is what the server counts', () => {
    expect(run.stderr).not.toContain('failed');
    expect(run.code).toBe(0);
    const found = foundBy(steps, { client: 'browser' });
    expect(found).toHaveLength(3);
    for (const { opened, atServer } of found) expect(opened).toBe(atServer);
  });

  test('stops by itself at a number of event streams over HTTP/1.1, the same each time; then nothing else passes', async () => {
    const again = await measureHere(HTTP1);
    for (const outcome of [...foundBy(steps, HTTP1), again]) {
      expect(outcome).toMatchObject({
        opened: again.opened,
        atServer: again.opened,
        sockets: again.opened,
        limit: { kind: 'client', how: 'waits', nextOpens: true },
        plain: { passed: false },
      });
    }
    expect(again.opened).toBeGreaterThan(0);
    expect(again.opened).toBeLessThan(STREAMS);
  });

  test('goes by what the server allows over HTTP/2, on one socket', () => {
    for (const data of foundBy(steps, { client: 'browser', http: '2' }))
      expect(data).toMatchObject({
        opened: ALLOWED,
        sockets: 1,
        limit: { kind: 'server-setting', allowed: ALLOWED },
        from: { allowed: ALLOWED },
      });
  });

  test('opens all the WebSockets that are few, and an ordinary request still passes', () => {
    for (const data of foundBy(steps, { client: 'browser', stream: 'websocket' }))
      expect(data).toMatchObject({
        opened: STREAMS,
        sockets: STREAMS,
        limit: { kind: 'none' },
        plain: { passed: true },
      });
  });

  test('leaves Node’s clients as unhindered as they are, from every address', () => {
    const found = foundBy(steps, { client: 'node' });
    expect(found).toHaveLength(3);
    for (const data of found)
      expect(data).toMatchObject({
        opened: CONNECTIONS,
        atServer: CONNECTIONS,
        limit: { kind: 'none' },
        plain: { passed: true },
        from: { addresses: 3 },
      });
  });

  test('is recorded by name and version, and not by its path', () => {
    const text = JSON.stringify(run.record);
    expect(text).toMatch(/"name":"[^"]+","version":"\d+\./);
    expect(text).not.toContain(browser);
    expect(run.stdout).toMatch(/browser: \S.* \d+\.\d+.*, headless/);
  });

  test('is gone with its folder when the run is over, and when it is interrupted', async () => {
    expect(browserFolders()).toEqual([]);
    // So patient that the interrupt finds it waiting.
    const command = startCommand(['run', scenarioOf('slow', { patience: '20s' })], folder);
    const isBrowser = (pid: number): boolean => commandLineOf(pid).includes(`--user-data-dir=${folder}`);
    await eventually(() => command.seen.find(({ pid }) => isBrowser(pid)), 'process of the browser');
    expect(browserFolders()).toHaveLength(1);
    command.process.kill('SIGINT');
    expect((await command.ended).code).toBe(130);
    await eventually(() => (leftOf(command).processes.length === 0 ? true : undefined), 'end of every process', 10_000);
    await eventually(() => (browserFolders().length === 0 ? true : undefined), 'end of its folder', 10_000);
    expect(leftOf(command).sockets).toEqual([]);
  });
});

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** The environment of a machine that has Node and nothing else. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const bin = mkdtempSync(join(folder, 'bin-'));
  symlinkSync(process.execPath, join(bin, 'node'));
  return { PATH: bin };
}

describe('without a browser', () => {
  test.each([
    ['/no/such/browser', '--browser: got "/no/such/browser", expected the path of a program that may be executed'],
    [tmpdir(), 'expected the path of a program that may be executed'],
  ])('--browser %s is refused in one line', async (path, message) => {
    const { code, stderr } = await runCommand(['run', scenarioOf('asked'), '--browser', path], folder);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('--browser is refused where nothing looks into one', async () => {
    const { code, stderr } = await runCommand(['run', 'tool-calls', '--browser', process.execPath], folder);
    expect(code).toBe(2);
    expect(stderr).toContain('--browser: got a browser, but nothing that is run here looks into one');
  });

  test('a program that is no browser makes its steps not measured', async () => {
    const script = fileIn(folder, 'no-browser', '#!/bin/sh\necho I surf\n');
    chmodSync(script, 0o755);
    expect(await study.measure(HTTP1, contextWith(script))).toEqual({
      status: 'not-measured',
      because: 'the browser does not say its version',
      wouldAnswer: 'apt-get install chromium, or --browser <path>',
    });
    expect(browserFolders()).toEqual([]);
  });

  test('one that ends before its page says a word is a failure, with what it said and not where it is', async () => {
    const script = fileIn(folder, 'falls-over', '#!/bin/sh\necho Surfer 1.2; echo "$0 fell over" >&2; exit 3\n');
    chmodSync(script, 0o755);
    await expect(study.measure(HTTP1, contextWith(script))).rejects.toThrow(
      'the page told nothing: the browser ended with exit code 3; it said: the browser fell over',
    );
    expect(browserFolders()).toEqual([]);
  });
});

/** [util-linux] Starts what follows with so many descriptors for each process. */
const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path));
const DESCRIPTORS = 120;

describe.skipIf(PRLIMIT === undefined)(
  `with neither a browser nor many descriptors${PRLIMIT === undefined ? ' (NOT RUN: there is no prlimit)' : ''}`,
  () => {
    let stdout = '';
    let steps: readonly StudyStep<Data>[] = [];
    beforeAll(async () => {
      const path = join(folder, 'few-descriptors.json');
      const scenario = scenarioOf('few-descriptors', { connections: 400 });
      const limits = `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`;
      const words = [limits, process.execPath, PROGRAM, 'run', scenario, '-o', path];
      ({ stdout } = await promisify(execFile)(PRLIMIT ?? '', words, { cwd: folder, env: bareEnvironment() }));
      steps = studySteps(readRecord(path), 'connection-limits');
    }, 60_000);

    test('the limit that stops Node is named, and its number is what the server counts too', () => {
      const found = foundBy(steps, { client: 'node' });
      expect(found).toHaveLength(3);
      for (const { opened, atServer, limit } of found) {
        expect(limit).toMatchObject({ kind: 'descriptors', limit: DESCRIPTORS });
        expect(opened).toBeGreaterThan(0);
        expect(opened).toBeLessThan(DESCRIPTORS);
        expect(atServer).toBe(opened);
      }
    });

    test('the steps of the browser are not measured, and the row says what to install', () => {
      const ofBrowser = steps.filter(({ subject }) => subject['client'] === 'browser');
      expect(ofBrowser).toHaveLength(3);
      for (const { outcome } of ofBrowser)
        expect(outcome).toMatchObject({
          status: 'not-measured',
          because: 'no browser is on the PATH',
          wouldAnswer: 'apt-get install chromium, or --browser <path>',
        });
      expect(stdout.replaceAll(/[\s│]+/g, ' ')).toContain('would take: apt-get install chromium');
    });
  },
);
