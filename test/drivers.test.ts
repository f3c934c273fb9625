/** Several drivers share a load, with a probe beside them: whole runs. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { JsonObject } from '../src/mcp/jsonrpc.ts';
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

async function measured(
  folder: string,
  args: readonly string[],
  scenario: object = SCENARIO,
): Promise<readonly Measurement[]> {
  const path = join(folder, `${args.length}.json`);
  const file = fileIn(folder, 'shared.json', scenario);
  const run = await runCommand(['run', file, '--quick', '--trials', '1', '--seed', '1', '-o', path, ...args], folder);
  expect(run.code, run.stderr).toBe(0);
  expect(await runCommand(['verify', path], folder)).toMatchObject({ code: 0, stderr: '' });
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

test.each(['constant', 'poisson'])(
  'of a calendar with %s arrivals nothing is lost, be it shorter than they are many',
  async (arrivals) => {
    const folder = temporaryFolder();
    const calendar = (rate: string, window: string) => ({
      ...SCENARIO,
      load: { model: 'open', rate, arrivals },
      window,
    });
    const due = async (scenario: object, ...args: readonly string[]): Promise<readonly number[]> =>
      (await measured(folder, ['-t', 'websocket', ...args], scenario)).map(({ calls }) => calls.due);
    for (const scenario of [calendar('30/s', '300ms'), calendar('501/s', '1s')])
      expect(await due(scenario, '--drivers', '4')).toEqual(await due(scenario));
  },
);

/** A server of somebody's that has a grudge against whoever calls seldom: that is the probe. */
async function grudging(answer: object): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const counts = new Map<WebSocket, number>();
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const { id, method, params } = JSON.parse(data.toString()) as JsonObject & { params?: JsonObject };
      if (id === undefined) return;
      const called = (counts.get(socket) ?? 0) + (method === 'tools/call' ? 1 : 0);
      counts.set(socket, called);
      const isSeldom = called > 0 && called * 20 < Math.max(...counts.values());
      const results: Readonly<Record<string, object>> = {
        initialize: {
          protocolVersion: params?.['protocolVersion'],
          capabilities: { tools: {} },
          serverInfo: { name: 'it', version: '1' },
        },
        'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
        'tools/call': isSeldom ? answer : { content: [{ type: 'text', text: 'hi' }] },
      };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: results[String(method)] ?? {} }));
    });
  });
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((closed) => server.close(closed));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a server that treats the probe alone badly is found out', async () => {
  const folder = temporaryFolder();
  const file = fileIn(folder, 'shared.json', {
    ...SCENARIO,
    window: '1s',
    scripts: [{ name: 'any', steps: [{ call: 'echo', send: '64B' }] }],
  });
  const run = async (answer: object) =>
    runCommand(
      ['run', file, '--quick', '--trials', '1', '--drivers', '2', '--target', `it=${await grudging(answer)}`],
      folder,
    );
  const wrong = await run({});
  expect(wrong.stdout).toContain('wrong-answers');
  expect(wrong.code).toBe(4);
  const refused = await run({ content: [], isError: true });
  expect(refused.stdout).toMatch(/probe [^;.]*\(\d+\s+of\s+its\s+\d+\s+calls\s+failed\)/);
  expect(refused.stdout).toMatch(/errors in/);
  expect(refused.code).toBe(0);
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
