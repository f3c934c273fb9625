import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { failedAfter, fixtureRecord, withMeasurements, withTrials } from '../../test/fixtures/record.ts';
import type { Measurement, RunRecord } from '../result/record.ts';
import { THRESHOLD_COMPARISONS } from '../scenario/gate.ts';
import { parseThreshold, resolveThreshold } from '../scenario/threshold.ts';
import { bytes } from '../units.ts';
import { judgeThresholds } from './thresholds.ts';

const CELLS = FIXTURE_CELLS.filter(({ id }) => id === 'tool-calls' || id === 'notifications[20/s]');

const judged = (record: RunRecord, ...texts: readonly string[]) =>
  judgeThresholds(
    record,
    texts.map((text) => resolveThreshold(parseThreshold(text), record.plan)),
  );

/** A record in which a number of each trial of WebSocket is as given. */
function recordWith(values: readonly number[], change: (measurement: Measurement, value: number) => Measurement) {
  return withMeasurements(fixtureRecord({ blocks: values.length, cells: CELLS }), (measurement, { block, armId }) =>
    armId === 'websocket' ? change(measurement, values[block] ?? 0) : measurement,
  );
}

const withMemory = (values: readonly number[]) =>
  recordWith(values, (measurement, value) => ({
    ...measurement,
    driver: { ...measurement.driver, rssBytes: bytes(value) },
  }));

const memoryWord = (values: readonly number[], limit: string) =>
  judged(withMemory(values), `tool-calls websocket driver-rss ${limit}`)[0];

