import { expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import {
  distributionOf,
  failedAfter,
  fixtureRecord,
  withMeasurements,
  withTrials,
} from '../../test/fixtures/record.ts';
import { callsBalance, notificationsBalance } from '../measure/books.ts';
import type { Doubt, RunRecord } from '../result/record.ts';
import { median } from './order-statistics.ts';
import { summarise } from './summarise.ts';
import type { ArmCell, MetricName, Summary } from './summary.ts';

const record = fixtureRecord();
const summary = summarise(record);

const cellIn = (found: Summary, cellId: string) => found.cells.find(({ cell }) => cell.id === cellId)!;
const armIn = (found: Summary, cellId: string, armId: string): ArmCell =>
  cellIn(found, cellId).arms.find((arm) => arm.armId === armId)!;
const comparisonIn = (found: Summary, cellId: string, metric: MetricName) =>
  cellIn(found, cellId).comparisons.find((comparison) => comparison.metric === metric);

const wrong: Doubt = { kind: 'wrong-answers', count: 3 };
/** The same record where some trials measured `tool-calls` wrongly. */
const withWrong = (isWrong: (trial: { armId: string; block: number }) => boolean): RunRecord =>
  withMeasurements(record, (measurement, trial) =>
    measurement.cellId === 'tool-calls' && isWrong(trial) ? { ...measurement, doubts: [wrong] } : measurement,
  );

test('the fixture could have been measured: books balance and both ends counted the same bytes', () => {
  const measurements = record.trials.flatMap((trial) => trial.measurements);
  expect(measurements).toHaveLength(6 * 2 * FIXTURE_CELLS.length);
  for (const { calls, notifications, bytes, responseTime, delivery } of measurements) {
    expect(callsBalance(calls) && notificationsBalance(notifications)).toBe(true);
    expect([bytes.wireUp, bytes.wireDown]).toEqual([bytes.driverWireUp, bytes.driverWireDown]);
    expect([responseTime.count, delivery.count]).toEqual([calls.ok, notifications.delivered]);
    expect(Number.isInteger(bytes.wireUp) && Number.isInteger(bytes.wireDown)).toBe(true);
  }
  expect(fixtureRecord()).toEqual(record);
});

test('every cell and arm of the plan is there, in the plan’s order', () => {
  expect(summary.cells.map(({ cell }) => cell.id)).toEqual(FIXTURE_CELLS.map(({ id }) => id));
  for (const { arms } of summary.cells) expect(arms.map(({ armId }) => armId)).toEqual(['sse', 'websocket']);
  expect(summary).toMatchObject({ completedTrials: 12, failedTrials: [], longestHiccupNs: 31_000_000 });
});

test('an estimate is the median over the trials of one arm, in order of execution', () => {
  const values = record.trials
    .filter((trial) => trial.armId === 'sse')
    .map((trial) => trial.measurements.find(({ cellId }) => cellId === 'tool-calls')!.responseTime.meanNs);
  const found = armIn(summary, 'tool-calls', 'sse');
  expect(found.metrics['response-time.mean']).toEqual({
    value: median(values),
    low: Math.min(...values),
    high: Math.max(...values),
    coverage: 0.96875,
    values,
  });
  expect(found).toMatchObject({ validTrials: 6, invalidTrials: 0, fewestSamples: 1_200 });
});

test('the words are those that the fixture was built to give', () => {
  const word = (cellId: string, metric: MetricName) => comparisonIn(summary, cellId, metric)?.word;
  expect(word('tool-calls', 'response-time.p50')).toBe('faster');
  expect(word('chatty', 'rate')).toBe('faster');
  expect(word('notifications[100/s]', 'delivery.p50')).toBe('equivalent');
  expect(word('duplex[both]', 'delivery.p50')).toBe('inconclusive');
  expect(word('agent-loop', 'within-100ms')).toBe('equivalent');
  expect(word('notifications[20/s]', 'response-time.p50')).toBeUndefined();
});

test('a comparison is the other arm over the first, and exact for bytes', () => {
  const found = comparisonIn(summary, 'payload-sizes[16B]', 'overhead-up-per-message')!;
  // A masked WebSocket frame of 126 bytes and more has 8 bytes of header; the POST of the fixture has 279.
  expect(found).toMatchObject({
    armId: 'websocket',
    baseArmId: 'sse',
    pairs: 6,
    exact: true,
    word: 'faster',
    ratio: 8 / 279,
  });
  expect(comparisonIn(summary, 'tool-calls', 'payload-up-per-message')).toMatchObject({
    exact: true,
    ratio: 1,
    word: 'equivalent',
  });
});

test('pairs are blocks in which both arms are valid, whatever the order of the trials', () => {
  const found = summarise(withWrong(({ armId, block }) => (armId === 'sse' ? block === 1 : block === 4)));
  expect(comparisonIn(found, 'tool-calls', 'response-time.p50')).toMatchObject({ pairs: 4, word: 'inconclusive' });
  expect(comparisonIn(found, 'chatty', 'response-time.p50')).toMatchObject({ pairs: 6, word: 'faster' });
  const reversed = summarise({ ...record, trials: record.trials.toReversed() });
  expect(comparisonIn(reversed, 'tool-calls', 'response-time.p50')!.ratio).toBeCloseTo(
    comparisonIn(summary, 'tool-calls', 'response-time.p50')!.ratio,
    12,
  );
});

test('pairing takes out what disturbs both arms of a block', () => {
  const grown = withMeasurements(record, (measurement, { block }) => {
    const factor = block === 3 ? 5 : 1;
    const rssBytes = (measurement.driver.rssBytes * factor) as typeof measurement.driver.rssBytes;
    return { ...measurement, driver: { ...measurement.driver, rssBytes } };
  });
  const before = comparisonIn(summary, 'tool-calls', 'driver-rss')!;
  const after = comparisonIn(summarise(grown), 'tool-calls', 'driver-rss')!;
  expect(after.low95).toBeCloseTo(before.low95, 12);
  expect(after.high95).toBeCloseTo(before.high95, 12);
});

test('a measurement that is wrong is counted, doubted and not shown', () => {
  const found = armIn(summarise(withWrong(({ armId, block }) => armId === 'sse' && block < 2)), 'tool-calls', 'sse');
  expect(found).toMatchObject({ validTrials: 4, invalidTrials: 2 });
  expect(found.metrics['response-time.p50']!.values).toHaveLength(4);
  expect(found.doubts.map(({ doubt }) => doubt)).toEqual([wrong, wrong]);
  expect(found.calls.due).toBe(6 * 1_200);
});

test('books are sums over all trials, and blemishes name their trial', () => {
  const heard = armIn(summary, 'notifications[100/s]', 'sse');
  expect(heard.notifications).toMatchObject({ published: 4_800, delivered: 4_799, lost: 1 });
  const [lossy] = heard.doubts;
  expect(lossy!.doubt).toEqual({ kind: 'lost-notifications', count: 1 });
  expect(record.trials[lossy!.trialIndex]).toMatchObject({ index: lossy!.trialIndex, armId: 'sse', block: 2 });
  const looping = armIn(summary, 'agent-loop', 'websocket');
  expect(looping.calls).toMatchObject({ due: 2_401, ok: 2_400, timedOut: 1, errors: ['no answer to echo within 5 s'] });
});

test('the fewest samples are those of the smaller kind in a mixed cell', () => {
  expect(armIn(summary, 'duplex[both]', 'sse').fewestSamples).toBe(200);
  expect(armIn(summary, 'notifications[20/s]', 'sse').fewestSamples).toBe(160);
});

test('a failed trial is named, keeps what it had measured, and is missing from the rest', () => {
  const found = summarise(
    withTrials(record, (trial) => (trial.index === 5 ? failedAfter(trial, 1, 'endpoint died') : trial)),
  );
  const { armId, measurements } = record.trials[5]!;
  expect(found.failedTrials).toEqual([{ trialIndex: 5, armId, error: 'endpoint died' }]);
  expect(found.completedTrials).toBe(11);
  for (const { cell } of found.cells) {
    const valid = cell.id === measurements[0]!.cellId ? 6 : 5;
    expect(armIn(found, cell.id, armId)).toMatchObject({ validTrials: valid, invalidTrials: 6 - valid });
  }
});

test('noise is half the middle half around the median, as the fixture was given', () => {
  expect(summary.noiseShare).toBeGreaterThan(0.002);
  expect(summary.noiseShare).toBeLessThan(0.02);
  expect(summarise(fixtureRecord({ blocks: 1 })).noiseShare).toBeUndefined();
});

test('a record without trials still shows its cells and arms', () => {
  const found = summarise({ ...record, status: 'running', finishedAt: null, trials: [] });
  expect(found).toMatchObject({ noiseShare: undefined, longestHiccupNs: 0, completedTrials: 0, failedTrials: [] });
  expect(found.cells).toHaveLength(FIXTURE_CELLS.length);
  for (const { arms, comparisons } of found.cells) {
    expect(comparisons).toEqual([]);
    for (const arm of arms) {
      expect(arm).toMatchObject({ validTrials: 0, invalidTrials: 0, metrics: {}, fewestSamples: 0, doubts: [] });
      expect(arm.calls.due).toBe(0);
    }
  }
});

test('a partial record gives what its blocks give', () => {
  const found = summarise({ ...record, status: 'partial', trials: record.trials.slice(0, 5) });
  expect(comparisonIn(found, 'tool-calls', 'response-time.p50')).toMatchObject({ pairs: 2, word: 'inconclusive' });
  expect(comparisonIn(found, 'tool-calls', 'wire-up-per-message')).toMatchObject({
    pairs: 2,
    word: 'faster',
    exact: true,
  });
});

test('arms that could not run are left out, unknown arms and cells take no part', () => {
  const unsupported = summarise({
    ...record,
    unsupported: [{ armId: 'sse', cellId: null, reason: 'no such revision' }],
    trials: record.trials.filter(({ armId }) => armId !== 'sse'),
  });
  expect(unsupported.arms.map(({ id }) => id)).toEqual(['websocket']);
  expect(unsupported.cells.every(({ comparisons }) => comparisons.length === 0)).toBe(true);
  const strange = summarise(
    withTrials(record, (trial) => (trial.index === 0 ? { ...trial, armId: 'carrier-pigeon' } : trial)),
  );
  expect(strange.cells[0]!.arms.map(({ armId }) => armId)).toEqual(['sse', 'websocket']);
  const renamed = summarise(withMeasurements(record, (measurement) => ({ ...measurement, cellId: 'elsewhere' })));
  expect(renamed.cells[0]!.arms[0]).toMatchObject({ validTrials: 0, invalidTrials: 6, metrics: {} });
});

test('three arms: every other one against the first; the same thing twice shows no difference', () => {
  const found = summarise(fixtureRecord({ armIds: ['sse', 'sse#2', 'websocket'], cells: FIXTURE_CELLS.slice(0, 1) }));
  const p50 = found.cells[0]!.comparisons.filter(({ metric }) => metric === 'response-time.p50');
  expect(p50.map(({ armId, baseArmId, word }) => [armId, baseArmId, word])).toEqual([
    ['sse#2', 'sse', 'equivalent'],
    ['websocket', 'sse', 'faster'],
  ]);
});

test('summarising twice gives the same, and changes nothing', () => {
  const before = JSON.stringify(record);
  expect(summarise(record)).toEqual(summary);
  expect(JSON.stringify(record)).toBe(before);
});

test('a tail that only some trials have samples for is not shown, lest it lie below the quantiles of all', () => {
  const few = distributionOf([1e6, 2e6, 3e6, 4e6, 5e6, 6e6]);
  const mixed = withMeasurements(record, (measurement, trial) =>
    measurement.cellId === 'tool-calls' && trial.block === 0 ? { ...measurement, responseTime: few } : measurement,
  );
  const { metrics } = armIn(summarise(mixed), 'tool-calls', 'sse');
  expect(metrics['response-time.p50']?.values).toHaveLength(6);
  expect(metrics['response-time.p99']).toBeUndefined();
  expect(comparisonIn(summarise(mixed), 'tool-calls', 'response-time.p99')).toBeUndefined();
});
