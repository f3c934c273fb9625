import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import type { GateWord } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import { parseThreshold, resolveThreshold } from '../scenario/threshold.ts';
import { judge, wordOf } from './judge.ts';
import { judgePairs } from './pairs.ts';

const CELLS = FIXTURE_CELLS.filter(({ id }) => id === 'tool-calls');
const RECORD = fixtureRecord({ cells: CELLS });

function gated(record: RunRecord, ...texts: readonly string[]): RunRecord {
  const thresholds = texts.map((text) => resolveThreshold(parseThreshold(text), record.plan));
  return { ...record, plan: { ...record.plan, gate: { thresholds, reruns: 0 } } };
}

const HOLDS = 'response-time.p50 < 10s';
const BREAKS = 'response-time.p50 > 10s';
const OPEN = 'response-time.p99 < 9s';

test('nothing asked, no verdict', () => {
  expect(judge(RECORD)).toBeNull();
  expect(judge(gated(RECORD))).toBeNull();
});

test('the worst of its findings is the verdict', () => {
  const few = fixtureRecord({ cells: CELLS, blocks: 3 });
  expect(judge(gated(RECORD, HOLDS))).toMatchObject({ word: 'pass', notes: [] });
  expect(judge(gated(RECORD, HOLDS, BREAKS))?.word).toBe('fail');
  expect(judge(gated(few, 'calls-failed <= 0', OPEN))?.word).toBe('inconclusive');
  expect(judge(gated(few, OPEN, 'calls-failed > 0'))?.word).toBe('fail');
  expect(judge(gated(RECORD, HOLDS, OPEN))?.findings).toHaveLength(4);
});

test('one word for many', () => {
  expect(wordOf([])).toBe('inconclusive');
  const words = fc.array(fc.constantFrom<GateWord>('pass', 'fail', 'inconclusive'), { minLength: 1 });
  fc.assert(
    fc.property(words, (words) => {
      const rank: Readonly<Record<GateWord, number>> = { pass: 0, inconclusive: 1, fail: 2 };
      expect(wordOf(words)).toBe(words.toSorted((a, b) => rank[b] - rank[a])[0]);
    }),
  );
});

test('what was measured again, and what was cut off, is said', () => {
  const [first] = RECORD.trials;
  const again = RECORD.trials.filter(({ block }) => block === first!.block).map((trial) => ({ ...trial, attempt: 1 }));
  const record: RunRecord = { ...RECORD, status: 'partial', trials: [...again, ...RECORD.trials] };
  expect(judge(gated(record, HOLDS))?.notes).toEqual([
    '1 block was disturbed and measured again.',
    'The run was cut off after 14 of 12 trials.',
  ]);
});

test('a verdict that disturbed attempts would change is none', () => {
  const block = RECORD.trials[0]!.block;
  const discarded = RECORD.trials
    .filter((trial) => trial.block === block)
    .map((trial) => ({
      ...trial,
      measurements: trial.measurements.map((one) => ({
        ...one,
        calls: { ...one.calls, due: one.calls.due + 1, timedOut: one.calls.timedOut + 1 },
      })),
    }));
  const again = RECORD.trials
    .filter((trial) => trial.block === block)
    .map((trial) => ({ ...trial, attempt: 1, measurements: trial.measurements.map((one) => ({ ...one })) }));
  const others = RECORD.trials.filter((trial) => trial.block !== block);
  const record: RunRecord = { ...RECORD, trials: [...discarded, ...again, ...others] };
  const cleared: RunRecord = {
    ...record,
    trials: record.trials.map((trial) =>
      discarded.includes(trial as (typeof discarded)[number]) ? trial : withoutFailures(trial),
    ),
  };
  const verdict = judge(gated(cleared, 'calls-failed <= 0'));
  expect(verdict?.word).toBe('inconclusive');
  expect(verdict?.findings.map(({ word }) => word)).toEqual(['pass', 'pass']);
  expect(verdict?.notes.at(-1)).toBe(
    'Of the blocks as they are the verdict is pass; with their disturbed attempts put back it is fail: undecided.',
  );
  expect(judge(gated(cleared, HOLDS))?.word).toBe('pass');
});

/** As if every call had been answered. */
const withoutFailures = (trial: RunRecord['trials'][number]): RunRecord['trials'][number] => ({
  ...trial,
  measurements: trial.measurements.map((one) => ({
    ...one,
    calls: { ...one.calls, due: one.calls.ok, rejected: 0, disconnected: 0, wrong: 0, timedOut: 0, dropped: 0 },
  })),
});

test('pairs of base and head have a part in it', () => {
  const comparison = {
    cellId: 'tool-calls',
    armId: 'websocket',
    baseArmId: 'sse',
    metric: 'response-time.p50',
    floor: 0.03,
    margin: 0.05,
    exact: false,
  } as const;
  const pairs = { base: 'base', head: 'head', family: [comparison], looks: [6], alpha: 0.05 };
  const record = { ...RECORD, plan: { ...RECORD.plan, gate: { thresholds: [], pairs, reruns: 0 } } };
  expect(judge(record)).toMatchObject({
    word: judgePairs(record, pairs).word,
    findings: judgePairs(record, pairs).findings,
  });
  expect(judge(record)?.findings).toHaveLength(1);
  expect(judge(record)?.word).not.toBe('inconclusive');
});
