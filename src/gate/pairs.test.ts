import { describe, expect, it } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { failedAfter, fixtureRecord, withMeasurements, withTrials } from '../../test/fixtures/record.ts';
import type { Measurement, RunRecord } from '../result/record.ts';
import type { GatedComparison, PairGate } from '../scenario/gate.ts';
import { bytes, nanoseconds, seconds } from '../units.ts';
import { DEFAULT_PAIR_GATE, defaultLimitsOf } from './defaults.ts';
import { wholeBlocks } from './pair-evidence.ts';
import { judgePairs } from './pairs.ts';

const [CELL] = FIXTURE_CELLS.filter(({ id }) => id === 'tool-calls');
const BASE = 'sse';
const HEAD = 'sse#2';

const comparison = (metric: GatedComparison['metric'], special: Partial<GatedComparison> = {}): GatedComparison => ({
  cellId: 'tool-calls',
  armId: HEAD,
  baseArmId: BASE,
  metric,
  ...defaultLimitsOf(metric),
  exact: false,
  ...special,
});
const MEAN = comparison('response-time.mean');
const BYTES = comparison('wire-up-per-message', { exact: true });
const gate = (family: readonly GatedComparison[], special: Partial<PairGate> = {}): PairGate => ({
  base: 'base',
  head: 'head',
  family,
  ...DEFAULT_PAIR_GATE,
  ...special,
});

/** Half a percent of noise that repeats itself, different in each block. */
const noise = (block: number): number => 1 + 0.005 * Math.sin(7 * block + 1);
const withMean = (measurement: Measurement, meanNs: number): Measurement => ({
  ...measurement,
  responseTime: { ...measurement.responseTime, meanNs: nanoseconds(meanNs) },
});

/** Blocks in which the head's mean is so many times the base's. */
function record(blocks: number, ratioOf: (block: number) => number, planned = blocks): RunRecord {
  const whole = fixtureRecord({ blocks: planned, armIds: [BASE, HEAD], cells: CELL === undefined ? [] : [CELL] });
  const measured = withMeasurements(whole, (measurement, { armId, block }) =>
    withMean(measurement, 100_000 * (1 + block / 10) * (armId === HEAD ? ratioOf(block) * noise(block) : 1)),
  );
  return { ...measured, trials: measured.trials.filter(({ block }) => block < blocks) };
}

const steady = (ratio: number) => (): number => ratio;

