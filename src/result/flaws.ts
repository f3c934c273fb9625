/** What is wrong with the values of a record: first those that are no record's at all, then those that contradict each other. */
import type { z } from 'zod';
import { callsBalance, notificationsBalance } from '../measure/books.ts';
import { attemptOf } from './attempts.ts';
import { decodeHistogram } from '../measure/histogram.ts';
import type { PlannedTrial } from '../scenario/plan.ts';
import type { Place } from '../scenario/scenario-error.ts';
import { describeValue, escapeUnprintable, oneOf, quote } from '../scenario/wording.ts';
import type { Distribution, Doubt, Measurement, RunRecord, TrialResult } from './record.ts';
import type { Flaw } from './record-error.ts';

type Issue = z.core.$ZodIssue;

const EXPECTED_TYPES: Readonly<Partial<Record<string, string>>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** What the schema found, in our words. */
export function shapeFlaw(issue: Issue, file: unknown): Flaw {
  const place = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  return { place, message: `got ${describeValue(valueAt(file, place))}, expected ${expectation(issue)}` };
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return EXPECTED_TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? quote(String(issue.values[0])) : oneOf(issue.values.map(String));
    case 'invalid_union':
      return 'options' in issue ? oneOf((issue.options ?? []).map(String)) : issue.message;
    case 'invalid_format':
      return 'a date like 2026-11-22T12:00:00.000Z';
    case 'too_small':
      return `a number from ${issue.minimum}`;
    default:
      return issue.message;
  }
}

const valueAt = (root: unknown, place: Place): unknown =>
  place.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    root,
  );

/** The first thing in a record of the right shape that contradicts the rest of it. */
export function firstContradiction(record: RunRecord): Flaw | undefined {
  for (const flaw of contradictions(record)) return flaw;
  return undefined;
}

/** Lazily: histograms take time to decode. */
function* contradictions(record: RunRecord): Generator<Flaw> {
  yield* planFlaws(record);
  const armIds = new Set(record.plan.arms.map(({ id }) => id));
  for (const [at, { armId }] of record.matching.facts.entries()) {
    if (!armIds.has(armId)) yield unknown(['matching', 'facts', at, 'armId'], armId, 'an arm');
  }
  const planned = new Map(record.plan.trials.map((trial) => [trial.index, trial]));
  yield* repeated(
    record.trials.map((trial) => attemptWords(trial.index, attemptOf(trial))),
    (at) => ['trials', at, 'index'],
  );
  for (const [at, trial] of record.trials.entries()) {
    yield* trialFlaws(trial, planned.get(trial.index), ['trials', at]);
  }
  yield* ceilingFlaws(record);
  yield* studyFlaws(record);
}

function* ceilingFlaws({ plan, ceilings = [] }: RunRecord): Generator<Flaw> {
  for (const [at, { armId, cellId }] of ceilings.entries()) {
    if (!plan.arms.some(({ id }) => id === armId)) yield unknown(['ceilings', at, 'armId'], armId, 'an arm');
    if (!plan.cells.some(({ id }) => id === cellId)) yield unknown(['ceilings', at, 'cellId'], cellId, 'a cell');
  }
}

/** The index itself for the first time, so that a message names it. */
const attemptWords = (index: number, attempt: number): number | string =>
  attempt === 0 ? index : `${index}, attempt ${attempt}`;

function* studyFlaws({ plan, studies }: RunRecord): Generator<Flaw> {
  yield* repeated(
    studies.map(({ name }) => name),
    (at) => ['studies', at, 'name'],
  );
  for (const [at, { name, study, steps }] of studies.entries()) {
    const planned = plan.studies.find((one) => one.name === name && one.study === study);
    if (planned === undefined) yield unknown(['studies', at, 'name'], name, `a study of the kind ${study}`);
    const placeOf = (step: number): Place => ['studies', at, 'steps', step, 'index'];
    yield* repeated(
      steps.map(({ index }) => index),
      placeOf,
    );
    for (const [step, { index }] of steps.entries()) {
      if (planned?.steps.some((one) => one.index === index) === false) yield unknown(placeOf(step), index, 'a step');
    }
  }
}

