import { describe, expect, it } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { attemptOf, countingTrials, discardedTrials, isWhole } from './attempts.ts';
import type { RunRecord, TrialResult } from './record.ts';

const RECORD = fixtureRecord({ blocks: 2 });

/** The trials of a block, measured again. */
const again = (block: number, attempt: number, trials: readonly TrialResult[] = RECORD.trials): TrialResult[] =>
  trials.filter((trial) => trial.block === block).map((trial) => ({ ...trial, attempt }));

const withTrials = (trials: readonly TrialResult[]): RunRecord => ({ ...RECORD, trials });
const words = (trials: readonly TrialResult[]): readonly string[] =>
  trials.map((trial) => `${trial.block} ${trial.armId} ${attemptOf(trial)}`);

describe('countingTrials', () => {
  it('is every trial where none was measured again', () => {
    expect(countingTrials(RECORD)).toEqual(RECORD.trials);
    expect(discardedTrials(RECORD)).toEqual([]);
  });

  it('takes the last attempt of a block for all of its arms, and keeps the others', () => {
    const record = withTrials([...RECORD.trials, ...again(1, 1), ...again(1, 2)]);
    const attempts = countingTrials(record).map((trial) => [trial.block, attemptOf(trial)]);
    expect(new Set(attempts.map(String))).toEqual(new Set(['0,0', '1,2']));
    expect(countingTrials(record)).toHaveLength(RECORD.trials.length);
    expect(discardedTrials(record)).toHaveLength(record.trials.length - RECORD.trials.length);
  });

  it('goes back to the last whole attempt where the one after was cut off', () => {
    const record = withTrials([...RECORD.trials, ...again(1, 1).slice(0, 1)]);
    expect(words(countingTrials(record))).toEqual(words(RECORD.trials));
  });

  it('takes the last of a block that never was whole', () => {
    const [first] = RECORD.trials;
    if (first === undefined) throw new Error('the fixture has no trial');
    expect(words(countingTrials(withTrials([first, { ...first, attempt: 1 }])))).toEqual([
      `${first.block} ${first.armId} 1`,
    ]);
  });
});

describe('isWhole', () => {
  it('is so where every planned trial was measured, however often', () => {
    expect(isWhole(RECORD)).toBe(true);
    expect(isWhole(withTrials([...RECORD.trials, ...again(0, 1), ...again(0, 2)]))).toBe(true);
    expect(isWhole(withTrials([]))).toBe(false);
  });

  it('is not where one is missing, be it of a later attempt only', () => {
    expect(isWhole(withTrials(RECORD.trials.slice(1)))).toBe(false);
    expect(isWhole(withTrials(RECORD.trials.slice(0, -1)))).toBe(false);
    expect(isWhole(withTrials([...RECORD.trials, ...again(1, 1).slice(0, 1)]))).toBe(false);
  });

  it('asks for nothing after the block that the run was ended after', () => {
    const first = withTrials(RECORD.trials.filter(({ block }) => block === 0));
    expect(isWhole(first)).toBe(false);
    expect(isWhole({ ...first, stopped: { afterBlock: 0, because: 'decided' } })).toBe(true);
  });
});
