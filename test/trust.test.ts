/** Whether the bench itself tells the truth. Every bound is one-sided, so that a busy machine cannot make a test fail. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeHistogram } from '../src/measure/histogram.ts';
import { readRecord } from '../src/result/read-record.ts';
import type { Distribution, Measurement, RunRecord } from '../src/result/record.ts';
import { milliseconds } from '../src/units.ts';
import { type Ended, fileIn, runCommand, temporaryFolder } from './fixtures/command.ts';

const BASE = {
  title: 'A test',
  shows: 'What a test needs.',
  warmup: '20ms',
  window: '200ms',
  load: { model: 'closed' },
};

interface Ran extends Ended {
  readonly folder: string;
  readonly path: string;
  readonly record: RunRecord;
}

async function run(scenario: object, args: readonly string[] = []): Promise<Ran> {
  const folder = temporaryFolder();
  const file = fileIn(folder, 'test.json', { name: 'test', ...BASE, ...scenario });
  const path = join(folder, 'record.json');
  const ended = await runCommand(['run', file, '--quick', '--trials', '1', '-o', path, ...args], folder);
  expect(ended).toMatchObject({ code: 0 });
  return { ...ended, folder, path, record: readRecord(path) };
}

const calling = (...steps: object[]): object => ({ scripts: [{ name: 'script', steps }] });
const ECHO = { call: 'echo', send: '64B' };

function measurementsOf({ record }: Ran, armId: string): readonly Measurement[] {
  const found = record.trials.filter((trial) => trial.armId === armId).flatMap(({ measurements }) => measurements);
  if (found.length === 0) throw new Error(`nothing was measured of ${armId}`);
  return found;
}

function quantile(distribution: Distribution, q: number): number {
  const found = decodeHistogram(distribution).valueAtQuantile(q);
  if (found === undefined) throw new Error('an empty distribution');
  return found;
}

test('an endpoint that waits 5 ms is never faster than 5 ms', async () => {
  const ran = await run(calling({ call: 'delay', wait: '5ms' }), ['-t', 'sse,websocket,loopback']);
  for (const arm of ['sse', 'websocket', 'loopback']) {
    for (const { responseTime, serviceTime } of measurementsOf(ran, arm)) {
      expect(responseTime.count).toBeGreaterThan(5);
      expect(responseTime.minNs).toBeGreaterThanOrEqual(milliseconds(5));
      expect(serviceTime.minNs).toBeGreaterThanOrEqual(milliseconds(5));
    }
  }
});

test('half a second in which the endpoint stands still is in the response times of all who were due', async () => {
  const load = { model: 'open', rate: '200/s', arrivals: 'constant' };
  const ran = await run({ ...calling(ECHO), load, window: '4s', stall: { at: '1s', for: '500ms' } }, [
    '-t',
    'websocket',
  ]);
  const [measurement] = measurementsOf(ran, 'websocket');
  expect(measurement?.calls).toMatchObject({ due: 800, ok: 800 });
  expect(quantile(measurement!.responseTime, 0.99)).toBeGreaterThan(milliseconds(300));
  // About a hundred were due while it stood still, and half of those waited for more than half of it.
  expect(quantile(measurement!.responseTime, 0.95)).toBeGreaterThan(milliseconds(150));
  expect(measurement!.responseTime.maxNs).toBeGreaterThan(milliseconds(450));
});

test('no transport is faster than none', async () => {
  const ran = await run({ ...calling(ECHO), warmup: { time: '20ms', calls: 300 } }, ['-t', 'sse,websocket,loopback']);
  const median = (arm: string): number => quantile(measurementsOf(ran, arm)[0]!.serviceTime, 0.5);
  expect(median('loopback')).toBeLessThan(median('websocket'));
  expect(median('loopback')).toBeLessThan(median('sse'));
});

/** RFC 6455 §5.2: two bytes, an extended length from 126 and from 65 536 on, and the client's mask. */
const frameBytes = (payload: number, masked: boolean): number =>
  2 + (payload < 126 ? 0 : payload < 65_536 ? 2 : 8) + (masked ? 4 : 0) + payload;

