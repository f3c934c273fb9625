/** A block that something disturbed is measured again, all of its arms: which attempt counts, and what the others are kept for. */
import type { PlannedTrial } from '../scenario/plan.ts';
import type { Control, RunRecord, TrialResult } from './record.ts';

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

/** Whether every planned trial was measured, up to where the run was ended for a reason, and no attempt at a block was cut off. */
export function isWhole({ plan, trials, stopped }: Pick<RunRecord, 'plan' | 'trials' | 'stopped'>): boolean {
  const measured = new Set(trials.map((trial) => `${trial.index} ${attemptOf(trial)}`));
  const last = new Map<number, number>();
  for (const trial of trials) last.set(trial.block, Math.max(last.get(trial.block) ?? 0, attemptOf(trial)));
  return plan.trials
    .filter(({ block }) => stopped === undefined || block <= stopped.afterBlock)
    .every(({ index, block }) => measured.has(`${index} ${last.get(block) ?? 0}`));
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

function tally(values: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/**
 * The record with every attempt at a block as a block of its own, in the order of execution, and blocks that were never
 * begun after them. Plan, trials and controls are renumbered together, so that the record is as whole as it was; the
 * findings are left out, for they are of the record as it was. An attempt that was cut off stays what it is: a block
 * with fewer trials than planned. Where no block was measured again, it is the same but for the findings.
 */
export function withDiscardedPutBack(record: RunRecord): RunRecord {
  const { plan, trials } = record;
  const begun = attemptsOf(record);
  const unbegun = distinct(plan.trials.map(({ block }) => block)).filter(
    (block) => !begun.some((one) => one.block === block),
  );
  const all = [...begun, ...unbegun.map((block): Attempt => ({ block, attempt: 0 }))];
  const placed = all.map((of, block) => ({ ...of, at: block }));
  const planned: PlannedTrial[] = [];
  /** `original index, attempt` → the index that it has now. */
  const indices = new Map<string, number>();
  for (const { block, attempt, at } of placed) {
    for (const trial of plan.trials.filter((one) => one.block === block)) {
      indices.set(`${trial.index} ${attempt}`, planned.length);
      planned.push({ ...trial, index: planned.length, block: at });
    }
  }
  const blockOf = (of: Attempt): number =>
    placed.find(({ block, attempt }) => block === of.block && attempt === of.attempt)?.at ?? of.block;
  const { stopped, controls } = record;
  return {
    ...record,
    findings: undefined,
    plan: { ...plan, blocks: Math.max(plan.blocks, all.length), trials: planned },
    trials: trials.map(({ attempt, ...trial }) => {
      const index = indices.get(`${trial.index} ${attempt ?? 0}`);
      if (index === undefined) throw new RangeError(`trial ${trial.index} is not of the plan`);
      return { ...trial, index, block: blockOf({ block: trial.block, attempt: attempt ?? 0 }) };
    }),
    ...(stopped === undefined ? {} : { stopped: { ...stopped, afterBlock: lastBlockOf(placed, stopped.afterBlock) } }),
    ...(controls === undefined ? {} : { controls: controls.map((one) => moved(one, blockOf(one))) }),
  };
}

interface Attempt {
  readonly block: number;
  readonly attempt: number;
}

/** Attempts that were begun, in order; one of which only the control was measured is one too. */
function attemptsOf({ trials, controls = [] }: Pick<RunRecord, 'trials' | 'controls'>): readonly Attempt[] {
  const attempts = [
    ...trials.map((trial) => ({ block: trial.block, attempt: attemptOf(trial) })),
    ...controls.map(({ block, attempt }) => ({ block, attempt })),
  ];
  return attempts
    .filter((one, at) => attempts.findIndex((other) => isSame(one, other)) === at)
    .toSorted((a, b) => a.block - b.block || a.attempt - b.attempt);
}

const isSame = (a: Attempt, b: Attempt): boolean => a.block === b.block && a.attempt === b.attempt;

const distinct = (values: readonly number[]): readonly number[] => [...new Set(values)];

/** Where the last attempt at the block has come to stand. */
const lastBlockOf = (placed: readonly (Attempt & { readonly at: number })[], block: number): number =>
  placed.reduce((last, one) => (one.block === block ? one.at : last), block);

const moved = (control: Control, block: number): Control => ({ ...control, block, attempt: 0 });
