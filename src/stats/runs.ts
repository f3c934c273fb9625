/** Which measurements of a record belong to an arm in a cell, and which of them may be shown. */
import { countingTrials } from '../result/attempts.ts';
import { isValid, type Measurement, type RunRecord, type TrialResult } from '../result/record.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';

/** One trial's part in one cell; without a measurement when the trial did not get that far. */
export interface Run {
  readonly trial: TrialResult;
  readonly measurement: Measurement | undefined;
}

/** A measurement that may be shown, with its block. */
export interface Valid {
  readonly block: number;
  readonly measurement: Measurement;
}

/** The arm's trials that were to hold the cell; of a block that was measured again, the attempt that counts. */
export function runsOf(record: RunRecord, arm: Arm, cell: Cell): readonly Run[] {
  const planned = new Set(
    record.plan.trials.filter(({ cellIds }) => cellIds.includes(cell.id)).map(({ index }) => index),
  );
  return countingTrials(record)
    .filter((trial) => trial.armId === arm.id && planned.has(trial.index))
    .map((trial) => ({ trial, measurement: trial.measurements.find(({ cellId }) => cellId === cell.id) }));
}

export function validOf(runs: readonly Run[]): readonly Valid[] {
  return runs.flatMap(({ trial, measurement }) =>
    measurement !== undefined && isValid(measurement) ? [{ block: trial.block, measurement }] : [],
  );
}
