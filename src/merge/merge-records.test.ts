import { ownUse } from '../../test/fixtures/process-use.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CELLS, driver, merge } from '../../test/fixtures/drivers.ts';
import {
  distributionOf,
  failedAfter,
  fixtureRecord,
  withMeasurements,
  withTrials,
} from '../../test/fixtures/record.ts';
import { concluded } from '../cli/findings.ts';
import { parseRecord, serialiseRecord } from '../result/codec.ts';
import type { Doubt, Measurement, RunRecord, TrialResult } from '../result/record.ts';
import type { PlannedStudy } from '../scenario/study.ts';
import { METRICS } from '../stats/metrics.ts';
import { milliseconds, nanoseconds } from '../units.ts';
import { verifyRecord } from '../verify/verify-record.ts';

const [ONE, TWO, THREE] = [driver(1), driver(2), driver(3)];

/** All measurements of a trial's cell, one for each record. */
const counterparts = (records: readonly RunRecord[], trial: TrialResult, cellId: string): readonly Measurement[] =>
  records.flatMap(({ trials }) =>
    trials
      .filter(({ index }) => index === trial.index)
      .flatMap(({ measurements }) => measurements.filter((one) => one.cellId === cellId)),
  );

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('a merged record', () => {
  const merged = concluded(merge(ONE, TWO, THREE));

  test('is a record like any other: it can be read, its books balance, and it comes to what it states', () => {
    const read = parseRecord(serialiseRecord(merged), 'x.json');
    expect(read).toStrictEqual(merged);
    expect(verifyRecord(read, (record) => concluded(record).findings!)).toMatchObject({
      inconsistencies: [],
      findings: { differences: [] },
    });
  });

  test('says from what it was made, the earliest first, and lasts from the first start to the last end', () => {
    const { mergedFrom, startedAt, finishedAt, environment } = merge(THREE, ONE);
    expect(mergedFrom).toEqual(
      [ONE, THREE].map((one) => ({
        startedAt: one.startedAt,
        finishedAt: one.finishedAt,
        environment: one.environment,
      })),
    );
    expect({ startedAt, finishedAt, environment }).toEqual({
      startedAt: ONE.startedAt,
      finishedAt: THREE.finishedAt,
      environment: ONE.environment,
    });
  });

  test('holds of every trial the sums, the longest window and nobody’s parts', () => {
    for (const trial of merged.trials) {
      for (const measurement of trial.measurements) {
        const all = counterparts([ONE, TWO, THREE], trial, measurement.cellId);
        const total = (read: (one: Measurement) => number): number => sum(all.map(read));
        expect(all).toHaveLength(3);
        expect(measurement.elapsedNs).toBe(Math.max(...all.map(({ elapsedNs }) => elapsedNs)));
        expect(measurement.calls.ok).toBe(total(({ calls }) => calls.ok));
        expect(measurement.calls.timedOut).toBe(total(({ calls }) => calls.timedOut));
        expect(measurement.notifications.delivered).toBe(total(({ notifications }) => notifications.delivered));
        expect(measurement.warmup.discardedCalls).toBe(total(({ warmup }) => warmup.discardedCalls));
        expect(measurement.achievedPerSec).toBe(total(({ achievedPerSec }) => achievedPerSec));
        expect(measurement.offeredPerSec).toBe(
          all[0]!.offeredPerSec === null ? null : total(({ offeredPerSec }) => offeredPerSec ?? 0),
        );
        expect(measurement.bytes.wireUp).toBe(total(({ bytes }) => bytes.wireUp ?? 0));
        expect(measurement.bytes.driverWireDown).toBe(total(({ bytes }) => bytes.driverWireDown ?? 0));
        expect(measurement.bytes.messagesDown).toBe(total(({ bytes }) => bytes.messagesDown));
        expect(measurement.sockets).toBe(total(({ sockets }) => sockets));
        expect(measurement.clients).toBe(total(({ clients }) => clients));
        expect(ownUse(measurement.endpoint).cpuUserUs).toBe(total(({ endpoint }) => ownUse(endpoint).cpuUserUs));
        expect(measurement.driver.rssBytes).toBe(total(({ driver }) => driver.rssBytes));
        expect(measurement.driver.gcMaxNs).toBe(Math.max(...all.map((one) => one.driver.gcMaxNs)));
        expect(measurement.driver.utilisation).toBe(Math.max(...all.map((one) => one.driver.utilisation)));
        expect(measurement.hiccups.maxNs).toBe(Math.max(...all.map(({ hiccups }) => hiccups.maxNs)));
        expect(measurement.partMedians).toEqual(Array(10).fill(null));
        expect(measurement.fanOut?.complete ?? 0).toBe(total(({ fanOut }) => fanOut?.complete ?? 0));
        expect(measurement.fanOut?.median.maxNs ?? 0).toBe(
          Math.max(...all.map(({ fanOut }) => fanOut?.median.maxNs ?? 0)),
        );
        expect(measurement.fanOut?.spread.minNs ?? 0).toBe(
          Math.min(...all.map(({ fanOut }) => fanOut?.spread.minNs ?? 0)),
        );
        expect(measurement.fanOut?.last.count ?? 0).toBe(total(({ fanOut }) => fanOut?.last.count ?? 0));
        expect(measurement.delivery.count).toBe(total(({ delivery }) => delivery.count));
      }
    }
  });

  test('is the same whatever the order in which its records are named, be they of the same instant', () => {
    const records = [ONE, { ...TWO, startedAt: ONE.startedAt }, THREE];
    const text = serialiseRecord(merge(...records));
    const orders = fc.shuffledSubarray(records, { minLength: records.length });
    fc.assert(
      fc.property(orders, (order) => {
        expect(serialiseRecord(merge(...order))).toBe(text);
      }),
      { numRuns: 6 },
    );
  });

  test('leaves studies and control workloads behind', () => {
    const control = { block: 0, attempt: 0, exchanges: 10, p50Ns: nanoseconds(1), cpuUs: 1 };
    const study = { name: 'reconnect', study: 'reconnect', steps: [] } as unknown as PlannedStudy;
    const withMore = { ...ONE, controls: [control], plan: { ...ONE.plan, studies: [study] } };
    const { plan, studies, controls } = merge(withMore, TWO);
    expect({ studies: [plan.studies, studies], controls }).toEqual({ studies: [[], []], controls: undefined });
  });
});

