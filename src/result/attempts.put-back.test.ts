import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { attemptOf, countingTrials, discardedTrials, isWhole, withDiscardedPutBack } from './attempts.ts';
import { parseRecord, serialiseRecord } from './codec.ts';

import type { Control, RunRecord, TrialResult } from './record.ts';
import { nanoseconds } from '../units.ts';

const RECORD = fixtureRecord({ blocks: 3 });
const ARMS = RECORD.plan.arms.length;

const control = (block: number, attempt: number): Control => ({
  block,
  attempt,
  exchanges: 10,
  p50Ns: nanoseconds(1_000 * block + attempt),
  cpuUs: 1,
});

/** Each block so often, in the order of execution; of the last attempt of all, the last trials cut off. */
function measuredAgain(attempts: readonly number[], cut = 0): RunRecord {
  const trials = attempts.flatMap((times, block) =>
    Array.from({ length: times }, (_, attempt) =>
      RECORD.trials
        .filter((trial) => trial.block === block)
        .map((trial): TrialResult => (attempt === 0 ? trial : { ...trial, attempt })),
    ).flat(),
  );
  const controls = attempts.flatMap((times, block) =>
    Array.from({ length: times }, (_, attempt) => control(block, attempt)),
  );
  return { ...RECORD, trials: cut === 0 ? trials : trials.slice(0, -cut), controls };
}

describe('withDiscardedPutBack', () => {
  it('changes nothing where nothing was measured again', () => {
    expect(withDiscardedPutBack(RECORD)).toEqual(RECORD);
  });

  it('makes a block of every attempt, in the order of execution', () => {
    const record = withDiscardedPutBack({
      ...measuredAgain([1, 3, 1]),
      stopped: { afterBlock: 1, because: 'decided' },
    });
    expect(record.plan.blocks).toBe(5);
    expect(record.trials.map(({ block }) => block)).toEqual(
      [0, 1, 2, 3, 4].flatMap((block) => Array.from({ length: ARMS }, () => block)),
    );
    expect(record.trials.map(({ index }) => index)).toEqual(record.plan.trials.map(({ index }) => index));
    expect(record.stopped?.afterBlock).toBe(3);
    expect(record.controls?.map(({ block, attempt, p50Ns }) => [block, attempt, p50Ns])).toEqual([
      [0, 0, 0],
      [1, 0, 1_000],
      [2, 0, 1_001],
      [3, 0, 1_002],
      [4, 0, 2_000],
    ]);
  });

  it('leaves out the findings of the record as it was', () => {
    const findings = { estimates: [], comparisons: [], claims: [], gate: null };
    expect(withDiscardedPutBack({ ...RECORD, findings }).findings).toBeUndefined();
  });

  it('refuses a trial that no plan holds', () => {
    const [first] = RECORD.trials;
    if (first === undefined) throw new Error('the fixture has no trial');
    expect(() => withDiscardedPutBack({ ...RECORD, trials: [{ ...first, index: 99 }] })).toThrow('trial 99');
  });

  it('loses no trial, counts every one, and is a record that can be read', () => {
    const anyAttempts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(anyAttempts, fc.nat(ARMS - 1), (attempts, cut) => {
        const before = measuredAgain(attempts, cut);
        const after = withDiscardedPutBack(before);
        const what = (trials: readonly TrialResult[]) =>
          trials.map((trial) => [trial.armId, trial.status, trial.measurements]);
        expect(what(after.trials)).toEqual(what(before.trials));
        expect(countingTrials(after)).toEqual(after.trials);
        expect(discardedTrials(after)).toEqual([]);
        expect(after.trials.map(attemptOf)).toEqual(after.trials.map(() => 0));
        // As many of each block of the plan as there were attempts at it, and one where there was none.
        expect(after.plan.trials).toHaveLength(attempts.reduce((sum, times) => sum + Math.max(1, times), 0) * ARMS);
        expect(isWhole(after)).toBe(cut === 0 && attempts.every((times) => times > 0));
        expect(parseRecord(serialiseRecord(after), 'again.json').trials).toHaveLength(before.trials.length);
      }),
      { numRuns: 25 },
    );
  });
});