describe('judgePairs', () => {
  it('fails what is worse and passes what is not, at the first look', () => {
    const worse = judgePairs(record(12, steady(1.1)), gate([MEAN]));
    expect(worse).toMatchObject({ word: 'fail', decided: true });
    expect(worse.findings).toMatchObject([
      { kind: 'pair', word: 'fail', difference: 'slower', unit: 'ratio', limit: 1.05, count: 12, armId: HEAD },
    ]);
    expect(worse.findings[0]!.value).toBeCloseTo(1.1, 2);
    expect(worse.findings[0]!.low).toBeGreaterThan(1.09);
    expect(worse.findings[0]!.high).toBeLessThan(1.11);
    const same = judgePairs(record(12, steady(1)), gate([MEAN]));
    expect(same).toMatchObject({ word: 'pass', decided: true, findings: [{ word: 'pass', difference: 'equivalent' }] });
    expect(judgePairs(record(12, steady(0.5)), gate([MEAN])).findings).toMatchObject([
      { word: 'pass', difference: 'faster' },
    ]);
  });

  it('says its numbers', () => {
    const [worse] = judgePairs(record(12, steady(1.1)), gate([MEAN])).findings;
    expect(worse!.name).toBe('response-time.mean of sse#2 against sse in tool-calls');
    expect(worse!.because).toMatch(
      /^1\.10\d× \[1\.09\d×, 1\.10\d×\]; 12 pairs; p 0\.00024, 0\.00024 among 1 \(limit 0\.0033\); smallest change seen in 4 of 5 runs 0\.\d+ %: worse, and by at least 3 %$/,
    );
    const [same] = judgePairs(record(12, steady(1)), gate([MEAN])).findings;
    expect(same!.because).toMatch(/: a change for the worse of 5 % is excluded$/);
    expect(judgePairs(record(12, steady(1)), gate([MEAN])).notes).toEqual([
      'Judged after 12 pairs (looks after 12, 20, 30; false alarms in at most 1 % of runs).',
    ]);
  });

  it('turns round what is better when there is more of it', () => {
    const rate = comparison('rate');
    const halved = withMeasurements(record(12, steady(1)), (measurement, { armId }) => ({
      ...measurement,
      elapsedNs: seconds(armId === HEAD ? 2 : 1),
      calls: { ...measurement.calls, due: 1_000, ok: 1_000 },
    }));
    const [found] = judgePairs(halved, gate([rate])).findings;
    expect(found).toMatchObject({ word: 'fail', difference: 'slower', value: 0.5 });
    expect(found!.limit).toBeCloseTo(1 / 1.05, 12);
    expect(judgePairs(halved, gate([comparison('rate', { armId: BASE, baseArmId: HEAD })])).word).toBe('pass');
  });

  it('takes the looks in order and stops at the first that decides, whatever was measured after', () => {
    // Clean for twelve blocks, twice as slow from then on: at the first look that is a pass, and stays one.
    const late = record(30, (block) => (block < 12 ? 1 : 2));
    expect(judgePairs(late, gate([MEAN]))).toMatchObject({ word: 'pass', decided: true, findings: [{ count: 12 }] });
    expect(judgePairs(late, gate([MEAN])).notes[0]).toContain('30 pairs were measured');
    // Too noisy at first, clear after twenty.
    const early = record(30, (block) => (block < 3 ? (block % 2 === 0 ? 1.5 : 0.7) : block < 12 ? 1.02 : 1.08));
    const found = judgePairs(early, gate([MEAN]));
    expect(found.findings[0]!.count).toBe(20);
    expect(found.word).toBe('fail');
  });

  it('goes on while nothing is decided, and is decided after the last look', () => {
    const noisy = (blocks: number) => record(blocks, (block) => Math.exp(0.5 * Math.sin(3 * block + 1)), 30);
    const words = [11, 12, 19, 20, 29, 30].map((blocks) => judgePairs(noisy(blocks), gate([MEAN])));
    expect(words.map(({ word }) => word)).toEqual(Array.from({ length: 6 }, () => 'inconclusive'));
    expect(words.map(({ decided }) => decided)).toEqual([false, false, false, false, false, true]);
    expect(words.map(({ findings }) => findings[0]!.count)).toEqual([11, 12, 12, 20, 20, 30]);
    expect(words[0]!.notes).toEqual(['11 pairs measured; the first look is after 12.']);
    expect(words[5]!.findings[0]!.because).toContain(
      'neither surely worse nor is 5 % excluded; this machine cannot gate it',
    );
    expect(words[5]!.notes[1]).toMatch(
      /^No evidence: this machine cannot gate response-time\.mean of sse#2 in tool-calls/,
    );
  });

  it('does not judge before the first look, however clear it is', () => {
    const clear = judgePairs(record(11, steady(3), 30), gate([MEAN, BYTES]));
    expect(clear).toMatchObject({ word: 'inconclusive', decided: false });
    expect(clear.findings.map(({ word }) => word)).toEqual(['inconclusive', 'inconclusive']);
    expect(clear.findings[0]!.because).toMatch(/before the first look$/);
    expect(judgePairs(record(0, steady(1), 30), gate([MEAN]))).toMatchObject({
      decided: false,
      findings: [{ value: null, count: 0, smallestDetectable: null, difference: 'inconclusive' }],
    });
  });

  it('shares one error rate over looks and metrics', () => {
    // Eleven of twelve are worse: p is 2 / 4096, which six metrics may share at a third of 1 %, and seven may not.
    const nearly = record(12, (block) => (block === 0 ? 0.99 : 1.1));
    const open = (count: number): GatedComparison[] => Array.from({ length: count }, () => comparison('endpoint-rss'));
    const noisyMemory = withMeasurements(nearly, (measurement, { armId, block }) => ({
      ...measurement,
      endpoint: measurement.endpoint && {
        ...measurement.endpoint,
        rssBytes: bytes(armId === HEAD && block % 2 === 0 ? 3e7 : 2e7),
      },
    }));
    expect(judgePairs(noisyMemory, gate([MEAN, ...open(5)])).word).toBe('fail');
    expect(judgePairs(noisyMemory, gate([MEAN, ...open(6)])).word).toBe('inconclusive');
    // With one look in place of three the whole 1 % is there.
    expect(judgePairs(noisyMemory, gate([MEAN, ...open(6)], { looks: [12] })).word).toBe('fail');
    expect(judgePairs(noisyMemory, gate([MEAN, ...open(13)])).notes.at(-1)).toMatch(
      /14 metrics could have failed: at most 13/,
    );
  });
});

/** What head sends more in such a block, in bytes per exchange. */
const withMoreBytes = (whole: RunRecord, more: (block: number) => number): RunRecord =>
  withMeasurements(whole, (measurement, { armId, block }) => ({
    ...measurement,
    calls: { ...measurement.calls, due: 10, ok: 10, rejected: 0, wrong: 0 },
    notifications: { ...measurement.notifications, published: 0 },
    bytes: {
      ...measurement.bytes,
      wireUp: bytes(10 * (300 + (armId === HEAD ? more(block) : 0))),
    },
  }));

