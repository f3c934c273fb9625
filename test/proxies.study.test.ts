/** The study `proxies` as a user runs it: without the programs that it can do without, and with nothing left behind. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hopOutcomes } from '../src/stats/hop-outcomes.ts';
import { studySteps } from '../src/stats/study-steps.ts';
import { readRecord } from '../src/result/read-record.ts';
import { findProgram } from '../src/studies/proxies/programs.ts';
import {
  type Command,
  eventually,
  fileIn,
  leftOf,
  runCommand,
  startCommand,
  temporaryFolder,
} from './fixtures/command.ts';

const SETTINGS = { idle: '400ms', heartbeat: '80ms', calls: 2, limit: '2s', bound: '1s' };

interface Prepared {
  readonly folder: string;
  readonly args: readonly string[];
  readonly record: string;
  /** Where foreign programs' folders would be left. */
  readonly temporary: string;
}

function prepare(hops: readonly string[], settings: object = SETTINGS): Prepared {
  const folder = temporaryFolder();
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const head = { name: 'test', title: 'A test', shows: 'A test.', study: 'proxies', arms: ['websocket'] };
  const file = fileIn(folder, 'test.yaml', { ...head, settings: { ...settings, hops } });
  const record = join(folder, 'record.json');
  return { folder, args: ['run', file, '-o', record, '--seed', '7'], record, temporary };
}

test('without nginx its steps are not measured, and it is said how to get it; the others are', async () => {
  const run = prepare(['tcp-relay', 'nginx-bare']);
  const env = { PATH: run.temporary, TMPDIR: run.temporary };
  const { code, stdout } = await runCommand(run.args, run.folder, undefined, env);
  const steps = studySteps(readRecord(run.record), 'proxies');
  expect(steps.map(({ subject, outcome }) => `${subject['hop']}: ${outcome.status}`).toSorted()).toEqual([
    'nginx-bare: not-measured',
    'tcp-relay: measured',
  ]);
  for (const { outcome } of steps)
    if (outcome.status === 'measured')
      expect(new Set(Object.values(hopOutcomes(outcome.data)))).toEqual(new Set(['pass']));
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'not measured: nginx is not installed; would take: apt-get install nginx-light haproxy',
  );
  expect(code).toBe(0);
  expect(readdirSync(run.temporary)).toEqual([]);
});

const NGINX = findProgram('nginx', process.env['PATH']);

test.skipIf(NGINX === undefined).each(['SIGINT', 'SIGKILL'] as const)(
  `${NGINX === undefined ? 'NOT RUN, nginx is not installed: ' : ''}no nginx, no folder and no process is left after %s`,
  async (signal) => {
    const run = prepare(['nginx-tuned'], { ...SETTINGS, idle: '20s' });
    const command = startCommand(run.args, run.folder, { TMPDIR: run.temporary });
    await eventually(() => (foldersWith(run, 'nginx.pid').length === 2 ? true : undefined), 'two nginx that run');
    // Study, endpoints, supervisors, masters, workers.
    await eventually(() => (command.seen.length >= 9 ? true : undefined), 'look at all of them');
    command.process.kill(signal);
    await command.ended;
    expect(await eventually(() => (isAllGone(run, command) ? 'gone' : undefined), 'end of everything', 6_000)).toBe(
      'gone',
    );
  },
);

const foldersWith = ({ temporary }: Prepared, file: string): readonly string[] =>
  readdirSync(temporary).filter((folder) => existsSync(join(temporary, folder, file)));

function isAllGone({ temporary }: Prepared, command: Command): boolean {
  const { processes, sockets } = leftOf(command);
  return processes.length + sockets.length + readdirSync(temporary).length === 0;
}