test('bytes of an echo over WebSocket are those of its two frames, at both ends', async () => {
  const ran = await run({ ...calling(ECHO), vary: { payload: ['16B', '17B', '1KiB', '65536B'] } }, ['-t', 'websocket']);
  const measurements = measurementsOf(ran, 'websocket');
  expect(measurements.map(({ cellId }) => cellId).toSorted()).toEqual([
    'test[16B]',
    'test[17B]',
    'test[1KiB]',
    'test[64KiB]',
  ]);
  const sizes = new Map([
    ['test[16B]', 16],
    ['test[17B]', 17],
    ['test[1KiB]', 1024],
    ['test[64KiB]', 65_536],
  ]);
  for (const { cellId, calls, bytes } of measurements) {
    const text = 'x'.repeat(sizes.get(cellId) ?? 0);
    const request = `{"jsonrpc":"2.0","id":1000000,"method":"tools/call","params":{"name":"echo","arguments":{"text":"${text}"}}}`;
    const answer = `{"jsonrpc":"2.0","id":1000000,"result":{"content":[{"type":"text","text":"${text}"}]}}`;
    const up = calls.due * frameBytes(request.length, true);
    const down = calls.due * frameBytes(answer.length, false);
    expect(bytes).toEqual({
      wireUp: up,
      wireDown: down,
      driverWireUp: up,
      driverWireDown: down,
      payloadUp: calls.due * request.length,
      payloadDown: calls.due * answer.length,
      messagesUp: calls.due,
      messagesDown: calls.due,
    });
  }
});

test('both ends count the same bytes over SSE, and more than the messages', async () => {
  const ran = await run({ ...calling(ECHO), publish: [{ topic: 'feed', rate: '50/s' }], clients: 2 }, ['-t', 'sse']);
  const [measurement] = measurementsOf(ran, 'sse');
  const { wireUp, wireDown, driverWireUp, driverWireDown, payloadUp, payloadDown } = measurement!.bytes;
  expect([driverWireUp, driverWireDown]).toEqual([wireUp, wireDown]);
  expect(wireUp).toBeGreaterThan(payloadUp);
  expect(wireDown).toBeGreaterThan(payloadDown);
  expect(measurement!.notifications).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
  expect(measurement!.notifications.delivered).toBeGreaterThan(0);
});

test('a report of the saved record is what the run printed, byte by byte, in every format', async () => {
  const ran = await run(calling(ECHO), ['-f', 'table', '-f', 'markdown=run.md', '-f', 'json=run.json']);
  const reported = (format: string): Promise<Ended> => runCommand(['report', ran.path, '-f', format], ran.folder);
  expect(await reported('table')).toEqual({ code: 0, signal: null, stdout: ran.stdout, stderr: '' });
  expect(await reported('markdown')).toMatchObject({ stdout: readFileSync(join(ran.folder, 'run.md'), 'utf8') });
  const saved = readFileSync(ran.path, 'utf8');
  expect(readFileSync(join(ran.folder, 'run.json'), 'utf8')).toBe(saved);
  expect(await reported('json')).toMatchObject({ stdout: saved });
});

test('the same seed is the same plan: orders, cells and seeds; another is another', async () => {
  const scenario = {
    ...calling(ECHO),
    window: '10ms',
    warmup: '1ms',
    vary: { payload: ['16B', '32B', '48B', '64B', '80B'] },
  };
  const plans = [];
  for (const seed of ['7', '7', '8'])
    plans.push((await run(scenario, ['-t', 'loopback,websocket', '--trials', '2', '--seed', seed])).record.plan);
  const [first, second, other] = plans;
  expect(second).toEqual(first);
  expect(other?.trials).not.toEqual(first?.trials);
});

test('the driver’s memory does not grow with the number of calls', async () => {
  const rss = async (calls: number): Promise<number> => {
    const ran = await run({ ...calling(ECHO), window: { calls } }, ['-t', 'websocket']);
    const [measurement] = measurementsOf(ran, 'websocket');
    expect(measurement?.calls.ok).toBe(calls);
    return measurement?.driver.rssBytes ?? 0;
  };
  const few = await rss(1_500);
  const many = await rss(30_000);
  expect(many - few).toBeLessThan(30 * 2 ** 20);
});
