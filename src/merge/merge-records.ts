/** Records of several drivers, or machines, that went through the same plan, as one record. */
import { PrecisionError } from '../measure/histogram.ts';
import { attemptOf } from '../result/attempts.ts';
import type { RunRecord, TrialResult } from '../result/record.ts';
import { checkBelonging, type NamedRecord } from './belonging.ts';
import { MergeError } from './merge-error.ts';
import { mergeTrials } from './merge-trials.ts';

/**
 * Trial by trial, in whatever order the records are named: the same records give the same result. `version` is that of
 * the program that merges. Studies, control workloads and ceilings stay behind: they say something of one machine, and nothing
 * of theirs can be added. Throws a {@link MergeError} for records that do not belong together.
 */
export function mergeRecords(named: readonly NamedRecord[], version: string): RunRecord {
  checkBelonging(named);
  const [first, ...others] = inOrder(named);
  if (first === undefined) throw new RangeError('there is no record to be merged');
  const { record } = first;
  // Ceilings are of each driver by itself, and of none of their sums.
  const { controls: _controls, ceilings: _ceilings, findings: _findings, ...rest } = record;
  const all = [first, ...others].map((one) => one.record);
  return {
    ...rest,
    tool: { ...record.tool, version },
    finishedAt: all.flatMap(({ finishedAt }) => finishedAt ?? []).reduce((a, b) => (a > b ? a : b), record.startedAt),
    plan: { ...record.plan, studies: [] },
    trials: record.trials.map((trial) => mergeCounterparts(trial, others)),
    studies: [],
    mergedFrom: all.map(({ startedAt, finishedAt, environment }) => ({
      startedAt,
      ...(finishedAt === null ? {} : { finishedAt }),
      environment,
    })),
  };
}

/** The earliest first; of those that began in the same instant, by what they hold. */
function inOrder(named: readonly NamedRecord[]): readonly NamedRecord[] {
  const keyed = named.map((one) => ({ one, key: `${one.record.startedAt} ${JSON.stringify(one.record)}` }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ one }) => one);
}

function mergeCounterparts(trial: TrialResult, others: readonly NamedRecord[]): TrialResult {
  const counterparts = others.map((one) => ({ ...one, trial: counterpartOf(trial, one) }));
  try {
    return mergeTrials(
      trial,
      counterparts.map((one) => one.trial),
    );
  } catch (error) {
    if (!(error instanceof PrecisionError)) throw error;
    const paths = others.map(({ path }) => path).join(', ');
    throw new MergeError(paths, `trial ${trial.index}: ${error.message}; merge records that are equally precise`);
  }
}

function counterpartOf(trial: TrialResult, { record, path }: NamedRecord): TrialResult {
  const found = record.trials.find((one) => one.index === trial.index && attemptOf(one) === attemptOf(trial));
  if (found === undefined) throw new Error(`${path} has no trial ${trial.index}`);
  return found;
}
