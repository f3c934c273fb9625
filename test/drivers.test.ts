/** Several drivers share a load, with a probe beside them: whole runs. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isValid, type Measurement } from '../src/result/record.ts';
import { mergeDistributions } from '../src/measure/histogram.ts';
import { readRecord } from '../src/result/read-record.ts';
import { METRICS } from '../src/stats/metrics.ts';
import { fileIn, runCommand, startCommand, temporaryFolder } from './fixtures/command.ts';

const SCENARIO = {
  name: 'shared',
  title: 'A test',
  shows: 'That a load can be shared.',
  clients: 5,
  scripts: [{ name: 'echo', steps: [{ call: 'echo', send: '64B' }] }],
  load: { model: 'closed' },
  warmup: '50ms',
  window: { calls: 3_000 },
};

async function measured(folder: string, args: readonly string[]): Promise<readonly Measurement[]> {
  const path = join(folder, `${args.length}.json`);
  const file = fileIn(folder, 'shared.json', SCENARIO);
  const run = await runCommand(['run', file, '--quick', '--trials', '1', '--seed', '1', '-o', path, ...args], folder);
  expect(run.code, run.stderr).toBe(0);
  const { trials } = readRecord(path);
  return trials.flatMap(({ measurements }) => measurements);
}

test('they make the calls that one would make, byte for byte, and the probe is in none of the sums', async () => {
  const folder = temporaryFolder();
  const arms = ['-t', 'websocket,streamable-http+json+lean'];
  const alone = await measured(folder, arms);
  const shared = await measured(folder, [...arms, '--drivers', '3']);
  expect([alone, shared].map((all) => all.map(isValid))).toEqual([
    [true, true],
    [true, true],
  ]);
  for (const [index, one] of shared.entries()) {
    const { team, calls, clients, serviceTime } = one;
    expect({ clients, ok: calls.ok }).toEqual({ clients: 5, ok: 3_000 });
    expect(team?.drivers.map((driver) => driver.clients)).toEqual([1, 2, 2]);
    expect(team?.drivers.map((driver) => driver.calls.ok)).toEqual([1_000, 1_000, 1_000]);
    expect(serviceTime).toEqual(mergeDistributions(team?.drivers.map((driver) => driver.serviceTime) ?? []));
    expect(team?.probe.calls.ok).toBe(team?.probe.calls.due);
    // Nonces and ids grow with their numbers; the first thousand of each client are as long as the other run's, but for a digit.
    const bytesOf = (measurement: Measurement | undefined): number | undefined =>
      measurement && METRICS['wire-up-per-message'].valueOf(measurement);
    expect(Math.abs(Number(bytesOf(one)) - Number(bytesOf(alone[index])))).toBeLessThan(2);
  }
});

test('each trial has its own, and none of them is left', async () => {
  const folder = temporaryFolder();
  const file = fileIn(folder, 'shared.json', { ...SCENARIO, window: '20s' });
  const command = startCommand(['run', file, '--trials', '1', '-t', 'websocket', '--drivers', '2'], folder);
  // The first is the one that looks at the arm before; then two and the probe.
  await command.started('driver', 4);
  await pause(1_500);
  command.process.kill('SIGINT');
  const { code } = await command.ended;
  expect(code).toBe(130);
  const drivers = command.seen.filter(({ role }) => role === 'driver');
  expect(drivers).toHaveLength(4);
  const alive = drivers.filter(({ pid }) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
  expect(alive).toEqual([]);
});

test.each([
  [['chatty', '--drivers', '0'], '--drivers: got "0", expected a whole number from 1 to 64'],
  [['notifications', '--drivers', '2'], '--drivers: got 2, which cannot share "notifications[20/s]": it publishes'],
  [['tool-calls', '--drivers', '2'], '--drivers: got 2, which cannot share "tool-calls": it has 1 client'],
  [['chatty', '-t', 'stdio', '--drivers', '2'], '--drivers: stdio has no endpoint that several processes could call'],
  [['knee', '--drivers', '2'], '--drivers: studies have a procedure of their own'],
])('%j is refused in one line', async (args, message) => {
  const { code, stderr, stdout } = await runCommand(['run', ...args], temporaryFolder());
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
