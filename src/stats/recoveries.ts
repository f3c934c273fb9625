/** The study `reconnect` by its subjects: what became of each client over all of its cuts. */
import type { StudyData } from '../result/study-data.ts';
import type { Cut, ReconnectClient } from '../scenario/studies/reconnect.ts';
import type { Subject } from '../scenario/study.ts';
import { estimate } from './estimate.ts';
import { median } from './order-statistics.ts';
import type { Estimate } from './summary.ts';

type Data = StudyData['reconnect'];
type CutRecord = Data['cuts'][number];

/** A step's subject, as `studies/reconnect/` plans them. */
export interface RecoverySubject {
  readonly client: ReconnectClient;
  readonly cut: Cut;
  readonly buffer: 'none' | 'replay';
  readonly heartbeats: 'off' | 'on';
  readonly retry: 'stated' | 'default';
}

/** Whose code brought the events back: the library's alone, the library's for the stream and an application's for the session on it, an application's; nobody's; or nothing had to be brought back. */
export type Return = 'library' | 'stream-only' | 'application' | 'never' | 'not-cut';

/** One subject over all of its steps. Times are from the cut on: medians over the cuts of a step, estimated over the steps. */
export interface Recovery extends RecoverySubject {
  readonly cuts: number;
  /** After how many of them events came again. */
  readonly backs: number;
  /** The least of what the cuts saw. */
  readonly return: Return;
  readonly noticed: Estimate | undefined;
  readonly waited: Estimate | undefined;
  readonly firstEvent: Estimate | undefined;
  /** The first event without what the client's policy made it wait. */
  readonly beyondWait: Estimate | undefined;
  readonly books: Data['books'];
  /** The stated wait; `null` where the client had its own. */
  readonly retryNs: number | null;
  /** No time is known more exactly than this: events come so often. */
  readonly everyNs: number;
  /** For how long a client was waited for. */
  readonly limitNs: number;
}

export interface MeasuredRecovery {
  readonly subject: Subject;
  readonly data: Data;
}

/** In the order in which subjects first occur. */
export function recoveriesOf(steps: readonly MeasuredRecovery[]): readonly Recovery[] {
  const groups = new Map<string, MeasuredRecovery[]>();
  for (const step of steps) {
    const key = JSON.stringify(step.subject);
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  return [...groups.values()].flatMap(recoveryOf);
}

function recoveryOf(steps: readonly MeasuredRecovery[]): readonly Recovery[] {
  const [first] = steps;
  if (first === undefined) return [];
  const cuts = steps.flatMap(({ data }) => data.cuts);
  const { retryNs, eventEveryNs: everyNs, limitNs } = first.data;
  return [
    {
      // The plan's own, which came from the study.
      ...(first.subject as unknown as RecoverySubject),
      cuts: cuts.length,
      backs: cuts.filter(({ back }) => back).length,
      return: worstOf(cuts),
      noticed: estimateOf(steps, ({ noticedNs }) => noticedNs),
      waited: estimateOf(steps, ({ back, policyNs }) => (back ? policyNs : null)),
      firstEvent: estimateOf(steps, ({ firstEventNs }) => firstEventNs),
      beyondWait: estimateOf(steps, beyondWaitNs),
      books: sumOf(steps),
      retryNs,
      everyNs,
      limitNs,
    },
  ];
}

const beyondWaitNs = ({ firstEventNs, policyNs }: CutRecord): number | null =>
  firstEventNs === null ? null : firstEventNs - policyNs;

function returnOf({ back, reconnectedBy, sessionBy, openNs }: CutRecord): Return {
  const streamByLibrary = openNs !== null && reconnectedBy === 'library';
  if (!back) return 'never';
  if (!streamByLibrary) return 'application';
  return sessionBy === 'application' ? 'stream-only' : 'library';
}

const WORST_FIRST = ['never', 'application', 'stream-only', 'library'] as const;

function worstOf(cuts: readonly CutRecord[]): Return {
  const seen = cuts.map(returnOf);
  return WORST_FIRST.find((one) => seen.includes(one)) ?? 'not-cut';
}

/** Where no cut of a step has a value, the step has none. */
function estimateOf(
  steps: readonly MeasuredRecovery[],
  valueOf: (cut: CutRecord) => number | null,
): Estimate | undefined {
  const medians = steps.flatMap(({ data }) => {
    const values = data.cuts.map(valueOf).filter((value) => value !== null);
    return values.length === 0 ? [] : [median(values)];
  });
  return estimate(medians);
}

function sumOf(steps: readonly MeasuredRecovery[]): Data['books'] {
  const sum = (of: (books: Data['books']) => number): number =>
    steps.reduce((total, { data }) => total + of(data.books), 0);
  return {
    due: sum(({ due }) => due),
    withheld: sum(({ withheld }) => withheld),
    published: sum(({ published }) => published),
    received: sum(({ received }) => received),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    reordered: sum(({ reordered }) => reordered),
    gap: sum(({ gap }) => gap),
  };
}

/** What a difference in time between two recoveries is made of. */
export type Difference = 'policy' | 'none' | 'beyond-policy';

/**
 * `policy` when they differ by more than an event's distance, and without what their policies made them wait by less;
 * `undefined` where one of them was never back, and after a killed server: how long that took to be there again is in both
 * times, and was not the same.
 */
export function differenceOf(a: Recovery, b: Recovery): Difference | undefined {
  if (a.cut === 'restart' || b.cut === 'restart') return undefined;
  const resolutionNs = Math.max(a.everyNs, b.everyNs);
  const apart = (of: (one: Recovery) => Estimate | undefined): number | undefined => {
    const [first, second] = [of(a), of(b)];
    return first === undefined || second === undefined ? undefined : Math.abs(first.value - second.value);
  };
  const whole = apart(({ firstEvent }) => firstEvent);
  const beyond = apart(({ beyondWait }) => beyondWait);
  if (whole === undefined || beyond === undefined) return undefined;
  if (beyond > resolutionNs) return 'beyond-policy';
  return whole > resolutionNs ? 'policy' : 'none';
}
