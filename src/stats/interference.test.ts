import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { distributionOf, fixtureRecord, withMeasurements } from '../../test/fixtures/record.ts';
import type { Measurement, RunRecord, TrialResult } from '../result/record.ts';
import { hasBoth } from '../scenario/directions.ts';
import { interferencesOf } from './interference.ts';
import type { Interference } from './summary.ts';

const CELLS = FIXTURE_CELLS.filter(({ scenario }) => scenario.name === 'duplex');
const found = (record: RunRecord): readonly Interference[] => interferencesOf(record, record.plan.arms);

/** A record in which calls take 100 µs alone and pushes 200 µs, and both as many times as long as is said, arm by arm. */
function recordWith(factor: (trial: TrialResult) => number): RunRecord {
  const steady = (ns: number) => distributionOf(Array(200).fill(ns));
  return withMeasurements(fixtureRecord({ cells: CELLS }), (measurement, trial): Measurement => {
    const longer = measurement.cellId === 'duplex[both]' ? factor(trial) : 1;
    const { calls, notifications } = measurement;
    return {
      ...measurement,
      calls: calls.due === 0 ? calls : { ...calls, due: 200, ok: 200 },
      responseTime: calls.due === 0 ? measurement.responseTime : steady(100_000 * longer),
      delivery: notifications.published === 0 ? measurement.delivery : steady(200_000 * longer),
    };
  });
}

const inflationOf = (record: RunRecord, armId: string, metric: string) =>
  found(record)
    .find((one) => one.metric === metric)
    ?.inflations.find((one) => one.armId === armId);

describe('what two directions do to each other', () => {
  const record = recordWith(({ armId, block }) => (armId === 'sse' ? 1.5 : 1.2) * (1 + block / 100));

  test('is both divided by one alone, in each trial, for calls and for pushes', () => {
    expect(
      found(record).map(({ direction, metric, cellId, aloneCellId }) => [direction, metric, cellId, aloneCellId]),
    ).toEqual([
      ['calls', 'response-time.p50', 'duplex[both]', 'duplex[calls]'],
      ['calls', 'response-time.p99', 'duplex[both]', 'duplex[calls]'],
      ['pushes', 'delivery.p50', 'duplex[both]', 'duplex[pushes]'],
      ['pushes', 'delivery.p99', 'duplex[both]', 'duplex[pushes]'],
    ]);
    for (const { inflations } of found(record)) {
      expect(inflations.map(({ armId }) => armId)).toEqual(['sse', 'websocket']);
      const [sse, websocket] = inflations;
      expect(sse!.ratio).toBeCloseTo(1.5375, 2);
      expect(sse!.low95).toBeCloseTo(1.5, 2);
      expect(sse!.high95).toBeCloseTo(1.575, 2);
      expect(websocket!.ratio).toBeCloseTo(1.23, 2);
      expect([sse!.word, sse!.pairs]).toEqual(['slower', 6]);
    }
  });

  test('and one arm’s share of it by another’s, block by block: the trials’ own drift is in both', () => {
    const [calls] = found(record);
    const [comparison] = calls!.comparisons;
    expect(comparison).toMatchObject({ armId: 'websocket', baseArmId: 'sse', pairs: 6, word: 'faster' });
    expect(comparison!.ratio).toBeCloseTo(0.8, 2);
    expect(comparison!.high95 - comparison!.low95).toBeLessThan(0.01);
  });

  test('nothing where both take as long as alone', () => {
    expect(
      inflationOf(
        recordWith(() => 1),
        'websocket',
        'delivery.p50',
      ),
    ).toMatchObject({ word: 'equivalent' });
  });
});

test('a trial that lacks one of the cells is no pair, and one with too few samples makes the number unknown', () => {
  const record = recordWith(() => 1.2);
  const without = {
    ...record,
    trials: record.trials.map((trial) =>
      trial.block === 0
        ? { ...trial, measurements: trial.measurements.filter(({ cellId }) => cellId !== 'duplex[calls]') }
        : trial,
    ),
  };
  expect(inflationOf(without, 'sse', 'response-time.p50')?.pairs).toBe(5);
  expect(inflationOf(without, 'sse', 'delivery.p50')?.pairs).toBe(6);
  const few = withMeasurements(record, (measurement, { block }) =>
    block === 0 ? { ...measurement, delivery: distributionOf([1, 2]) } : measurement,
  );
  expect(inflationOf(few, 'sse', 'delivery.p50')).toBeUndefined();
  expect(inflationOf(few, 'sse', 'response-time.p50')?.pairs).toBe(6);
});

test('only levels that are the same but for the other direction are divided by each other', () => {
  const cells = CELLS.map((cell) =>
    hasBoth(cell.scenario) ? { ...cell, scenario: { ...cell.scenario, clients: 3 } } : cell,
  );
  expect(found(fixtureRecord({ cells }))).toEqual([]);
  expect(
    found(fixtureRecord({ cells: CELLS.filter(({ level }) => level !== 'pushes') })).map(({ direction }) => direction),
  ).toEqual(['calls', 'calls']);
});
