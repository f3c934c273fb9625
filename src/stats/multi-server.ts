/** What the study `multi-server` found: what streams take, and by what factor a busy neighbour slows a quiet one. Pure. */
import type { StudyData } from '../result/study-data.ts';
import { compareArms } from './compare.ts';
import { median } from './order-statistics.ts';
import { type Share, isReportable, quantileOf } from './quantiles.ts';
import type { StudyStep } from './study-steps.ts';
import type { Comparison } from './summary.ts';

type Data = StudyData['multi-server'];
type Steps = readonly StudyStep<Data>[];
type Streams = NonNullable<Data['streams']>;
type Round = NonNullable<Data['rounds']>[number];
type Condition = Round['condition'];

/** Where the servers were, and what a stream was. */
export interface Place {
  readonly armId: string;
  readonly origins: 'one' | 'several';
  readonly layout: 'sessions' | 'topics';
}

/** Medians over the repetitions. */
export interface StreamsFound extends Place {
  readonly streams: number;
  readonly sessions: number;
  /** Open at all endpoints together, when every stream was there. */
  readonly sockets: number;
  readonly socketsOpened: number;
  readonly tlsHandshakes: number;
  readonly httpRequests: number;
  readonly bytes: number;
  readonly firstEventNs: number;
  /** Of the last stream that was opened. */
  readonly lastEventNs: number;
  readonly clientBytesPerStream: number;
  readonly endpointBytesPerStream: number;
  readonly lost: number;
}

const placeOf = ({ subject }: StudyStep<Data>): Place => ({
  armId: subject['arm'] ?? '',
  origins: subject['origins'] === 'one' ? 'one' : 'several',
  layout: subject['layout'] === 'topics' ? 'topics' : 'sessions',
});

/** By subject, in the order in which they were first done. */
function bySubject<T>(
  steps: Steps,
  read: (data: Data) => T | null,
): readonly { readonly place: Place; readonly runs: readonly T[] }[] {
  const found = new Map<string, { place: Place; runs: T[] }>();
  for (const step of steps) {
    const value = step.outcome.status === 'measured' ? read(step.outcome.data) : null;
    if (value === null) continue;
    const key = JSON.stringify(step.subject);
    const known = found.get(key) ?? { place: placeOf(step), runs: [] };
    known.runs.push(value);
    found.set(key, known);
  }
  return [...found.values()];
}

export const streamsFound = (steps: Steps): readonly StreamsFound[] =>
  bySubject(steps, ({ streams }) => streams).map(({ place, runs }) => {
    const over = (read: (run: Streams) => number): number => median(runs.map(read));
    const grown = ({ before, after }: Streams['clientRssBytes'], { streams }: Streams): number =>
      (after - before) / streams;
    return {
      ...place,
      streams: over(({ streams }) => streams),
      sessions: over(({ sessions }) => sessions),
      sockets: over(({ openSockets }) => openSockets.reduce((sum, open) => sum + open, 0)),
      socketsOpened: over(({ socketsOpened }) => socketsOpened),
      tlsHandshakes: over(({ tlsHandshakes }) => tlsHandshakes),
      httpRequests: over(({ httpRequests }) => httpRequests),
      bytes: over(({ upBytes, downBytes }) => upBytes + downBytes),
      firstEventNs: over(({ firstEventNs }) => firstEventNs[0] ?? Number.NaN),
      lastEventNs: over(({ firstEventNs }) => firstEventNs.at(-1) ?? Number.NaN),
      clientBytesPerStream: over((run) => grown(run.clientRssBytes, run)),
      endpointBytesPerStream: over((run) => grown(run.endpointRssBytes, run)),
      lost: runs.reduce((sum, { published, delivered }) => sum + published - delivered, 0),
    };
  });

/** What of the quiet stream is compared. */
export type Aspect = 'calls' | 'events';

/** A quiet stream of one arm in one place. */
export interface HogFound extends Place {
  /** The share that the quantiles are of: of the same for all. */
  readonly share: Share;
  /** Medians of the windows' quantiles, in nanoseconds. */
  readonly quantileNs: Readonly<Record<Condition, Readonly<Record<Aspect, number>>>>;
  /** By what factor it is slower, window by window of the same round; `undefined` where nothing was told. */
  readonly besideToAlone: Readonly<Record<Aspect, Comparison | undefined>>;
  readonly apartToAlone: Readonly<Record<Aspect, Comparison | undefined>>;
  readonly besideToApart: Readonly<Record<Aspect, Comparison | undefined>>;
  /** Calls that failed and events that were lost, over all windows. */
  readonly missing: number;
  /** Results that the neighbour got in all windows together. */
  readonly hogResults: number;
}

/** The difference that matters. */
const HOG_MARGIN = 0.05;
const METRICS = { calls: 'response-time.p90', events: 'delivery.p90' } as const;
const ASPECTS = ['calls', 'events'] as const;

export const hogsFound = (steps: Steps): readonly HogFound[] =>
  bySubject(steps, ({ rounds }) => rounds).map(({ place, runs }) => hogOf(place, runs));

const distributionOf = (round: Round, aspect: Aspect): Round['callsNs'] =>
  aspect === 'calls' ? round.callsNs : round.deliveryNs;

function hogOf(place: Place, runs: readonly (readonly Round[])[]): HogFound {
  const all = runs.flat();
  const fewest = Math.min(...all.flatMap(({ callsNs, deliveryNs }) => [callsNs.count, deliveryNs.count]));
  const share: Share = isReportable(fewest, 0.9) ? 0.9 : 0.5;
  const windows = (condition: Condition, aspect: Aspect): readonly (number | undefined)[] =>
    runs.flatMap((rounds) =>
      rounds
        .filter((round) => round.condition === condition)
        .map((round) => quantileOf(distributionOf(round, aspect) as Parameters<typeof quantileOf>[0], share)),
    );
  const compared = (of: Condition, against: Condition) => {
    const one = (aspect: Aspect): Comparison | undefined =>
      compareWindows(windows(of, aspect), windows(against, aspect), aspect);
    return { calls: one('calls'), events: one('events') };
  };
  const middle = (condition: Condition): Record<Aspect, number> => {
    const [calls = Number.NaN, events = Number.NaN] = ASPECTS.map((aspect) => {
      const known = windows(condition, aspect).filter((value) => value !== undefined);
      return known.length === 0 ? Number.NaN : median(known);
    });
    return { calls, events };
  };
  return {
    ...place,
    share,
    quantileNs: { alone: middle('alone'), beside: middle('beside'), apart: middle('apart') },
    besideToAlone: compared('beside', 'alone'),
    apartToAlone: compared('apart', 'alone'),
    besideToApart: compared('beside', 'apart'),
    missing: all.reduce((sum, { failed, lost }) => sum + failed + lost, 0),
    hogResults: all.reduce((sum, { hogResults }) => sum + hogResults, 0),
  };
}

/** Windows of the same round are neighbours in time and in the same processes: they are the pairs. */
function compareWindows(
  of: readonly (number | undefined)[],
  against: readonly (number | undefined)[],
  aspect: Aspect,
): Comparison | undefined {
  const pairs = of.flatMap((arm, index) => {
    const base = against[index];
    return arm === undefined || base === undefined ? [] : [{ arm, base }];
  });
  if (pairs.length < of.length) return undefined;
  return compareArms({
    metric: METRICS[aspect],
    armId: 'of',
    baseArmId: 'against',
    pairs,
    higherIsBetter: false,
    margin: HOG_MARGIN,
  });
}
