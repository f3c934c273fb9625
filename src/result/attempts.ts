/** A block that something disturbed is measured again, all of its arms: which attempt counts, and what the others are kept for. */
import type { RunRecord, TrialResult } from './record.ts';

/** 0 for the first time a block is measured. */
export const attemptOf = ({ attempt = 0 }: Pick<TrialResult, 'attempt'>): number => attempt;

/** The trials that numbers are made of: of each block its last whole attempt, or where none is whole, its last. */
export function countingTrials(record: Pick<RunRecord, 'plan' | 'trials'>): readonly TrialResult[] {
  const counting = countingAttempts(record);
  return record.trials.filter((trial) => counting.get(trial.block) === attemptOf(trial));
}

/** The trials that were measured and then measured again. */
export function discardedTrials(record: Pick<RunRecord, 'plan' | 'trials'>): readonly TrialResult[] {
  const counting = countingAttempts(record);
  return record.trials.filter((trial) => counting.get(trial.block) !== attemptOf(trial));
}

/** Whether every planned trial was measured, and no attempt at a block was cut off. */
export function isWhole({ plan, trials }: Pick<RunRecord, 'plan' | 'trials'>): boolean {
  const attempts = tally(trials.map((trial) => `${trial.index} ${attemptOf(trial)}`));
  const last = new Map<number, number>();
  for (const trial of trials) last.set(trial.block, Math.max(last.get(trial.block) ?? 0, attemptOf(trial)));
  return plan.trials.every(({ index, block }) => attempts.has(`${index} ${last.get(block) ?? 0}`));
}

function countingAttempts({ plan, trials }: Pick<RunRecord, 'plan' | 'trials'>): ReadonlyMap<number, number> {
  const arms = tally(plan.trials.map(({ block }) => block));
  const seen = new Map<number, Map<number, number>>();
  for (const trial of trials) {
    const attempts = seen.get(trial.block) ?? new Map<number, number>();
    seen.set(trial.block, attempts.set(attemptOf(trial), (attempts.get(attemptOf(trial)) ?? 0) + 1));
  }
  return new Map(
    [...seen].map(([block, attempts]) => {
      const whole = [...attempts].filter(([, count]) => count === arms.get(block)).map(([attempt]) => attempt);
      return [block, Math.max(...(whole.length > 0 ? whole : attempts.keys()))];
    }),
  );
}

function tally<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
