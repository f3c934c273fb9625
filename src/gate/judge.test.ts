import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import type { GateWord } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import { parseThreshold, resolveThreshold } from '../scenario/threshold.ts';
import { judge, wordOf } from './judge.ts';

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
