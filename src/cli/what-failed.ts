/** Whether a run measured what it set out to. A load generator that exits 0 after measuring nothing has lied to its CI job. */
import { isValid, type RunRecord, whyUnsupported } from '../result/record.ts';
import { escapeUnprintable } from '../scenario/wording.ts';
import { summarise } from '../stats/summarise.ts';
import type { ArmCell, CellSummary } from '../stats/summary.ts';

/** One line per failure; none for a run that is whole. */
export function whatFailed(record: RunRecord): readonly string[] {
  const summary = summarise(record);
  const failedTrials = summary.failedTrials.map(({ trialIndex, armId, error }) => ({
    armId,
    line: `trial ${trialIndex + 1} (${armId}) failed: ${escapeUnprintable(error)}`,
  }));
  if (record.trials.every((trial) => trial.status === 'failed'))
    return [...failedTrials.map(({ line }) => line), 'Nothing was measured.'];
  const cells = summary.cells.flatMap((cell) => cell.arms.flatMap((arm) => cellFailure(record, cell, arm)));
  // A trial that failed is a failure of the run where its arm was left without a number, and a doubt where others stood in.
  const bare = new Set(
    summary.cells.flatMap(({ cell, arms }) =>
      arms
        .filter((arm) => arm.validTrials === 0 && whyUnsupported(record, arm.armId, cell.id) === undefined)
        .map((arm) => arm.armId),
    ),
  );
  return [...failedTrials.filter(({ armId }) => bare.has(armId)).map(({ line }) => line), ...cells];
}

function cellFailure(record: RunRecord, { cell }: CellSummary, arm: ArmCell): string[] {
  if (whyUnsupported(record, arm.armId, cell.id) !== undefined) return [];
  const what = `${escapeUnprintable(cell.id)} over ${arm.armId}`;
  if (arm.validTrials === 0) return [`${what}: no valid measurement in ${counted(arm.invalidTrials)}${because(arm)}`];
  // Of the trials that count: what an invalid one reached says nothing.
  const counting = record.trials
    .filter(({ armId }) => armId === arm.armId)
    .flatMap(({ measurements }) =>
      measurements.filter((measurement) => measurement.cellId === cell.id && isValid(measurement)),
    );
  return counting.every(({ doubts }) => doubts.some(({ kind }) => kind === 'rate-not-reached'))
    ? [`${what}: the offered rate was not reached in any trial`]
    : [];
}

const counted = (trials: number): string => (trials === 1 ? '1 trial' : `${trials} trials`);

function because(arm: ArmCell): string {
  for (const { doubt } of arm.doubts) {
    if (doubt.kind === 'nothing-measured' || doubt.kind === 'books-do-not-balance')
      return `: ${escapeUnprintable(doubt.detail)}`;
    if (doubt.kind === 'wrong-answers') return `: ${doubt.count} wrong, misrouted, duplicated or unreadable answers`;
  }
  return '';
}