function* planFlaws({ plan: { arms, cells, trials, studies } }: RunRecord): Generator<Flaw> {
  const armIds = arms.map(({ id }) => id);
  const cellIds = cells.map(({ id }) => id);
  yield* repeated(armIds, (at) => ['plan', 'arms', at, 'id']);
  yield* repeated(cellIds, (at) => ['plan', 'cells', at, 'id']);
  yield* repeated(
    trials.map(({ index }) => index),
    (at) => ['plan', 'trials', at, 'index'],
  );
  yield* repeated(
    studies.map(({ name }) => name),
    (at) => ['plan', 'studies', at, 'name'],
  );
  for (const [at, trial] of trials.entries()) {
    const place = ['plan', 'trials', at];
    if (!armIds.includes(trial.armId)) yield unknown([...place, 'armId'], trial.armId, 'an arm');
    for (const [position, id] of trial.cellIds.entries()) {
      if (!cellIds.includes(id)) yield unknown([...place, 'cellIds', position], id, 'a cell');
    }
  }
}

function* repeated(ids: readonly (string | number)[], placeOf: (at: number) => Place): Generator<Flaw> {
  const seen = new Set<string | number>();
  for (const [at, id] of ids.entries()) {
    if (seen.has(id)) yield { place: placeOf(at), message: `got ${describeValue(id)} again, expected each once` };
    seen.add(id);
  }
}

const unknown = (place: Place, got: string | number, what: string): Flaw => ({
  place,
  message: `got ${describeValue(got)}, expected ${what} of the plan`,
});

function* trialFlaws(trial: TrialResult, planned: PlannedTrial | undefined, place: Place): Generator<Flaw> {
  if (planned === undefined) {
    yield unknown([...place, 'index'], trial.index, 'a trial');
    return;
  }
  for (const key of ['armId', 'block'] as const) {
    if (trial[key] === planned[key]) continue;
    const expected = `${describeValue(planned[key])} as planned for trial ${trial.index}`;
    yield { place: [...place, key], message: `got ${describeValue(trial[key])}, expected ${expected}` };
  }
  yield* repeated(
    trial.measurements.map(({ cellId }) => cellId),
    (at) => [...place, 'measurements', at, 'cellId'],
  );
  for (const [at, measurement] of trial.measurements.entries()) {
    const here = [...place, 'measurements', at];
    if (!planned.cellIds.includes(measurement.cellId)) yield unknown([...here, 'cellId'], measurement.cellId, 'a cell');
    yield* bookFlaws(measurement, here);
    yield* histogramFlaws(measurement, here);
    yield* disagreements(measurement, here);
    yield* fanOutFlaws(measurement, here);
  }
}

/** Books may fail to balance, but then the measurement says so. */
function* bookFlaws({ calls, notifications, progress, doubts }: Measurement, place: Place): Generator<Flaw> {
  if (doubts.some(({ kind }) => kind === 'books-do-not-balance')) return;
  const message = 'got books that do not balance, expected a doubt that says so';
  if (!callsBalance(calls)) yield { place: [...place, 'calls'], message };
  if (!notificationsBalance(notifications)) yield { place: [...place, 'notifications'], message };
  if (!notificationsBalance(progress)) yield { place: [...place, 'progress'], message };
}

