/** Whether a run measured what it set out to. A load generator that exits 0 after measuring nothing has lied to its CI job. */
import { countingTrials } from '../result/attempts.ts';
import { isValid, type RunRecord } from '../result/record.ts';
import { isPlanned } from '../scenario/plan.ts';
import { escapeUnprintable } from '../scenario/wording.ts';
import type { Subject } from '../scenario/study.ts';
import { studySteps } from '../stats/study-steps.ts';
import { summarise } from '../stats/summarise.ts';
import type { ArmCell, CellSummary } from '../stats/summary.ts';

/** One line per failure; none for a run that is whole. */
export function whatFailed(record: RunRecord): readonly string[] {
  const summary = summarise(record);
  const failedTrials = summary.failedTrials.map(({ trialIndex, armId, error }) => ({
    armId,
    line: `trial ${trialIndex + 1} (${armId}) failed: ${escapeUnprintable(error)}`,
  }));
  const failedSteps = stepFailures(record);
  if (record.trials.every((trial) => trial.status === 'failed') && !hasMeasuredStep(record))
    return [...failedTrials.map(({ line }) => line), ...failedSteps, 'Nothing was measured.'];
  const cells = summary.cells.flatMap((cell) => cell.arms.flatMap((arm) => cellFailure(record, cell, arm)));
  // A trial that failed is a failure of the run where its arm was left without a number, and a doubt where others stood in.
  const bare = new Set(
    summary.cells.flatMap(({ cell, arms }) =>
      arms.filter((arm) => arm.validTrials === 0 && isPlanned(record.plan, arm.armId, cell.id)).map((arm) => arm.armId),
    ),
  );
  return [...failedTrials.filter(({ armId }) => bare.has(armId)).map(({ line }) => line), ...cells, ...failedSteps];
}

const hasMeasuredStep = ({ studies }: RunRecord): boolean =>
  studies.some(({ steps }) => steps.some(({ status }) => status === 'measured'));

/** One line for each subject of a study that failed whenever it was tried. */
function stepFailures(record: RunRecord): readonly string[] {
  return record.plan.studies.flatMap(({ name, study }) => {
    const bySubject = groupBySubject(studySteps(record, study, name));
    return [...bySubject].flatMap(([subject, steps]) => {
      const errors = steps.flatMap(({ outcome }) => (outcome.status === 'failed' ? [outcome.error] : []));
      return errors.length < steps.length
        ? []
        : [`${name} (${escapeUnprintable(subject)}) failed: ${escapeUnprintable(errors[0] ?? '')}`];
    });
  });
}

function groupBySubject<S extends { readonly subject: Subject }>(
  steps: readonly S[],
): ReadonlyMap<string, readonly S[]> {
  const groups = new Map<string, S[]>();
  for (const step of steps) {
    const key = Object.values(step.subject).join(', ');
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  return groups;
}

function cellFailure(record: RunRecord, { cell }: CellSummary, arm: ArmCell): string[] {
  if (!isPlanned(record.plan, arm.armId, cell.id)) return [];
  const what = `${escapeUnprintable(cell.id)} over ${arm.armId}`;
  if (arm.validTrials === 0) return [`${what}: no valid measurement in ${counted(arm.invalidTrials)}${because(arm)}`];
  // Of the trials that count: what an invalid one reached says nothing.
  const counting = countingTrials(record)
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
