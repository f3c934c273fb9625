import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { fixtureRecord, withMeasurements } from '../../test/fixtures/record.ts';
import type { Control, RunRecord } from '../result/record.ts';
import { nanoseconds } from '../units.ts';
import { METRICS } from './metrics.ts';
import { samplesOf } from './run-samples.ts';
import { METRIC_NAMES } from './summary.ts';

const CELLS = FIXTURE_CELLS.filter(({ id }) => ['tool-calls', 'notifications[20/s]', 'agent-loop'].includes(id));
const RECORD = fixtureRecord({ blocks: 3, cells: CELLS, armIds: ['websocket', 'websocket+wan'] });
const ALL = { cellIds: CELLS.map(({ id }) => id), armIds: ['websocket', 'websocket+wan'], normalised: false };

const controls = RECORD.plan.trials.map(({ block }): Control => {
  return { block, attempt: 0, exchanges: 10, p50Ns: nanoseconds(50_000 * (block + 1)), cpuUs: 20 * (block + 1) };
});
const controlled: RunRecord = { ...RECORD, controls };

const metricsIn = (record: RunRecord, cellId: string, armId: string, normalised: boolean) =>
  samplesOf(record, { cellIds: [cellId], armIds: [armId], normalised }).map(({ metric }) => metric);

test('one value per trial, in order, of everything that every trial has', () => {
  const samples = samplesOf(RECORD, ALL);
  const trials = RECORD.trials.filter(({ armId }) => armId === 'websocket');
  const measured = trials.map((trial) => trial.measurements.find(({ cellId }) => cellId === 'tool-calls')!);
  for (const name of METRIC_NAMES) {
    const values = measured.map((measurement) => METRICS[name].valueOf(measurement));
    const sample = samples.find(
      (one) => one.cellId === 'tool-calls' && one.armId === 'websocket' && one.metric === name,
    );
    expect(sample?.values ?? [undefined, undefined, undefined]).toEqual(values);
  }
});

test('what one trial lacks, none has', () => {
  const lacking = withMeasurements(RECORD, (measurement, { block }) =>
    block === 1 ? { ...measurement, calls: { ...measurement.calls, timedOut: 1 } } : measurement,
  );
  expect(metricsIn(RECORD, 'tool-calls', 'websocket', false)).toContain('response-time.max');
  expect(metricsIn(lacking, 'tool-calls', 'websocket', false)).not.toContain('response-time.max');
});

describe('on another machine', () => {
  test('times are divided by the control of their own block, counts are as they are, and the rest is left out', () => {
    const valuesOf = (record: RunRecord, normalised: boolean, metric: string) =>
      samplesOf(record, { cellIds: ['tool-calls'], armIds: ['websocket'], normalised }).find(
        (one) => one.metric === metric,
      )?.values;
    const plain = (metric: string) => valuesOf(RECORD, false, metric)!;
    const inControls = (metric: string) => valuesOf(controlled, true, metric);
    expect(inControls('response-time.p50')).toEqual(
      plain('response-time.p50').map((value, block) => value / (50_000 * (block + 1))),
    );
    expect(inControls('endpoint-cpu-per-message')).toEqual(
      plain('endpoint-cpu-per-message').map((value, block) => value / (20 * (block + 1))),
    );
    expect(inControls('wire-up-per-message')).toEqual(plain('wire-up-per-message'));
    expect(inControls('calls-failed')).toEqual([0, 0, 0]);
    expect(inControls('endpoint-rss')).toBeUndefined();
    expect(inControls('within-100ms')).toBeUndefined();
  });

  test('a rate is so many in the time of one exchange of the control, where nobody but the machine sets the pace', () => {
    const cells = FIXTURE_CELLS.filter(({ id }) => id === 'chatty');
    const record = { ...fixtureRecord({ blocks: 3, cells, armIds: ['websocket'] }), controls };
    const rates = (normalised: boolean) =>
      samplesOf(record, { cellIds: ['chatty'], armIds: ['websocket'], normalised }).find(
        ({ metric }) => metric === 'rate',
      )!;
    const perExchange = rates(false).values.map((perSecond, block) => perSecond * 0.00005 * (block + 1));
    for (const [block, value] of rates(true).values.entries()) expect(value).toBeCloseTo(perExchange[block]!, 9);
    expect(metricsIn(controlled, 'tool-calls', 'websocket', true)).not.toContain('rate');
  });

  test('a network takes its time on every machine, and so does a thought', () => {
    expect(metricsIn(controlled, 'tool-calls', 'websocket+wan', true)).not.toContain('response-time.p50');
    expect(metricsIn(controlled, 'tool-calls', 'websocket+wan', true)).toContain('wire-up-per-message');
    expect(metricsIn(controlled, 'agent-loop', 'websocket', true)).not.toContain('response-time.p50');
    expect(metricsIn(controlled, 'notifications[20/s]', 'websocket', true)).not.toContain('events-rate');
    expect(metricsIn(controlled, 'notifications[20/s]', 'websocket', true)).toContain('delivery.p50');
  });

  test('a block without a control has no such value', () => {
    const partly: RunRecord = { ...RECORD, controls: controls.filter(({ block }) => block !== 1) };
    const sample = samplesOf(partly, { cellIds: ['tool-calls'], armIds: ['websocket'], normalised: true });
    const lengths = new Map(sample.map(({ metric, values }) => [metric, values.length]));
    expect(lengths.get('response-time.p50')).toBe(2);
    expect(lengths.get('wire-up-per-message')).toBe(3);
    const again: RunRecord = { ...RECORD, controls: controls.map((one) => ({ ...one, attempt: 1 })) };
    expect(metricsIn(again, 'tool-calls', 'websocket', true)).not.toContain('response-time.p50');
  });
});
