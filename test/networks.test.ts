/**
 * Networks through the whole program: what is known of them comes out of the record, and no relay outlives its command.
 * Times are bounded from one side, so that a busy machine cannot make a test fail.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord } from '../src/result/read-record.ts';
import { isValid, type Measurement, type RunRecord } from '../src/result/record.ts';
import { milliseconds } from '../src/units.ts';
import {
  type Command,
  type Ended,
  fileIn,
  leftOf,
  runCommand,
  startCommand,
  temporaryFolder,
} from './fixtures/command.ts';

const SCENARIO = {
  name: 'test',
  title: 'A test',
  shows: 'What a test needs.',
  scripts: [{ name: 'script', steps: [{ call: 'echo', send: '64B' }] }],
  load: { model: 'closed' },
  warmup: '10ms',
  window: { calls: 6 },
};

interface Prepared {
  readonly path: string;
  readonly command: Command;
}

function start(scenario: object, args: readonly string[]): Prepared {
  const folder = temporaryFolder();
  const file = fileIn(folder, 'test.json', { ...SCENARIO, ...scenario });
  const path = join(folder, 'record.json');
  const command = startCommand(['run', file, '--quick', '--trials', '1', '-o', path, ...args], folder);
  return { path, command };
}

/** Waits for the end; whatever it was, nothing is left of it. */
async function endOf({ command }: Prepared): Promise<Ended> {
  const ended = await command.ended;
  expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
  return ended;
}

function measured(record: RunRecord, armId: string): Measurement {
  const [found] = record.trials.filter((trial) => trial.armId === armId).flatMap(({ measurements }) => measurements);
  if (found === undefined || !isValid(found)) throw new Error(`nothing valid was measured of ${armId}`);
  return found;
}

test('a network of 40 ms is never less, and takes and adds no byte', async () => {
  const run = start({}, ['-t', 'websocket,websocket+wan,sse+wan,websocket+wan-lossy,stdio+lan']);
  const { code, stderr, stdout } = await endOf(run);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const record = readRecord(run.path);
  const [near, far] = [measured(record, 'websocket'), measured(record, 'websocket+wan')];
  for (const { responseTime, relay, calls, bytes } of [far, measured(record, 'sse+wan')]) {
    expect(responseTime.minNs).toBeGreaterThanOrEqual(milliseconds(40));
    expect(relay?.chunks).toBeGreaterThanOrEqual(2 * calls.due);
    expect([bytes.driverWireUp, bytes.driverWireDown]).toEqual([bytes.wireUp, bytes.wireDown]);
  }
  expect(far.bytes).toEqual(near.bytes);
  expect(near.relay).toBeUndefined();
  const checks = record.trials.map((trial) => [trial.armId, 'relay' in trial ? trial.relay : undefined] as const);
  expect(new Map(checks).get('websocket')).toBeUndefined();
  expect(new Map(checks).get('websocket+wan')).toMatchObject({ roundTripNs: milliseconds(40) });
  // A ping is no quicker than the network; what is taken off is the same ping without the relay, which on a busy machine may be slow.
  expect(new Map(checks).get('websocket+wan')?.addedP50Ns).toBeGreaterThan(milliseconds(-20));
  expect(record.plan.arms.map(({ id, variant }) => [id, variant.network, variant.mechanism])).toEqual([
    ['websocket', 'lo', undefined],
    ['websocket+wan', 'wan', 'relay'],
    ['sse+wan', 'wan', 'relay'],
  ]);
  expect(record.unsupported).toMatchObject([
    { armId: 'websocket+wan-lossy', reason: expect.stringMatching(/netem/) as string },
    { armId: 'stdio+lan', reason: expect.stringMatching(/no network between the ends of a pipe/) as string },
  ]);
  expect(record.environment.placement).toMatch(/relay on core \d+|left to the scheduler/);
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/wan \(40 ms\) is emulated by a relay: .* by its own ping it adds/);
  expect(run.command.seen.filter(({ role }) => role === 'relay').length).toBeGreaterThanOrEqual(2);
});

test('a relay that dies fails its trial, and the others stand', async () => {
  const run = start({ window: '150ms' }, ['-t', 'websocket+lan', '--trials', '2']);
  const { pid } = await run.command.started('relay', 3); // The first is the probe's.
  process.kill(pid, 'SIGKILL');
  const { code, stderr } = await endOf(run);
  expect(stderr).toContain('trial 1 of 2 · websocket+lan · done');
  expect(stderr).toMatch(/trial 2 of 2 · websocket\+lan · failed: .+/);
  expect(code).toBe(0);
  expect(readRecord(run.path).trials.map(({ status }) => status)).toEqual(['completed', 'failed']);
});

test('no relay outlives an interrupt', async () => {
  const run = start({ window: '20s' }, ['-t', 'websocket+lan']);
  await run.command.started('relay', 2);
  run.command.process.kill('SIGINT');
  expect(await endOf(run)).toMatchObject({ code: 130 });
});

test('no relay outlives a command that is killed', async () => {
  const run = start({ window: '20s' }, ['-t', 'websocket+lan']);
  await run.command.started('relay');
  run.command.process.kill('SIGKILL');
  await run.command.ended;
  await expect.poll(() => leftOf(run.command).processes, { timeout: 10_000 }).toEqual([]);
});

test('a network that nothing here can emulate is said, and nothing is measured', async () => {
  const { code, stderr } = await runCommand(['run', 'tool-calls', '--network', 'wan-lossy'], temporaryFolder());
  expect(code).toBe(4);
  expect(stderr).toMatch(
    /^sse\+wan-lossy: unsupported: a relay cannot lose packets as a network does; that takes netem/,
  );
});
