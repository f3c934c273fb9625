/** Whether a run measured what it set out to. A load generator that exits 0 after measuring nothing has lied to its CI job. */
import type { RunRecord } from '../result/record.ts';
import { escapeUnprintable } from '../scenario/wording.ts';
import { summarise } from '../stats/summarise.ts';
import type { ArmCell, CellSummary } from '../stats/summary.ts';

/** One line per failure; none for a run that is whole. */
export function whatFailed(record: RunRecord): readonly string[] {
  const summary = summarise(record);
  const failedTrials = summary.failedTrials.map(
    ({ trialIndex, armId, error }) => `trial ${trialIndex + 1} (${armId}) failed: ${escapeUnprintable(error)}`,
  );
  const cells = summary.cells.flatMap((cell) => cell.arms.flatMap((arm) => cellFailure(cell, arm)));
  return record.trials.every((trial) => trial.status === 'failed') ? [...new Set(failedTrials), 'Nothing was measured.'] : [...cells];
}

function cellFailure({ cell }: CellSummary, arm: ArmCell): string[] {
  const what = `${escapeUnprintable(cell.id)} over ${arm.armId}`;
  if (arm.validTrials === 0) return [`${what}: no valid measurement in ${arm.invalidTrials} trials${because(arm)}`];
  const slow = arm.doubts.filter(({ doubt }) => doubt.kind === 'rate-not-reached').length;
  return slow === arm.validTrials ? [`${what}: the offered rate was not reached in any trial`] : [];
}

function because(arm: ArmCell): string {
  for (const { doubt } of arm.doubts) {
    if (doubt.kind === 'nothing-measured' || doubt.kind === 'books-do-not-balance') return `: ${escapeUnprintable(doubt.detail)}`;
    if (doubt.kind === 'wrong-answers') return `: ${doubt.count} wrong, misrouted, duplicated or unreadable answers`;
  }
  return '';
}
