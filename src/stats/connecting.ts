/** What the study `connect` found of each arm, over its repetitions: medians, and round trips by difference. Pure. */
import type { StudyData } from '../result/study-data.ts';
import { type Course, breakEven } from './break-even.ts';
import { estimate } from './estimate.ts';
import { LEVEL } from './ratio-words.ts';
import { median } from './order-statistics.ts';
import type { StudyStep } from './study-steps.ts';
import type { Estimate } from './summary.ts';

type Connecting = NonNullable<StudyData['connect']['connecting']>;
type Opening = Connecting['cold'];

/** One kind of opening of one arm: medians over its repetitions; `undefined` where there was nothing to do. */
export interface Opened {
  readonly tcpNs: number | undefined;
  readonly tlsNs: number | undefined;
  readonly httpNs: number | undefined;
  readonly readyNs: number;
  readonly firstResultNs: number;
  /** From nothing to the first result, as a relay shows them. */
  readonly roundTrips: number | undefined;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly sockets: number;
}

export interface ArmConnecting {
  readonly armId: string;
  readonly cold: Opened;
  readonly warm: Opened;
  /** By repetition. */
  readonly runs: readonly Connecting[];
}

type Pool = Connecting['relayed'][number]['pool'];

/** Of every arm of which a session was opened. */
export function connectingOf(steps: readonly StudyStep<StudyData['connect']>[]): readonly ArmConnecting[] {
  const byArm = new Map<string, Connecting[]>();
  for (const { subject, outcome } of steps) {
    const armId = subject['arm'];
    if (armId === undefined || outcome.status !== 'measured' || outcome.data.connecting === null) continue;
    byArm.set(armId, [...(byArm.get(armId) ?? []), outcome.data.connecting]);
  }
  return [...byArm].map(([armId, runs]) => ({
    armId,
    runs,
    cold: openedOf(
      runs.map(({ cold }) => cold),
      runs,
      'cold',
    ),
    warm: openedOf(
      runs.flatMap(({ warm }) => warm),
      runs,
      'warm',
    ),
  }));
}

function openedOf(openings: readonly Opening[], runs: readonly Connecting[], pool: Pool): Opened {
  const over = (read: (opening: Opening) => number): number => median(openings.map(read));
  const known = (read: (opening: Opening) => number | null): number | undefined => {
    const values = openings.map(read).filter((value) => value !== null);
    return values.length === 0 ? undefined : median(values);
  };
  return {
    tcpNs: known(({ tcpNs }) => tcpNs),
    tlsNs: known(({ tlsNs }) => tlsNs),
    httpNs: known(({ httpNs }) => httpNs),
    readyNs: over(({ readyNs }) => readyNs),
    firstResultNs: over(({ firstResultNs }) => firstResultNs),
    roundTrips: roundTripsOf(runs, pool),
    upBytes: over(({ upBytes }) => upBytes),
    downBytes: over(({ downBytes }) => downBytes),
    sockets: over(({ sockets }) => sockets),
  };
}

/**
 * How much longer it took through a network, in round trips of that network. The least of each distance: what disturbs
 * only adds. `undefined` where it was not tried at two distances.
 */
export function roundTripsOf(runs: readonly Pick<Connecting, 'relayed'>[], pool: Pool): number | undefined {
  const tried = runs.flatMap(({ relayed }) => relayed.filter((one) => one.pool === pool));
  const farNs = Math.max(...tried.map(({ rttNs }) => rttNs));
  const nearNs = Math.min(...tried.map(({ rttNs }) => rttNs));
  if (!(farNs > nearNs)) return undefined;
  const leastAt = (distanceNs: number): number =>
    Math.min(...tried.filter(({ rttNs }) => rttNs === distanceNs).map(({ firstResultNs }) => firstResultNs));
  return (leastAt(farNs) - leastAt(nearNs)) / (farNs - nearNs);
}

/** A session of one era against requests of the other. */
export interface BreakEven {
  /** In bytes, of each repetition that both have; `undefined` in the place of one in which it never comes. */
  readonly bytes: readonly (number | undefined)[];
  /** What a call costs less once a session is open, over the repetitions; negative where it costs more. */
  readonly savedPerCallNs: Estimate | undefined;
  /** What the session's first result took longer, in the warm process. */
  readonly laterFirstResultNs: number;
  /** The same in round trips. */
  readonly moreRoundTrips: { readonly cold: number | undefined; readonly warm: number | undefined };
}

/** `undefined` unless the one has a handshake and the other has none. */
export function breakEvenOf(opened: ArmConnecting, unopened: ArmConnecting): BreakEven | undefined {
  if (opened.runs[0]?.handshake !== true || unopened.runs[0]?.handshake !== false) return undefined;
  const pairs = opened.runs.flatMap((run, repetition) => {
    const other = unopened.runs[repetition];
    return other === undefined ? [] : [{ run, other }];
  });
  return {
    bytes: pairs.map(({ run, other }) => breakEven(bytesOf(run), bytesOf(other))),
    savedPerCallNs: estimate(pairs.map(({ run, other }) => median(other.warmCallsNs) - median(run.warmCallsNs))),
    laterFirstResultNs: opened.warm.firstResultNs - unopened.warm.firstResultNs,
    moreRoundTrips: {
      cold: difference(opened.cold.roundTrips, unopened.cold.roundTrips),
      warm: difference(opened.warm.roundTrips, unopened.warm.roundTrips),
    },
  };
}

const difference = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one - other;

const total = ({ upBytes, downBytes }: { readonly upBytes: number; readonly downBytes: number }): number =>
  upBytes + downBytes;

export const bytesOf = ({ cold, calls, closing }: Pick<Connecting, 'cold' | 'calls' | 'closing'>): Course => ({
  first: total(cold),
  later: calls.map(total),
  closing: total(closing),
});

/**
 * After how many calls the later first result is made up for, on a network of this round trip. `undefined` where a call of
 * the session is not surely cheaper: then it never is, as far as one can tell.
 */
export function breakEvenInTime(
  { savedPerCallNs, laterFirstResultNs, moreRoundTrips }: BreakEven,
  rttNs: number,
): number | undefined {
  if (savedPerCallNs === undefined || savedPerCallNs.coverage < LEVEL || savedPerCallNs.low <= 0) return undefined;
  const laterNs = laterFirstResultNs + Math.round(moreRoundTrips.warm ?? 0) * rttNs;
  return 1 + Math.max(0, Math.ceil(laterNs / savedPerCallNs.value));
}
