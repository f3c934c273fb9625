import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { ownUse, withProcessorTime } from '../../test/fixtures/process-use.ts';
import { fixtureRecord, withMeasurements } from '../../test/fixtures/record.ts';
import type { Measurement, RunRecord } from '../result/record.ts';
import { keyOf } from '../stats/compare-runs.ts';
import { bytes, nanoseconds } from '../units.ts';
import { baselineNotes, baselineOf, judgeBaseline } from './baseline.ts';
import { judge } from './judge.ts';

const CELLS = FIXTURE_CELLS.filter(({ id }) => ['tool-calls', 'notifications[20/s]', 'duplex[both]'].includes(id));
const BASE = fixtureRecord({ cells: CELLS });
const CHOICE = { cellIds: CELLS.map(({ id }) => id), armIds: ['sse', 'websocket'], normalised: false };

const gateOf = (base: RunRecord, maxRegression = 0.05) =>
  baselineOf({ ...CHOICE, base, name: 'main', maxRegression, differences: [] });

const changed = (change: (measurement: Measurement) => Measurement) =>
  withMeasurements(BASE, (measurement, { armId }) => (armId === 'websocket' ? change(measurement) : measurement));

const withCpu = (factor: number) =>
  changed(({ endpoint, ...measurement }) => ({
    ...measurement,
    endpoint: withProcessorTime(ownUse(endpoint), factor),
  }));

const found = (record: RunRecord, metric: string, maxRegression?: number) =>
  judgeBaseline(record, gateOf(BASE, maxRegression)).find(
    (finding) => finding.metric === metric && finding.armId === 'websocket' && finding.cellId === 'tool-calls',
  );

test('what is taken along: a few times and counts of each arm in each cell', () => {
  const metricsOf = (cell: string) =>
    gateOf(BASE)
      .values.filter(({ cellId, armId }) => cellId === cell && armId === 'sse')
      .map(({ metric }) => metric);
  expect(metricsOf('tool-calls')).toEqual([
    'response-time.p50',
    'wire-up-per-message',
    'wire-down-per-message',
    'endpoint-cpu-per-message',
    'sockets-per-client',
    'calls-failed',
  ]);
  expect(metricsOf('notifications[20/s]')).toEqual([
    'delivery.p50',
    'wire-up-per-message',
    'wire-down-per-message',
    'endpoint-cpu-per-message',
    'sockets-per-client',
    'events-lost',
  ]);
  expect(metricsOf('duplex[both]')).toEqual([
    'response-time.p50',
    'endpoint-cpu-per-message',
    'sockets-per-client',
    'calls-failed',
    'events-lost',
  ]);
});

describe('what is timed', () => {
  test.each([
    [1, 'pass', /a change for the worse of more than 5 % is excluded$/],
    [1.2, 'fail', /: worse by more than 5 %$/],
    [0.5, 'pass', /a change for the worse of more than 5 % is excluded$/],
    [1.05, 'inconclusive', /: neither surely worse by more than 5 % nor is that excluded$/],
  ] as const)('%d times the processor time: %s', (factor, word, because) => {
    const finding = found(withCpu(factor), 'endpoint-cpu-per-message');
    expect(finding).toMatchObject({ word, kind: 'baseline', unit: 'ratio', limit: 1.05, count: 6 });
    expect(finding?.value).toBeCloseTo(factor, 9);
    expect(finding?.because).toMatch(because);
    expect(finding?.smallestDetectable).toBeGreaterThan(1);
  });

  test('a run of which something disturbed half is not held against the code; what is counted still is', () => {
    const load = { kind: 'load', cores: 1.2, limitCores: 0.4 } as const;
    const disturbedIn = (blocks: number) =>
      withMeasurements(withCpu(1.2), (measurement, { block }) =>
        block < blocks ? { ...measurement, doubts: [...measurement.doubts, load] } : measurement,
      );
    expect(found(disturbedIn(2), 'endpoint-cpu-per-message')?.word).toBe('fail');
    expect(found(disturbedIn(3), 'endpoint-cpu-per-message')).toMatchObject({
      word: 'inconclusive',
      because: expect.stringMatching(
        /worse by more than 5 %, but something disturbed 3 of 6 trials of this run/,
      ) as string,
    });
    expect(found(disturbedIn(6), 'wire-up-per-message')?.word).toBe('pass');
  });

  test('the limit is what was said', () => {
    expect(found(withCpu(1.2), 'endpoint-cpu-per-message', 0.5)).toMatchObject({ word: 'pass', limit: 1.5 });
  });

  test('where more is better, less is worse', () => {
    const rates = [100, 101, 102, 103, 104, 105];
    const judged = (factor: number) => {
      const values = [
        { cellId: 'tool-calls', armId: 'sse', metric: 'rate' as const, values: rates.map((one) => one * factor) },
      ];
      const faster = withMeasurements(BASE, (measurement, { block }) => ({
        ...measurement,
        elapsedNs: nanoseconds((measurement.calls.ok * 1e9) / (rates[block] ?? 1)),
      }));
      return judgeBaseline(faster, { ...gateOf(BASE), values })[0];
    };
    expect(judged(0.5)).toMatchObject({ word: 'pass', difference: 'faster', limit: 1 / 1.05 });
    expect(judged(1)).toMatchObject({ word: 'pass', difference: 'equivalent' });
    expect(judged(1.05)).toMatchObject({ word: 'inconclusive' });
    expect(judged(2)).toMatchObject({ word: 'fail', difference: 'slower' });
  });

  test('three trials are too few', () => {
    const three = fixtureRecord({ cells: CELLS, blocks: 3 });
    const gate = baselineOf({ ...CHOICE, base: three, name: 'main', maxRegression: 0.05, differences: [] });
    const finding = judgeBaseline(three, gate).find(({ metric }) => metric === 'endpoint-cpu-per-message');
    expect(finding).toMatchObject({ word: 'inconclusive', value: 1 });
    expect(finding?.because).toMatch(/too few trials for an interval of 95 %$/);
  });
});

