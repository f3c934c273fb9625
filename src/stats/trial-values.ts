/** One metric of one arm in one cell, trial by trial, and why some trials do not have it. */
import { attemptOf } from '../result/attempts.ts';
import { isValid, type Measurement, type RunRecord } from '../result/record.ts';
import type { MetricName } from '../scenario/metric.ts';
import { METRICS } from './metrics.ts';
import { runsOf } from './runs.ts';

/** What one valid trial measured. */
export interface TrialValue {
  readonly block: number;
  /** Which time the block was measured. */
  readonly attempt: number;
  readonly value: number;
}

export interface TrialValues {
  /** In order of execution. */
  readonly values: readonly TrialValue[];
  /** Valid trials in which the metric is not to be had: too few samples, or calls that nobody knows the end of. */
  readonly lacking: number;
  /** Trials that failed, were not measured, or whose measurement is wrong. */
  readonly invalid: number;
  /** Whether the arm has such a thing at all: without a wire there are no bytes on it, and no processor time of an endpoint that nobody can look into. */
  readonly possible: boolean;
}

const NOTHING: TrialValues = { values: [], lacking: 0, invalid: 0, possible: true };

/** Of the trials that count. Nothing for an arm or a cell that the plan does not have. */
export function trialValues(record: RunRecord, armId: string, cellId: string, metric: MetricName): TrialValues {
  const arm = record.plan.arms.find(({ id }) => id === armId);
  const cell = record.plan.cells.find(({ id }) => id === cellId);
  if (arm === undefined || cell === undefined) return NOTHING;
  const runs = runsOf(record, arm, cell);
  const valid = runs.flatMap(({ trial, measurement }) =>
    measurement !== undefined && isValid(measurement) ? [{ trial, measurement }] : [],
  );
  const values = valid.flatMap(({ trial, measurement }): readonly TrialValue[] => {
    const value = METRICS[metric].valueOf(measurement);
    return value === undefined ? [] : [{ block: trial.block, attempt: attemptOf(trial), value }];
  });
  return {
    values,
    lacking: valid.length - values.length,
    invalid: runs.length - valid.length,
    possible: valid.length === 0 || valid.some(({ measurement }) => canHave(measurement, metric)),
  };
}

function canHave({ bytes, endpoint }: Measurement, metric: MetricName): boolean {
  if (/^(wire|overhead)-/.test(metric)) return bytes.wireUp !== null || bytes.driverWireUp !== null;
  return !metric.startsWith('endpoint-') || endpoint !== null;
}