describe('what is measured: six trials give an interval from the smallest to the largest', () => {
  const values = [100, 130, 110, 120, 105, 125];
  test.each([
    ['< 131B', 'pass', 'over 6 trials, all of the interval: within the limit'],
    ['<= 130B', 'pass', 'all of the interval: within the limit'],
    ['< 130B', 'inconclusive', 'the limit lies within the interval'],
    ['< 100B', 'fail', 'all of the interval: beyond the limit'],
    ['<= 100B', 'inconclusive', 'the limit lies within the interval'],
    ['> 99B', 'pass', 'within the limit'],
    ['>= 100B', 'pass', 'within the limit'],
    ['> 100B', 'inconclusive', 'the limit lies within the interval'],
    ['> 130B', 'fail', 'beyond the limit'],
    ['>= 130B', 'inconclusive', 'the limit lies within the interval'],
  ])('%s: %s', (limit, word, because) => {
    const found = memoryWord(values, limit);
    expect(found).toMatchObject({ word, value: 115, low: 100, high: 130, count: 6, unit: 'bytes' });
    expect(found?.because).toContain(because);
  });

  test('five do not, whatever the limit', () => {
    const found = memoryWord([100, 100, 100, 100, 100], '< 1MiB');
    expect(found).toMatchObject({ word: 'inconclusive', count: 5 });
    expect(found?.because).toBe('100 B over 5 trials: too few for an interval of 95 %, which takes six');
  });

  test('as the slow obvious version', () => {
    const limits = fc.integer({ min: 1, max: 12 });
    const some = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(some, limits, fc.constantFrom(...THRESHOLD_COMPARISONS), (values, limit, comparison) => {
        const holds = (value: number): boolean =>
          ({ '<': value < limit, '<=': value <= limit, '>': value > limit, '>=': value >= limit })[comparison];
        const sorted = values.toSorted((a, b) => a - b);
        // Fewest values cut off on each side for 95 %: 6 to 8 none, 9 to 11 one, 12 two.
        const cut = values.length < 9 ? 0 : values.length < 12 ? 1 : 2;
        const within = sorted.slice(cut, sorted.length - cut).map(holds);
        const word =
          values.length < 6
            ? 'inconclusive'
            : within.every(Boolean)
              ? 'pass'
              : within.some(Boolean)
                ? 'inconclusive'
                : 'fail';
        expect(memoryWord(values, `${comparison} ${limit}B`)?.word).toBe(word);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is counted', () => {
  const withSockets = (values: readonly number[]) =>
    recordWith(values, (measurement, value) => ({ ...measurement, sockets: value * measurement.clients }));
  const socketsWord = (values: readonly number[], limit: string) =>
    judged(withSockets(values), `tool-calls websocket sockets-per-client ${limit}`)[0];

  test('is what it is where all trials agree, be it one', () => {
    expect(socketsWord([2], '<= 2')).toMatchObject({
      word: 'pass',
      count: 1,
      value: 2,
      because: '2 in 1 trial, counted: within the limit',
    });
    expect(socketsWord([2, 2, 2], '< 2')).toMatchObject({
      word: 'fail',
      because: '2 in each of 3 trials, counted: beyond the limit',
    });
  });

  test('is a sample where they do not', () => {
    expect(socketsWord([2, 2, 3], '<= 9')?.word).toBe('inconclusive');
    expect(socketsWord([2, 2, 3, 2, 2, 2], '<= 3')?.word).toBe('pass');
    expect(socketsWord([2, 2, 3, 2, 2, 2], '<= 2')?.word).toBe('inconclusive');
  });

  test('a loss in one trial is not excused by the others', () => {
    const losing = (values: readonly number[]) =>
      recordWith(values, (measurement, lost) => ({
        ...measurement,
        notifications: { ...measurement.notifications, lost, published: measurement.notifications.delivered + lost },
      }));
    const text = 'websocket events-lost <= 0';
    expect(judged(losing([0, 0]), text)[0]).toMatchObject({
      word: 'pass',
      because: '0 in each of 2 trials, counted: within the limit',
    });
    expect(judged(losing([0, 0, 0, 2, 0, 0, 0]), text)[0]).toMatchObject({
      word: 'fail',
      low: 0,
      high: 2,
      because: '0 to 2 over 7 trials, counted: the limit is broken in 1 of 7 trials',
    });
  });
});

describe('without data nothing has passed', () => {
  const record = fixtureRecord({ cells: CELLS });

  test('no trial measured it', () => {
    const broken = withTrials(record, (trial) => (trial.armId === 'sse' ? failedAfter(trial, 0, 'gone') : trial));
    expect(judged(broken, 'tool-calls response-time.p50 < 9s')).toMatchObject([
      { armId: 'sse', word: 'inconclusive', value: null, count: 0, because: 'no valid measurement in 6 trials' },
      { armId: 'websocket', word: 'pass', count: 6 },
    ]);
  });

  test('what is wrong is no data', () => {
    const wrong = withMeasurements(record, (measurement) => ({
      ...measurement,
      doubts: [{ kind: 'wrong-answers', count: 1 }],
    }));
    expect(judged(wrong, 'tool-calls sse calls-failed <= 0')).toMatchObject([
      { word: 'inconclusive', value: null, because: 'no valid measurement in 6 trials' },
    ]);
  });

  test('too few samples in one trial', () => {
    const { responseTime: few } = record.trials[0]!.measurements.find(({ cellId }) => cellId === 'tool-calls')!;
    const short = withMeasurements(record, (measurement, { block }) =>
      block === 3 ? { ...measurement, responseTime: { ...few, count: 50 } } : measurement,
    );
    expect(judged(short, 'tool-calls websocket response-time.p99 < 9s')).toMatchObject([
      {
        word: 'inconclusive',
        value: null,
        because: expect.stringMatching(/^not to be had in 1 of 6 trials: /) as string,
      },
    ]);
  });

  test('an arm that cannot have it is left out unless it is named', () => {
    const noWire = withMeasurements(record, (measurement, { armId }) =>
      armId === 'sse'
        ? {
            ...measurement,
            bytes: { ...measurement.bytes, wireUp: null, driverWireUp: null, wireDown: null, driverWireDown: null },
          }
        : measurement,
    );
    expect(judged(noWire, 'tool-calls wire-up-per-message < 9MiB').map(({ armId, word }) => [armId, word])).toEqual([
      ['websocket', 'pass'],
    ]);
    expect(judged(noWire, 'tool-calls sse wire-up-per-message < 9MiB')).toMatchObject([
      { armId: 'sse', word: 'inconclusive' },
    ]);
    const nobody = withMeasurements(record, (measurement) => ({ ...measurement, endpoint: null }));
    expect(judged(nobody, 'endpoint-rss < 9MiB')).toMatchObject([
      { cellId: null, armId: null, word: 'inconclusive', because: 'nothing in the run has this metric' },
    ]);
  });
});

test('one finding for each threshold, cell and arm, named in one spelling', () => {
  const record = fixtureRecord({ cells: CELLS });
  const found = judged(record, 'driver-rss<1000MiB', 'sse   rate > 1/s');
  expect(found.map(({ name, cellId, armId }) => [name, cellId, armId])).toEqual([
    ['driver-rss < 1000MiB', CELLS[0]!.id, 'sse'],
    ['driver-rss < 1000MiB', CELLS[0]!.id, 'websocket'],
    ['driver-rss < 1000MiB', CELLS[1]!.id, 'sse'],
    ['driver-rss < 1000MiB', CELLS[1]!.id, 'websocket'],
    ['sse rate > 1/s', 'tool-calls', 'sse'],
  ]);
});

test('a trial that failed has not kept the limit, whatever the others did; one that broke it still has', () => {
  const all = fixtureRecord({ blocks: 8, cells: CELLS });
  const some = withTrials(all, (trial) =>
    trial.armId === 'websocket' && trial.block < 2 ? failedAfter(trial, 0, 'it died') : trial,
  );
  const limits = ['tool-calls websocket calls-failed <= 0', 'tool-calls websocket driver-rss < 1000MiB'] as const;
  expect(judged(all, ...limits).map(({ word }) => word)).toEqual(['pass', 'pass']);
  const found = judged(some, ...limits);
  expect(found.map(({ word }) => word)).toEqual(['inconclusive', 'inconclusive']);
  expect(found[0]?.because).toContain('but 2 of 8 trials failed or gave no number that is right');
  expect(judged(some, 'tool-calls websocket calls-failed > 0')[0]?.word).toBe('fail');
});