describe('judgePairs, of counts', () => {
  it('compares them pair by pair for equality', () => {
    const equal = judgePairs(withMoreBytes(record(12, steady(1)), steady(0)), gate([MEAN, BYTES]));
    expect(equal).toMatchObject({ word: 'pass' });
    expect(equal.findings[1]).toMatchObject({
      value: 1,
      low: 1,
      high: 1,
      limit: 1,
      smallestDetectable: 1,
      difference: 'equivalent',
    });
    const once = judgePairs(
      withMoreBytes(record(12, steady(1)), (block) => (block === 7 ? 1 : 0)),
      gate([MEAN, BYTES]),
    );
    expect(once.word).toBe('fail');
    expect(once.findings[1]).toMatchObject({ word: 'fail', difference: 'slower', low: 1, limit: 1 });
    expect(once.findings[1]!.value).toBeCloseTo(301 / 300, 12);
    expect(once.findings[1]!.because).toBe('12 pairs, worse in 1: at worst 301 against 300 bytes');
    const fewer = judgePairs(withMoreBytes(record(12, steady(1)), steady(-5)), gate([BYTES]));
    expect(fewer.findings).toMatchObject([{ word: 'pass', difference: 'faster' }]);
  });

  it('takes a count that is now more and now less for a sample', () => {
    const mixed = withMoreBytes(record(12, steady(1)), (block) => (block % 2 === 0 ? 1 : -1));
    expect(judgePairs(mixed, gate([BYTES])).findings).toMatchObject([
      { word: 'pass', difference: 'equivalent', limit: 1.05 },
    ]);
    const more = withMoreBytes(record(12, steady(1)), (block) => (block === 0 ? -1 : 40));
    expect(judgePairs(more, gate([BYTES])).findings).toMatchObject([{ word: 'fail', difference: 'slower' }]);
  });
});

describe('judgePairs, of what is not there', () => {
  const brokenIn = (whole: RunRecord, ...blocks: number[]): RunRecord =>
    withTrials(whole, (trial) =>
      trial.armId === HEAD && blocks.includes(trial.block) ? failedAfter(trial, 0, 'it went away') : trial,
    );

  it('does not pass a head that broke in two of twelve pairs, though the others are alike', () => {
    expect(judgePairs(brokenIn(record(12, steady(1)), 3), gate([MEAN])).word).toBe('pass');
    const twice = judgePairs(brokenIn(record(12, steady(1)), 3, 5), gate([MEAN]));
    expect(twice).toMatchObject({ word: 'inconclusive', findings: [{ count: 10 }] });
    expect(twice.findings[0]!.because).toContain('10 pairs, 2 missing');
    expect(judgePairs(brokenIn(withMoreBytes(record(12, steady(1)), steady(0)), 3), gate([BYTES])).word).toBe(
      'inconclusive',
    );
  });

  it('leaves out measurements that are wrong', () => {
    const wrong = withMeasurements(
      record(12, (block) => (block === 2 ? 5 : 1)),
      (measurement, { block, armId }) =>
        block === 2 && armId === HEAD ? { ...measurement, doubts: [{ kind: 'wrong-answers', count: 1 }] } : measurement,
    );
    expect(judgePairs(wrong, gate([MEAN])).findings).toMatchObject([{ count: 11, word: 'pass' }]);
  });

  it('cannot judge what no pair has, and says so', () => {
    const found = judgePairs(
      record(12, steady(1)),
      gate([comparison('delivery.p50'), comparison('rate', { armId: 'nobody' })]),
    );
    expect(found).toMatchObject({ word: 'inconclusive', findings: [{ count: 0, value: null }, { count: 0 }] });
    expect(found.findings[0]!.because).toMatch(/^no ratio; 0 pairs, 12 missing/);
    expect(found.notes[1]).toMatch(/has no ratio to the base/);
  });

  it('counts a block that was measured again once, by its last whole attempt', () => {
    const whole = record(12, (block) => (block === 4 ? 9 : 1));
    const again = record(12, steady(1)).trials.filter(({ block }) => block === 4);
    const repeated: RunRecord = {
      ...whole,
      trials: [...whole.trials, ...again.map((trial) => ({ ...trial, attempt: 1 }))],
    };
    expect(judgePairs(repeated, gate([MEAN])).findings[0]!.high).toBeLessThan(1.01);
    expect(wholeBlocks(repeated)).toHaveLength(12);
  });

  it('leaves a block that is not whole for the next look', () => {
    const whole = record(12, steady(1));
    const cut: RunRecord = { ...whole, trials: whole.trials.slice(0, -1) };
    expect(wholeBlocks(cut)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(judgePairs(cut, gate([MEAN]))).toMatchObject({ word: 'inconclusive', decided: false });
  });
});

describe('defaultLimitsOf', () => {
  it('is stricter at the centre than in the tail', () => {
    expect(defaultLimitsOf('response-time.p50')).toEqual({ floor: 0.03, margin: 0.05 });
    expect(defaultLimitsOf('endpoint-cpu-per-message')).toEqual({ floor: 0.03, margin: 0.05 });
    expect(defaultLimitsOf('rate')).toEqual({ floor: 0.03, margin: 0.05 });
    expect(defaultLimitsOf('response-time.p99')).toEqual({ floor: 0.05, margin: 0.1 });
    expect(defaultLimitsOf('delivery.max')).toEqual({ floor: 0.05, margin: 0.1 });
  });
});
