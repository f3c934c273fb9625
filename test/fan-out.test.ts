/** One event and its receivers, and both directions at once, through the whole program. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord } from '../src/result/read-record.ts';
import type { RunRecord } from '../src/result/record.ts';
import { summarise } from '../src/stats/summarise.ts';
import { fileIn, runCommand, temporaryFolder } from './fixtures/command.ts';

const FEED = { topic: 'feed', rate: '100/s', arrivals: 'constant', payload: '32B' };

/** Two scenarios in one run: an audience of one and of six, and a feed with and without callers. */
async function run(arms: string): Promise<{ readonly record: RunRecord; readonly stdout: string }> {
  const folder = temporaryFolder();
  const base = { title: 'A test', shows: 'What a test needs.', warmup: '10ms', window: '100ms' };
  const audience = fileIn(folder, 'audience.json', {
    ...base,
    name: 'audience',
    load: { model: 'none' },
    publish: [FEED],
    vary: [{ clients: 1, 'publish-rate': '50/s', window: '200ms' }, { clients: 6 }],
  });
  const ways = fileIn(folder, 'ways.json', {
    ...base,
    name: 'ways',
    clients: 2,
    scripts: [{ name: 'ask', steps: [{ call: 'echo' }] }],
    load: { model: 'open', rate: '100/s', arrivals: 'constant' },
    publish: [FEED],
    vary: [{ only: 'calls' }, { only: 'pushes' }, { name: 'both' }],
  });
  const path = join(folder, 'record.json');
  const args = ['run', audience, ways, '-t', arms, '--quick', '--trials', '1', '-o', path];
  const { code, stdout } = await runCommand(args, folder);
  expect(code).toBe(0);
  return { record: readRecord(path), stdout };
}

test('deliveries add up over events and receivers; each direction has its pair', async () => {
  const { record, stdout } = await run('sse,websocket');
  const of = (cellId: string) =>
    record.trials.flatMap(({ armId, measurements }) =>
      measurements.filter((one) => one.cellId === cellId).map((measurement) => ({ armId, measurement })),
    );
  for (const [cellId, receivers] of [
    ['audience[1-clients,50/s]', 1],
    ['audience[6-clients]', 6],
    ['ways[pushes]', 2],
    ['ways[both]', 2],
  ] as const) {
    const found = of(cellId);
    expect(found.map(({ armId }) => armId).toSorted()).toEqual(['sse', 'websocket']);
    for (const { armId, measurement } of found) {
      const { fanOut, notifications } = measurement;
      const what = `${armId} ${cellId}`;
      // Evenly spaced: ten events, to each of the receivers.
      expect(fanOut, what).toMatchObject({ events: 10, complete: 10, incomplete: 0, deliveries: 10 * receivers });
      expect(notifications, what).toMatchObject({ published: 10 * receivers, delivered: 10 * receivers, lost: 0 });
      const { first, median, last, spread } = fanOut!;
      expect([first, median, last, spread].map(({ count }) => count)).toEqual([10, 10, 10, 10]);
      expect(first.minNs, what).toBeGreaterThan(0);
      expect(first.maxNs).toBeLessThanOrEqual(last.maxNs);
      expect(median.meanNs).toBeGreaterThanOrEqual(first.meanNs);
      expect(last.meanNs - first.meanNs, what).toBeCloseTo(spread.meanNs, -1);
      if (receivers === 1) expect(spread.maxNs, what).toBe(0);
    }
  }
  for (const { measurement } of of('ways[calls]')) {
    expect(measurement.fanOut).toBeNull();
    expect(measurement.calls).toMatchObject({ due: 10, ok: 10 });
  }
  expect(stdout).toMatch(/receivers +first p50 +median p50 +last p50/);
  expect(stdout).toMatch(/Calls amid pushes ÷ calls alone: p50 SSE \d/);
  const interferences = summarise(record).interferences.filter(({ metric }) => metric.endsWith('.p50'));
  expect(interferences.map(({ direction, inflations }) => [direction, inflations.map(({ pairs }) => pairs)])).toEqual([
    ['calls', [1, 1]],
    ['pushes', [1, 1]],
  ]);
});
