/** Whether a record that could be read is consistent in what the reading leaves out. */
import type { RecordedContext } from '../doubts/doubts-of.ts';
import { attemptOf, isWhole } from '../result/attempts.ts';
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
    ...[...datesOf(record), ...statusOf(record), ...attemptsOf(record)].map((one) => located([], one)),
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

/** What a run says of itself, against what it holds: everything that was planned, up to where it was stopped for a reason, or not. */
function statusOf(record: RunRecord): readonly Contradiction[] {
  const { status, plan, trials, studies } = record;
  const steps = plan.studies.every(
    (planned) => studies.find(({ name }) => name === planned.name)?.steps.length === planned.steps.length,
  );
  const whole = isWhole(record) && steps;
  if (status === 'complete' && !whole)
    return [
      {
        key: 'status',
        got: 'complete',
        expected: `another word: ${trials.length} of ${plan.trials.length} trials are there`,
      },
    ];
  // A run that was cut off after its last trial may hold all of them.
  return status === 'failed' && whole && trials.every((trial) => trial.status === 'completed')
    ? [{ key: 'status', got: 'failed', expected: 'complete, for all that was planned is there' }]
    : [];
}

/** The attempts at a block count from 0 without a gap, and no more blocks were measured again than the plan allows. */
function attemptsOf({ plan, trials, mergedFrom }: RunRecord): readonly Contradiction[] {
  const attempts = new Map<number, Set<number>>();
  for (const trial of trials) attempts.set(trial.block, (attempts.get(trial.block) ?? new Set()).add(attemptOf(trial)));
  const gaps = [...attempts].flatMap(([block, seen]): readonly Contradiction[] => {
    const missing = [...seen.keys()].map((_, at) => at).find((attempt) => !seen.has(attempt));
    return missing === undefined
      ? []
      : [{ key: `trials of block ${block}`, got: `no attempt ${missing}`, expected: 'attempts from 0, without a gap' }];
  });
  const again = [...attempts.values()].reduce((sum, seen) => sum + seen.size - 1, 0);
  const most = plan.gate?.reruns ?? 0;
  return mergedFrom === undefined && again > most
    ? [
        ...gaps,
        { key: 'trials', got: `${again} attempts more than blocks`, expected: `at most ${most}, the plan's reruns` },
      ]
    : gaps;
}

/** Of a date in UTC, up to the seconds: there, the order of such texts is the order of time. */
const secondsOf = (date: string): string => date.slice(0, 'YYYY-MM-DDThh:mm:ss'.length);

function trialInconsistencies(record: RunRecord, trial: TrialResult, place: Place): readonly Inconsistency[] {
  const runs = record.mergedFrom?.length ?? 1;
  const cells = new Map(record.plan.cells.map(({ id, scenario }) => [id, scenario]));
  const inner = trial.measurements.flatMap((measurement, at) => {
    const scenario = cells.get(measurement.cellId);
    if (scenario === undefined) return [];
    const { drivers } = record.plan;
    const recorded = recordedContext(record, trial, measurement.cellId);
    return measurementContradictions(measurement, { scenario, runs, drivers, recorded }).map((one) =>
      located([...place, 'measurements', at], one),
    );
  });
  return [...missingCells(record, trial).map((one) => located(place, one)), ...inner];
}

/** Of a trial that broke off, neither the clocks nor the relay stand in the record. */
function recordedContext(
  { ceilings = [] }: RunRecord,
  trial: TrialResult,
  cellId: string,
): RecordedContext | undefined {
  if (trial.status !== 'completed') return undefined;
  const ceiling = ceilings.find((one) => one.armId === trial.armId && one.cellId === cellId);
  return {
    clock: trial.clock,
    relayCheck: trial.relay,
    ceilingPerSec: ceiling?.status === 'measured' ? ceiling.perSec : undefined,
  };
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
