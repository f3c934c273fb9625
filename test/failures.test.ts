/** Whatever goes wrong while it measures: the command says so, keeps what it has, and leaves nothing running behind. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../src/result/read-record.ts';
import { isValid, type Measurement, type RunRecord } from '../src/result/record.ts';
import { callsBalance } from '../src/measure/books.ts';
import {
  type Command,
  type Ended,
  eventually,
  fileIn,
  leftOf,
  startCommand,
  temporaryFolder,
} from './fixtures/command.ts';

const BASE = {
  title: 'A test',
  shows: 'What a test needs.',
  warmup: '1ms',
  window: '150ms',
  load: { model: 'closed' },
};
const STACK = /^\s+at .+:\d+:\d+\)?$/m;

interface Prepared {
  readonly folder: string;
  readonly record: string;
  readonly command: Command;
}

/** Starts `run` on a scenario that is written for the test, over WebSocket only unless told otherwise. */
function start(scenario: object, args: readonly string[] = []): Prepared {
  const folder = temporaryFolder();
  const path = fileIn(folder, 'test.json', { name: 'test', ...BASE, ...scenario });
  const record = join(folder, 'record.json');
  const transport = args.includes('-t') ? [] : ['-t', 'websocket'];
  const command = startCommand(['run', path, '--quick', '--trials', '1', '-o', record, ...transport, ...args], folder);
  return { folder, record, command };
}

/** Waits for the end; whatever it was, nothing is left of it and no stack was shown. */
async function endOf({ command }: Prepared): Promise<Ended> {
  const ended = await command.ended;
  expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
  expect(ended.stderr).not.toMatch(STACK);
  return ended;
}

const calling = (...steps: object[]): object => ({ scripts: [{ name: 'script', steps }] });
const measured = (record: RunRecord): Measurement[] => record.trials.flatMap(({ measurements }) => measurements);
const onlyOne = (path: string): Measurement => {
  const [measurement, more] = measured(readRecord(path));
  if (measurement === undefined || more !== undefined) throw new Error('expected one measurement');
  return measurement;
};

