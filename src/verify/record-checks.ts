/** Whether a record that could be read is consistent in what the reading leaves out. */
import type { RunRecord, TrialResult } from '../result/record.ts';
import { type Place, placeText } from '../scenario/scenario-error.ts';
import { quote } from '../scenario/wording.ts';
import type { Contradiction } from './contradiction.ts';
import { measurementContradictions } from './measurement-checks.ts';
import { studyContradictions } from './study-checks.ts';

/** A contradiction with its place in the whole record. */
export interface Inconsistency {
  readonly what: string;
  readonly got: string;
  readonly expected: string;
}

/** Everything in the record that contradicts the rest of it. Nothing is compared with what the record comes to. */
export function inconsistenciesOf(record: RunRecord): readonly Inconsistency[] {
  return [
    ...datesOf(record).map((one) => located([], one)),
    ...record.trials.flatMap((trial, at) => trialInconsistencies(record, trial, ['trials', at])),
    ...record.studies.flatMap((study, at) =>
      studyContradictions(study).map((one) => located(['studies', at, ...one.place], one)),
    ),
  ];
}

const located = (place: Place, { key, got, expected }: Contradiction): Inconsistency => ({
  what: place.length === 0 ? key : `${placeText(place)}.${key}`,
  got,
  expected,
});

function datesOf({ status, startedAt, finishedAt }: RunRecord): readonly Contradiction[] {
  if (finishedAt === null)
    return status === 'running' ? [] : [{ key: 'finishedAt', got: 'null', expected: `a date, for it is ${status}` }];
  return secondsOf(finishedAt) >= secondsOf(startedAt)
    ? []
    : [{ key: 'finishedAt', got: finishedAt, expected: `a date after ${startedAt}, its start` }];
}

/** Of a date in UTC, up to the seconds: there, the order of such texts is the order of time. */
const secondsOf = (date: string): string => date.slice(0, 'YYYY-MM-DDThh:mm:ss'.length);

function trialInconsistencies(record: RunRecord, trial: TrialResult, place: Place): readonly Inconsistency[] {
  const runs = record.mergedFrom?.length ?? 1;
  const cells = new Map(record.plan.cells.map(({ id, scenario }) => [id, scenario]));
  const inner = trial.measurements.flatMap((measurement, at) => {
    const scenario = cells.get(measurement.cellId);
    if (scenario === undefined) return [];
    return measurementContradictions(measurement, { scenario, runs }).map((one) =>
      located([...place, 'measurements', at], one),
    );
  });
  return [...missingCells(record, trial).map((one) => located(place, one)), ...inner];
}

/** A trial that was completed went through all of its cells. */
function missingCells({ plan }: RunRecord, { status, index, measurements }: TrialResult): readonly Contradiction[] {
  if (status !== 'completed') return [];
  const measured = new Set(measurements.map(({ cellId }) => cellId));
  const missing = plan.trials.find((planned) => planned.index === index)?.cellIds.filter((id) => !measured.has(id));
  return (missing ?? []).map((id) => ({
    key: 'measurements',
    got: `no ${quote(id)}`,
    expected: 'a measurement of every planned cell, for the trial is completed',
  }));
}