/** The record whose calls took so long, in every trial of its one cell. */
function calling(valuesNs: readonly number[], base: RunRecord = ONE): RunRecord {
  return withMeasurements(base, (one) => {
    const times = distributionOf(valuesNs);
    const within = valuesNs.filter((value) => value <= milliseconds(100)).length;
    return {
      ...one,
      elapsedNs: nanoseconds(1e12),
      calls: { ...one.calls, due: valuesNs.length + 1, ok: valuesNs.length, timedOut: 1 },
      responseTime: times,
      serviceTime: times,
      within100ms: within / (valuesNs.length + 1),
    };
  });
}

const ONLY_CALLS = driver(1, fixtureRecord({ blocks: 1, cells: CELLS.filter(({ id }) => id === 'tool-calls') }));

test('samples that several drivers share out come together as if one had taken them all', () => {
  const samples = fc.array(fc.integer({ min: 1, max: 300_000_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(samples, { minLength: 2, maxLength: 4 }), (parts) => {
      const records = parts.map((part, at) => ({ ...calling(part, ONLY_CALLS), asked: [String(at)] }));
      // Two drivers without a single sample hold the same, which is refused.
      const different = records.map((record, at) => withMeasurements(record, (one) => ({ ...one, sockets: at })));
      const all = calling(parts.flat(), ONLY_CALLS).trials[0]!.measurements[0]!;
      const [measurement] = merge(...different).trials[0]!.measurements;
      expect(measurement?.responseTime).toEqual(all.responseTime);
      const due = parts.flat().length + parts.length;
      expect(measurement?.within100ms).toBe(parts.flat().filter((value) => value <= 100_000_000).length / due);
    }),
    { numRuns: 50 },
  );
});

describe('drivers that do not agree', () => {
  const at = (ns: number) => calling(Array(20).fill(ns), ONLY_CALLS);
  const doubtsOf = (...records: readonly RunRecord[]) =>
    merge(...records).trials.map(({ measurements }) =>
      measurements.flatMap(({ doubts }) => doubts.filter(({ kind }) => kind === 'drivers-disagree')),
    );

  test('are doubted in every trial in which their medians are more than 10 % apart', () => {
    const doubt = {
      kind: 'drivers-disagree',
      metric: 'response-time.p50',
      leastNs: 1_000_000,
      mostNs: 1_101_000,
      limit: 0.1,
    };
    expect(doubtsOf(at(1_000_000), at(1_050_000), at(1_101_000))).toEqual([[doubt], [doubt]]);
    expect(doubtsOf(at(1_000_000), at(1_099_000))).toEqual([[], []]);
  });

  test('have no say with too few samples', () => {
    expect(doubtsOf(at(1_000_000), calling([5_000_000], ONLY_CALLS))).toEqual([[], []]);
  });

  test('are judged by their pushes where nobody calls', () => {
    const pushed = driver(
      1,
      fixtureRecord({ blocks: 1, cells: CELLS.filter(({ id }) => id === 'notifications[20/s]') }),
    );
    const slower = withMeasurements(pushed, (one) => ({
      ...one,
      delivery: distributionOf(Array(one.delivery.count).fill(Math.round(one.delivery.meanNs * 3))),
    }));
    const median = METRICS['delivery.p50'].valueOf(pushed.trials[0]!.measurements[0]!);
    expect(doubtsOf(pushed, slower)[0]).toMatchObject([{ metric: 'delivery.p50', leastNs: median }]);
  });
});

test('doubts are united with their trial: counts added, the furthest reach kept, all that was said', () => {
  const doubting = (record: RunRecord, doubts: readonly Doubt[]): RunRecord =>
    withMeasurements(record, (one) => ({ ...one, doubts }));
  const [left, right] = [
    doubting(ONE, [
      { kind: 'nothing-measured', detail: 'a' },
      { kind: 'errors', count: 2, example: 'first' },
      { kind: 'hiccup', maxNs: milliseconds(30) },
      { kind: 'gc-pause', process: 'driver', maxNs: milliseconds(60) },
      { kind: 'rate-not-reached', offeredPerSec: 10, achievedPerSec: 5 },
      { kind: 'not-steady', driftShare: -0.6 },
      { kind: 'relay-error', addedNs: nanoseconds(-9), roundTripNs: nanoseconds(40) },
    ]),
    doubting(TWO, [
      { kind: 'errors', count: 3, example: 'second' },
      { kind: 'nothing-measured', detail: 'b' },
      { kind: 'hiccup', maxNs: milliseconds(40) },
      { kind: 'gc-pause', process: 'endpoint', maxNs: milliseconds(70) },
      { kind: 'gc-pause', process: 'driver', maxNs: milliseconds(50) },
      { kind: 'rate-not-reached', offeredPerSec: 20, achievedPerSec: 6 },
      { kind: 'not-steady', driftShare: 0.5 },
      { kind: 'relay-error', addedNs: nanoseconds(8), roundTripNs: nanoseconds(40) },
      { kind: 'send-lag', p99Ns: milliseconds(4), limitNs: milliseconds(3) },
    ]),
  ];
  const { doubts } = merge(left, right).trials[0]!.measurements[0]!;
  expect(doubts.filter(({ kind }) => kind !== 'drivers-disagree')).toEqual([
    { kind: 'nothing-measured', detail: 'a; b' },
    { kind: 'errors', count: 5, example: 'first' },
    { kind: 'hiccup', maxNs: milliseconds(40) },
    { kind: 'gc-pause', process: 'endpoint', maxNs: milliseconds(70) },
    { kind: 'gc-pause', process: 'driver', maxNs: milliseconds(60) },
    { kind: 'rate-not-reached', offeredPerSec: 30, achievedPerSec: 11 },
    { kind: 'not-steady', driftShare: -0.6 },
    { kind: 'relay-error', addedNs: -9, roundTripNs: 40 },
    { kind: 'send-lag', p99Ns: milliseconds(4), limitNs: milliseconds(3) },
  ]);
});

describe('trials', () => {
  test('that failed anywhere have failed, with the cells that all drivers measured', () => {
    const failed = withTrials(TWO, (trial) => (trial.index === 1 ? failedAfter(trial, 2, 'the endpoint died') : trial));
    const merged = merge(ONE, failed, THREE);
    expect(merged.trials[1]).toMatchObject({ status: 'failed', error: 'at 1 of 3 drivers: the endpoint died' });
    expect(merged.trials[1]?.measurements.map(({ cellId }) => cellId)).toEqual(
      ONE.trials[1]!.measurements.slice(0, 2).map(({ cellId }) => cellId),
    );
    expect(merged.trials[0]?.status).toBe('completed');
    expect(() => parseRecord(serialiseRecord(merged), 'x.json')).not.toThrow();
  });

  test('whose clocks could not be compared at one driver have no comparable clocks', () => {
    const clock = {
      comparable: false,
      offsetLowNs: nanoseconds(5_000),
      offsetHighNs: nanoseconds(9_000),
      evidence: 'different time namespace',
    };
    const apart = withTrials(TWO, (trial) => (trial.status === 'completed' ? { ...trial, clock } : trial));
    expect(merge(ONE, apart).trials[0]).toMatchObject({
      clock: {
        comparable: false,
        offsetLowNs: -4_100,
        offsetHighNs: 9_000,
        evidence: 'same time namespace; different time namespace',
      },
    });
  });

  test('over a network keep the relay that was furthest off', () => {
    const cells = CELLS.slice(0, 1);
    const overLan = (number: number): RunRecord =>
      driver(number, fixtureRecord({ blocks: 1, cells, armIds: ['sse+lan'] }));
    const late = { chunks: 5, p50Ns: nanoseconds(1), p99Ns: nanoseconds(9), maxNs: nanoseconds(10) };
    const later = { chunks: 7, p50Ns: nanoseconds(2), p99Ns: nanoseconds(3), maxNs: nanoseconds(30) };
    const one = withMeasurements(overLan(1), (measurement) => ({ ...measurement, relay: late }));
    const two = withMeasurements(
      withTrials(overLan(2), (trial) =>
        trial.status === 'completed' && trial.relay !== undefined
          ? { ...trial, relay: { ...trial.relay, addedP50Ns: nanoseconds(-900_000) } }
          : trial,
      ),
      (measurement) => ({ ...measurement, relay: later }),
    );
    const [trial] = merge(one, two).trials;
    expect(trial).toMatchObject({ relay: { pings: 26, addedP50Ns: -900_000 } });
    expect(trial?.measurements[0]?.relay).toEqual({ chunks: 12, p50Ns: 2, p99Ns: 9, maxNs: 30 });
  });

  test('of somebody else’s server have neither its bytes nor its processor time', () => {
    const foreign = (record: RunRecord): RunRecord =>
      withMeasurements(record, (one) => ({
        ...one,
        endpoint: null,
        bytes: { ...one.bytes, wireUp: null, wireDown: null },
      }));
    const [measurement] = merge(foreign(ONE), foreign(TWO)).trials[0]!.measurements;
    expect(measurement).toMatchObject({ endpoint: null, bytes: { wireUp: null, wireDown: null } });
    expect(measurement?.bytes.driverWireUp).toBeGreaterThan(0);
  });

  test('of which one driver does not know a number do not have it: the others’ sum is not the sum', () => {
    const without = withMeasurements(TWO, (one) => ({ ...one, endpoint: null, bytes: { ...one.bytes, wireUp: null } }));
    const [measurement] = merge(ONE, without).trials[0]!.measurements;
    expect(measurement).toMatchObject({ endpoint: null, bytes: { wireUp: null } });
    expect(measurement?.bytes.wireDown).toBeGreaterThan(0);
  });

  test('of a block that all measured again are added attempt by attempt', () => {
    const again = (record: RunRecord, sockets: number): RunRecord => ({
      ...record,
      trials: record.trials.flatMap((trial) => [
        trial,
        {
          ...trial,
          attempt: 1,
          measurements: trial.measurements.map((one) => ({ ...one, sockets })),
        },
      ]),
    });
    const { trials } = merge(again(ONE, 300), again(TWO, 500));
    expect(trials.map(({ index, attempt = 0 }) => [index, attempt])).toEqual(
      [0, 1, 2, 3].flatMap((index) => [
        [index, 0],
        [index, 1],
      ]),
    );
    expect(trials.map(({ measurements }) => measurements.every(({ sockets }) => sockets === 800))).toEqual(
      [0, 1, 2, 3].flatMap(() => [false, true]),
    );
  });
});