/** As one line: the table wraps its text. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

const ECHO = { call: 'echo', send: '32B' };
const ENDLESS = { window: '20s' };

test('without a failure, the watching sees both processes and the listening socket, and exit is 0', async () => {
  const run = start(calling(ECHO));
  const { code, stderr } = await endOf(run);
  expect(stderr).toBe(`trial 1 of 1 · websocket · done\nRecord: ${run.record}\n`);
  expect(code).toBe(0);
  expect(run.command.seen.map(({ role }) => role)).toEqual(expect.arrayContaining(['driver', 'endpoint']));
  expect(run.command.listened.size).toBeGreaterThan(0);
  expect(readRecord(run.record).status).toBe('complete');
});

describe('processes that fail', () => {
  test('an endpoint that dies fails the trial, the record is saved, exit 4', async () => {
    const run = start(calling(ECHO, { call: 'misbehave', how: 'die' }));
    const { code, stderr, stdout } = await endOf(run);
    const why = 'the endpoint process was killed by SIGKILL';
    expect(stderr).toBe(
      `trial 1 of 1 · websocket · failed: ${why}\nRecord: ${run.record}\ntrial 1 (websocket) failed: ${why}\nNothing was measured.\n`,
    );
    expect(code).toBe(4);
    expect(flat(stdout)).toContain('1 of 1 trials of WebSocket failed');
    expect(readRecord(run.record).trials).toEqual([
      { index: 0, block: 0, armId: 'websocket', status: 'failed', error: why, measurements: [] },
    ]);
  });

  test('an arm whose every trial fails is named, though the other one was measured', async () => {
    const run = start(calling(ECHO), ['-t', 'websocket,loopback', '--trials', '1']);
    // The second driver belongs to the trial or to the other probe: the endpoint of the trial is the second one.
    const { pid } = await run.command.started('endpoint', 2);
    process.kill(pid, 'SIGKILL');
    const { code, stderr } = await endOf(run);
    expect(stderr).toMatch(/^trial \d of 2 · websocket · failed: the endpoint process was killed by SIGKILL$/m);
    expect(stderr).toMatch(/^trial \d of 2 · loopback · done$/m);
    expect(stderr).toMatch(/^trial \d \(websocket\) failed: the endpoint process was killed by SIGKILL$/m);
    expect(code).toBe(4);
    expect(readRecord(run.record).status).toBe('complete');
  });

  test('a block of which a trial failed is measured again, all of its arms, where that was allowed', async () => {
    const run = start(calling(ECHO), ['-t', 'websocket,loopback', '--trials', '1', '--reruns', '1']);
    const { pid } = await run.command.started('endpoint', 2); // The first is the probe's.
    process.kill(pid, 'SIGKILL');
    const { code, stdout, stderr } = await endOf(run);
    expect(stderr).toMatch(/^block 1 was disturbed \(.*1 trial failed\) and is measured again$/m);
    expect(stderr).toMatch(/^trial 1 of 2, again · \w+ · done\ntrial 2 of 2, again · \w+ · done$/m);
    expect(flat(stdout)).toMatch(/block 1 was disturbed \(.*?1 trial failed\) and measured again/);
    const { trials, status, asked, plan } = readRecord(run.record);
    expect(trials.map(({ index, attempt }) => [index, attempt ?? 0])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(trials.slice(2).map(({ armId }) => armId)).toEqual(trials.slice(0, 2).map(({ armId }) => armId));
    expect({ code, status, reruns: plan.gate?.reruns }).toEqual({ code: 0, status: 'complete', reruns: 1 });
    expect(asked).toContain('--reruns');
  });

  test('a driver that dies fails its trial, the others go on', async () => {
    const run = start(calling(ECHO), ['--trials', '3']);
    const { pid } = await run.command.started('driver', 3); // The first is the probe's.
    process.kill(pid, 'SIGKILL');
    const { code, stderr, stdout } = await endOf(run);
    expect(stderr).toMatch(
      /^trial 1 of 3 · websocket · done\ntrial 2 of 3 · websocket · failed: the driver process was killed by SIGKILL\ntrial 3 of 3 · websocket · done$/m,
    );
    expect(flat(stdout)).toContain('1 of 3 trials of WebSocket failed: the driver process was killed by SIGKILL');
    expect(readRecord(run.record).trials.map(({ status }) => status)).toEqual(['completed', 'failed', 'completed']);
    expect(code).toBe(0);
  });

  test('an endpoint that is not ready in time is one clear line, exit 4', async () => {
    const run = start(calling(ECHO), ['--ready-timeout', '1ms']);
    expect(await endOf(run)).toMatchObject({
      code: 4,
      stderr: 'websocket: the endpoint did not answer "start" within 1 ms\n',
      stdout: '',
    });
    expect(existsSync(run.record)).toBe(false);
  });
});

describe('answers that fail', () => {
  test('a call that times out among good ones is counted, balances and is shown', async () => {
    const run = start({ ...calling(ECHO, { call: 'misbehave', how: 'never' }), timeout: '200ms', window: '600ms' });
    const { code, stdout } = await endOf(run);
    const { calls, doubts } = onlyOne(run.record);
    expect(calls.timedOut).toBeGreaterThan(0);
    expect(calls.ok).toBeGreaterThan(0);
    expect(callsBalance(calls)).toBe(true);
    expect(doubts).toContainEqual({ kind: 'errors', count: calls.timedOut, example: 'no answer in time' });
    expect(flat(stdout)).toContain(`of ${calls.due} calls over WebSocket: ${calls.timedOut} timed out`);
    expect(code).toBe(0);
  });

  test('every call an error is nothing measured, exit 4', async () => {
    const run = start(calling({ call: 'fail' }));
    const { code, stderr } = await endOf(run);
    expect(stderr).toContain('test over websocket: no valid measurement in 1 trial: the tool answered with an error\n');
    expect(code).toBe(4);
    const { calls } = onlyOne(run.record);
    expect(calls.rejected).toBe(calls.due);
  });

  test.each([
    { how: 'wrong-id', counted: 'misrouted' },
    { how: 'wrong-text', counted: 'wrong' },
    { how: 'not-json', counted: 'unreadable' },
    { how: 'twice', counted: 'duplicated' },
  ] as const)('$how is counted as $counted, the number is not shown, exit 4', async ({ how, counted }) => {
    const run = start({ ...calling(ECHO, { call: 'misbehave', how }), timeout: '100ms' });
    const { code, stderr, stdout } = await endOf(run);
    const measurement = onlyOne(run.record);
    expect(measurement.calls[counted]).toBeGreaterThan(0);
    expect(callsBalance(measurement.calls)).toBe(true);
    expect(measurement.doubts.map(({ kind }) => kind)).toContain('wrong-answers');
    expect(isValid(measurement)).toBe(false);
    expect(stderr).toMatch(
      /^test over websocket: no valid measurement in 1 trial: \d+ wrong, misrouted, duplicated or unreadable answers$/m,
    );
    expect(flat(stdout)).toContain('these numbers are not shown');
    expect(code).toBe(4);
  });

  test('an offered rate that is not reached, exit 4', async () => {
    const load = { model: 'open', rate: '200/s', 'max-in-flight': 1 };
    const run = start({ ...calling({ call: 'delay', wait: '50ms' }), load, window: '500ms' });
    const { code, stderr } = await endOf(run);
    expect(stderr).toContain('test over websocket: the offered rate was not reached in any trial\n');
    expect(code).toBe(4);
    const { calls, achievedPerSec } = onlyOne(run.record);
    expect(calls.dropped).toBeGreaterThan(0);
    expect(callsBalance(calls)).toBe(true);
    expect(achievedPerSec).toBeLessThanOrEqual(25);
  });
});

test('a full disk is said, and the table still comes, exit 4', async () => {
  const run = start(calling(ECHO), ['-o', '/dev/full']);
  const { code, stderr, stdout } = await endOf(run);
  expect(stderr).toBe(
    'trial 1 of 1 · websocket · done\ncannot write /dev/full: no space left on device; free some space or choose another place with -o\n',
  );
  expect(stdout).toMatch(/^test: A test$/m);
  expect(code).toBe(4);
});

describe('being told to stop', () => {
  test.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
    { signal: 'SIGHUP', code: 143 },
  ] as const)('$signal keeps what is complete, exit $code', async ({ signal, code }) => {
    const run = start(calling(ECHO), ['--trials', '50']);
    await run.command.printed(/trial 1 of 50/);
    run.command.process.kill(signal);
    const ended = await endOf(run);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(
      'Stopping: the trial in hand is dropped, what is complete is kept. Once more to stop at once.\n',
    );
    const record = readRecord(run.record);
    expect(record.status).toBe('partial');
    expect(record.trials.length).toBeGreaterThanOrEqual(1);
    expect(record.trials.length).toBeLessThan(50);
    expect(record.trials.every(({ status }) => status === 'completed')).toBe(true);
    expect(ended.stdout).toMatch(/partial|interrupted/i);
  });

  test('while the arms are looked at: nothing to keep, exit 130', async () => {
    const run = start(calling(ECHO));
    await run.command.started('endpoint');
    run.command.process.kill('SIGINT');
    expect(await endOf(run)).toMatchObject({ code: 130, stdout: '' });
    expect(existsSync(run.record)).toBe(false);
  });

  test('SIGINT twice ends at once', async () => {
    const run = start({ ...calling(ECHO), ...ENDLESS }, ['--trials', '2']);
    await run.command.started('driver', 2);
    run.command.process.kill('SIGINT');
    await run.command.printed(/Stopping/);
    const told = performance.now();
    run.command.process.kill('SIGINT');
    expect((await run.command.ended).code).toBe(130);
    expect(performance.now() - told).toBeLessThan(1_500);
    await goneWithin(run, 1_000);
  });

  test('after SIGKILL of the command, its children end by themselves', async () => {
    const run = start({ ...calling(ECHO), ...ENDLESS });
    await run.command.started('driver', 2);
    await run.command.started('endpoint', 2);
    await eventually(() => (existsSync(run.record) ? true : undefined), 'record');
    run.command.process.kill('SIGKILL');
    expect(await run.command.ended).toMatchObject({ signal: 'SIGKILL' });
    await goneWithin(run, 3_000);
    expect(readRecord(run.record)).toMatchObject({ status: 'running', finishedAt: null });
  });

  test('SIGKILL while the endpoint stands still', async () => {
    const run = start({ ...calling(ECHO), ...ENDLESS, stall: { at: '0ms', for: '1500ms' } });
    await run.command.started('endpoint', 2);
    await eventually(() => (existsSync(run.record) ? true : undefined), 'record');
    run.command.process.kill('SIGKILL');
    await run.command.ended;
    await goneWithin(run, 3_000);
  });
});

describe('servers that clients have started', () => {
  const STDIO = ['-t', 'stdio'];
  const many = { ...calling(ECHO), ...ENDLESS, clients: 3 };

  test('one that dies fails the trial, exit 4', async () => {
    const run = start(calling(ECHO, { call: 'misbehave', how: 'die' }), STDIO);
    const { code } = await endOf(run);
    expect(code).toBe(4);
    expect(readRecord(run.record).trials).toMatchObject([
      { status: 'failed', error: expect.stringContaining('the server process was killed by SIGKILL') as unknown },
    ]);
  });

  test('without a failure, all of them are seen and gone in the end', async () => {
    // Clients that pause are not run against a mirror first, for which there would be servers too.
    const run = start({ ...calling(ECHO), clients: 3, load: { model: 'closed', think: '1ms' } }, STDIO);
    expect((await endOf(run)).code).toBe(0);
    // One for the probe, one for the process warm-up, three for the cell.
    expect(run.command.seen.filter(({ role }) => role === 'endpoint')).toHaveLength(5);
  });

  test.each(['command', 'driver'] as const)('go when the %s is killed', async (who) => {
    const run = start(many, STDIO);
    await run.command.started('endpoint', 5);
    const driver = await run.command.started('driver', 2);
    process.kill(who === 'driver' ? driver.pid : (run.command.process.pid ?? 0), 'SIGKILL');
    await run.command.ended;
    await goneWithin(run, 3_000);
  });
});

async function goneWithin({ command }: Prepared, limitMs: number): Promise<void> {
  expect(command.seen.length).toBeGreaterThan(0);
  await eventually(
    () => {
      const left = leftOf(command);
      return left.processes.length + left.sockets.length === 0 ? true : undefined;
    },
    'end of all children',
    limitMs,
  );
}

describe('what cannot be', () => {
  test.each([
    ['sse', '--protocol', '2026-07-28'],
    ['websocket', '--http', '2'],
    ['stdio', '--tls', undefined],
    ['sse+tls,streamable-http+h2', '--client', 'lean'],
  ])('-t %s %s %s is unsupported, with the reason, exit 4', async (arms, flag, value) => {
    const run = start(calling(ECHO), [flag, ...(value === undefined ? [] : [value]), '-t', arms]);
    const { code, stderr, stdout } = await endOf(run);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(arms.split(',').length);
    for (const line of lines) expect(line).toMatch(/^[a-z0-9@+.-]+: unsupported: .{20,}$/);
    expect(stdout).toBe('');
    expect(code).toBe(4);
  });
});