describe('what is counted', () => {
  const withWire = (more: number) =>
    changed((measurement) => ({
      ...measurement,
      bytes: { ...measurement.bytes, wireUp: bytes((measurement.bytes.wireUp ?? 0) + more * measurement.calls.ok) },
    }));
  test.each([
    [0, 'pass', 'equivalent', /, counted: equal$/],
    [1, 'fail', 'slower', /, counted: worse$/],
    [-1, 'pass', 'faster', /, counted: better$/],
  ] as const)('%d bytes more per message: %s', (more, word, difference, because) => {
    const finding = found(withWire(more), 'wire-up-per-message', 10);
    expect(finding).toMatchObject({ word, difference, unit: 'bytes', smallestDetectable: 1 });
    expect(finding!.value! - finding!.limit).toBeCloseTo(more, 6);
    expect(finding?.because).toMatch(because);
  });

  test('a call that failed where none did', () => {
    const failing = withMeasurements(BASE, (measurement, { block }) =>
      block === 2
        ? { ...measurement, calls: { ...measurement.calls, ok: measurement.calls.ok - 1, timedOut: 1 } }
        : measurement,
    );
    expect(found(failing, 'calls-failed')).toMatchObject({ word: 'fail', value: 1, limit: 0, unit: 'count' });
  });
});

test('what this run does not have is open', () => {
  const wrong = changed((measurement) => ({ ...measurement, doubts: [{ kind: 'wrong-answers', count: 1 }] }));
  const findings = judgeBaseline(wrong, gateOf(BASE)).filter(({ armId }) => armId === 'websocket');
  expect(findings.map(({ word, value }) => [word, value])).toEqual(findings.map(() => ['inconclusive', null]));
  expect(findings.length).toBeGreaterThan(10);
});

test('what the baseline should have and has not is open, and not forgotten', () => {
  const wrong = changed((measurement) => ({ ...measurement, doubts: [{ kind: 'wrong-answers', count: 1 }] }));
  const gate = gateOf(wrong);
  expect(gate.values.map(keyOf)).toEqual(gateOf(BASE).values.map(keyOf));
  const findings = judgeBaseline(BASE, gate).filter(({ armId }) => armId === 'websocket');
  expect(new Set(findings.map(({ word, because }) => `${word}: ${because}`))).toEqual(
    new Set(['inconclusive: the baseline has no value of it in every trial']),
  );
  // Nobody expects bytes where there is no wire.
  const noWire = changed((measurement) => ({
    ...measurement,
    bytes: { ...measurement.bytes, wireUp: null, driverWireUp: null },
  }));
  const metrics = gateOf(noWire)
    .values.filter(({ armId }) => armId === 'websocket')
    .map(({ metric }) => metric);
  expect(metrics).not.toContain('wire-up-per-message');
  expect(metrics).toContain('calls-failed');
});

test('the judge asks it, and says what two runs cannot know of each other', () => {
  const gated = (record: RunRecord): RunRecord => ({
    ...record,
    plan: { ...record.plan, gate: { thresholds: [], baseline: gateOf(BASE, 0.5), reruns: 0 } },
  });
  expect(judge(gated(BASE))).toMatchObject({ word: 'pass', notes: [expect.stringContaining('share no blocks')] });
  expect(judge(gated(withCpu(2)))?.word).toBe('fail');
  const foreign = { ...gateOf(BASE), normalised: true, differences: ['cores', 'kernel'] };
  expect(baselineNotes(foreign)[1]).toMatch(/^The machines differ in cores, kernel: times are divided by/);
});
