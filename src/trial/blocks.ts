/**
 * One block, measured until nothing disturbs it any more. A block is measured again as a whole, all of its arms, in the
 * same order and with the same seeds: a single arm measured again would be compared with what was measured at another
 * time. Why it is measured again is never a time of the endpoint; see `DISTURBING`.
 */
import { type Doubt, type TrialResult, disturbancesOf } from '../result/record.ts';
import type { PlannedTrial } from '../scenario/plan.ts';

/** Beyond the first. What is still there after these is no disturbance but the way it is. */
export const MOST_RERUNS_OF_A_BLOCK = 2;

/** Why a block is about to be measured again. */
export interface Disturbance {
  readonly block: number;
  /** Of the attempt that is to come: 1 for the first repetition. */
  readonly attempt: number;
  /** What disturbed the attempt before, trial by trial. */
  readonly doubts: readonly Doubt[];
  /** Trials of the attempt before that failed. */
  readonly failedTrials: number;
}

export interface BlockContext {
  /** Measures one trial of the block; `undefined` when it was given up and nothing more is to be measured. */
  readonly measure: (trial: PlannedTrial, attempt: number) => Promise<TrialResult | undefined>;
  /** Whether the next trial is to be left out, with all that would come after it. */
  readonly isOver: () => boolean;
  /** How often blocks may still be measured again, over the whole run. */
  readonly reruns: number;
  readonly onAgain: (disturbance: Disturbance) => void;
}

export interface BlockOutcome {
  /** How many of the reruns were begun. */
  readonly reruns: number;
  /** Whether its last attempt went to its end. */
  readonly whole: boolean;
}

/** Measures the trials of one block, in order, and all of them again while something disturbs them and reruns are left. */
export async function runBlock(trials: readonly PlannedTrial[], context: BlockContext): Promise<BlockOutcome> {
  for (let attempt = 0; ; attempt += 1) {
    const results = await runAttempt(trials, attempt, context);
    if (results === undefined) return { reruns: attempt, whole: false };
    const disturbance = disturbanceOf(results, attempt);
    const left = Math.min(context.reruns, MOST_RERUNS_OF_A_BLOCK) - attempt;
    if (disturbance === undefined || left <= 0 || context.isOver()) return { reruns: attempt, whole: true };
    context.onAgain(disturbance);
  }
}

async function runAttempt(
  trials: readonly PlannedTrial[],
  attempt: number,
  { measure, isOver }: BlockContext,
): Promise<readonly TrialResult[] | undefined> {
  const results: TrialResult[] = [];
  for (const trial of trials) {
    const result = isOver() ? undefined : await measure(trial, attempt);
    if (result === undefined) return undefined;
    results.push(result);
  }
  return results;
}

/** `undefined` where every trial was completed and no measurement disturbed, be it fit to be shown or not. */
function disturbanceOf(results: readonly TrialResult[], attempt: number): Disturbance | undefined {
  const doubts = results.flatMap(({ measurements }) => measurements.flatMap(disturbancesOf));
  const failedTrials = results.filter(({ status }) => status === 'failed').length;
  const [first] = results;
  if (first === undefined || doubts.length + failedTrials === 0) return undefined;
  return { block: first.block, attempt: attempt + 1, doubts, failedTrials };
}

/** The plan's trials, block by block, in the order of the plan. */
export function blocksOf(trials: readonly PlannedTrial[]): readonly (readonly PlannedTrial[])[] {
  const blocks = new Map<number, PlannedTrial[]>();
  for (const trial of trials) blocks.set(trial.block, [...(blocks.get(trial.block) ?? []), trial]);
  return [...blocks.values()];
}