/** Numbers that a measurement states twice must agree, and none of them can be negative. */
function* disagreements(measurement: Measurement, place: Place): Generator<Flaw> {
  const { calls, notifications, responseTime, serviceTime, delivery, fanOut, bytes, doubts, elapsedNs } = measurement;
  const has = (kind: Doubt['kind']): boolean => doubts.some((doubt) => doubt.kind === kind);
  const longestNs = Math.max(serviceTime.maxNs, delivery.maxNs, fanOut?.last.maxNs ?? 0);
  const agree: readonly (readonly [string, number, number])[] = [
    ['responseTime', responseTime.count, calls.ok],
    ['serviceTime', serviceTime.count, calls.ok],
  ];
  for (const [key, got, expected] of agree) {
    if (got !== expected)
      yield {
        place: [...place, key, 'count'],
        message: `got ${got}, expected ${expected}, as many as there were right answers`,
      };
  }
  if (delivery.count > notifications.delivered)
    yield {
      place: [...place, 'delivery', 'count'],
      message: `got ${delivery.count}, expected at most ${notifications.delivered}, the events delivered`,
    };
  if (differ(bytes.wireUp, bytes.driverWireUp) && !has('books-do-not-balance'))
    yield {
      place: [...place, 'bytes', 'wireUp'],
      message: `got ${bytes.wireUp}, expected ${bytes.driverWireUp} as at the driver, or a doubt that says so`,
    };
  if (differ(bytes.wireDown, bytes.driverWireDown) && !has('books-do-not-balance'))
    yield {
      place: [...place, 'bytes', 'wireDown'],
      message: `got ${bytes.wireDown}, expected ${bytes.driverWireDown} as at the driver, or a doubt that says so`,
    };
  if (calls.wrong > 0 && !has('wrong-answers'))
    yield { place: [...place, 'calls', 'wrong'], message: `got ${calls.wrong}, expected a doubt that says so` };
  if (elapsedNs < longestNs)
    yield {
      place: [...place, 'elapsedNs'],
      message: `got ${elapsedNs}, expected at least ${longestNs}, the longest thing measured in it`,
    };
}

/** Every event is complete or not, has no more of a later receiver than of an earlier one, and its deliveries are those of the books. */
function* fanOutFlaws({ fanOut, notifications, doubts }: Measurement, place: Place): Generator<Flaw> {
  if (fanOut === null) return;
  const { events, complete, incomplete, deliveries, first, median, last, spread } = fanOut;
  const here = [...place, 'fanOut'];
  if (complete + incomplete !== events)
    yield {
      place: [...here, 'events'],
      message: `got ${events}, expected ${complete + incomplete}, complete and incomplete`,
    };
  const atMost: readonly (readonly [string, number, number, string])[] = [
    ['first', first.count, events, 'the events'],
    ['median', median.count, events, 'the events'],
    ['last', last.count, complete, 'the complete events'],
    ['spread', spread.count, complete, 'the complete events'],
  ];
  for (const [key, got, most, what] of atMost) {
    if (got > most) yield { place: [...here, key, 'count'], message: `got ${got}, expected at most ${most}, ${what}` };
  }
  if (deliveries !== notifications.delivered && !doubts.some(({ kind }) => kind === 'books-do-not-balance'))
    yield {
      place: [...here, 'deliveries'],
      message: `got ${deliveries}, expected ${notifications.delivered} as in the books, or a doubt that says so`,
    };
}

/** Of somebody else's server only the driver's count is known. */
const differ = (atEndpoint: number | null, atDriver: number | null): boolean =>
  atEndpoint === null ? false : atEndpoint !== atDriver;

const DISTRIBUTIONS = ['responseTime', 'serviceTime', 'sendLag', 'scriptTime', 'delivery', 'deliveryFromDue'] as const;

const RECEIVERS = ['first', 'median', 'last', 'spread'] as const;

function* histogramFlaws(measurement: Measurement, place: Place): Generator<Flaw> {
  const { fanOut, team } = measurement;
  for (const key of DISTRIBUTIONS) yield* histogramFlaw(measurement[key], [...place, key]);
  for (const [at, { serviceTime }] of (team?.drivers ?? []).entries())
    yield* histogramFlaw(serviceTime, [...place, 'team', 'drivers', at, 'serviceTime']);
  if (team !== undefined) yield* histogramFlaw(team.probe.serviceTime, [...place, 'team', 'probe', 'serviceTime']);
  if (fanOut === null) return;
  for (const key of RECEIVERS) yield* histogramFlaw(fanOut[key], [...place, 'fanOut', key]);
}

function* histogramFlaw(distribution: Distribution, place: Place): Generator<Flaw> {
  try {
    decodeHistogram(distribution);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    yield { place, message: `got a histogram that cannot be used (${escapeUnprintable(why)}), expected a whole one` };
  }
}
