/** The doubts of several measurements of the same trial as those of one: each kind once, as far as it reaches. */
import { biasOf, type Doubt } from '../result/record.ts';

type Kind = Doubt['kind'];
type Of<K extends Kind> = Extract<Doubt, { readonly kind: K }>;

/** Kinds in the order in which they first appear. Whatever makes one measurement wrong makes the sum wrong. */
export function mergeDoubts(lists: readonly (readonly Doubt[])[]): readonly Doubt[] {
  const all = lists.flat();
  return [...new Set(all.map(({ kind }) => kind))].flatMap((kind) => mergeKind(kind, all));
}

function mergeKind<K extends Kind>(kind: K, all: readonly Doubt[]): readonly Doubt[] {
  return MERGED[kind](all.filter((doubt): doubt is Of<K> => doubt.kind === kind));
}

const sumOf = <T>(items: readonly T[], read: (item: T) => number): number =>
  items.reduce((sum, item) => sum + read(item), 0);

/** The one that reaches furthest. */
const worst =
  <T>(reach: (doubt: T) => number) =>
  (doubts: readonly T[]): readonly T[] =>
    doubts.toSorted((a, b) => reach(b) - reach(a)).slice(0, 1);

/** Counted together. */
const counted = <T extends { readonly count: number }>(doubts: readonly T[]): readonly T[] =>
  doubts.slice(0, 1).map((first) => ({ ...first, count: sumOf(doubts, ({ count }) => count) }));

/** All that was said, once. */
const said = <T extends { readonly detail: string }>(doubts: readonly T[]): readonly T[] =>
  doubts
    .slice(0, 1)
    .map((first) => ({ ...first, detail: [...new Set(doubts.map(({ detail }) => detail))].join('; ') }));

const MERGED: { readonly [K in Kind]: (doubts: readonly Of<K>[]) => readonly Of<K>[] } = {
  'books-do-not-balance': said,
  'wrong-answers': counted,
  'nothing-measured': said,
  'clock-not-comparable': said,
  errors: counted,
  'lost-notifications': counted,
  'sessions-reopened': counted,
  'send-lag': worst(({ p99Ns }) => p99Ns),
  'late-publications': worst(({ latestNs }) => latestNs),
  'driver-saturated': worst(({ utilisation }) => utilisation),
  'rate-not-reached': (doubts) =>
    doubts.slice(0, 1).map((first) => ({
      ...first,
      offeredPerSec: sumOf(doubts, ({ offeredPerSec }) => offeredPerSec),
      achievedPerSec: sumOf(doubts, ({ achievedPerSec }) => achievedPerSec),
    })),
  arrivals: worst(({ distance }) => distance),
  load: worst(({ cores }) => cores),
  throttled: worst(({ throttledNs }) => throttledNs),
  hiccup: worst(({ maxNs }) => maxNs),
  'relay-error': worst(({ addedNs }) => Math.abs(addedNs)),
  'relay-late': worst(({ p99Ns }) => p99Ns),
  'gc-pause': (doubts) =>
    (['endpoint', 'driver'] as const).flatMap((process) =>
      worst<Of<'gc-pause'>>(({ maxNs }) => maxNs)(doubts.filter((doubt) => doubt.process === process)),
    ),
  'not-steady': worst(({ driftShare }) => Math.abs(driftShare)),
  'driver-bias': (doubts) =>
    (['service-time.p50', 'service-time.p99'] as const).flatMap((metric) =>
      worst<Of<'driver-bias'>>(biasOf)(doubts.filter((doubt) => doubt.metric === metric)),
    ),
  'drivers-disagree': worst(({ leastNs, mostNs }) => mostNs / leastNs),
};
