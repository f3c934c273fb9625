/** What the clients of several drivers saw in the same window, as if one driver had had them all. */
import { mergeDistributions } from '../measure/histogram.ts';
import { bytes, type Bytes, type Nanoseconds, nanoseconds } from '../units.ts';
import type { Distribution, FanOut, Measurement, ProcessUse } from '../result/record.ts';
import { addCalls, addNotifications, NO_CALLS, NO_NOTIFICATIONS } from '../stats/books.ts';

/** The books and times of one window. */
export type Seen = Pick<
  Measurement,
  | 'calls'
  | 'notifications'
  | 'progress'
  | 'responseTime'
  | 'serviceTime'
  | 'sendLag'
  | 'scriptTime'
  | 'delivery'
  | 'deliveryFromDue'
  | 'fanOut'
  | 'within100ms'
>;

/** Of at least one. Bucket by bucket, so that nothing is averaged. Throws a `PrecisionError` where distributions are not equally precise. */
export function mergeSeen(all: readonly Seen[]): Seen {
  const distribution = (read: (one: Seen) => Distribution): Distribution => mergeDistributions(all.map(read));
  return {
    calls: all.reduce((books, { calls }) => addCalls(books, calls), NO_CALLS),
    notifications: all.reduce((books, one) => addNotifications(books, one.notifications), NO_NOTIFICATIONS),
    progress: all.reduce((books, { progress }) => addNotifications(books, progress), NO_NOTIFICATIONS),
    responseTime: distribution(({ responseTime }) => responseTime),
    serviceTime: distribution(({ serviceTime }) => serviceTime),
    sendLag: distribution(({ sendLag }) => sendLag),
    scriptTime: distribution(({ scriptTime }) => scriptTime),
    delivery: distribution(({ delivery }) => delivery),
    deliveryFromDue: distribution(({ deliveryFromDue }) => deliveryFromDue),
    fanOut: mergeFanOuts(all),
    within100ms: withinOf(all),
  };
}

/** A share of calls is a number of calls; those are added, and divided by all that were due. */
function withinOf(all: readonly Seen[]): number | null {
  const due = sum(all, ({ calls }) => calls.due);
  const within = sum(all, ({ within100ms, calls }) => Math.round((within100ms ?? 0) * calls.due));
  return due === 0 ? null : within / due;
}

function mergeFanOuts(all: readonly Seen[]): FanOut | null {
  const books = all.flatMap(({ fanOut }) => fanOut ?? []);
  if (books.length === 0) return null;
  const distribution = (read: (one: FanOut) => Distribution): Distribution => mergeDistributions(books.map(read));
  return {
    events: sum(books, ({ events }) => events),
    complete: sum(books, ({ complete }) => complete),
    incomplete: sum(books, ({ incomplete }) => incomplete),
    deliveries: sum(books, ({ deliveries }) => deliveries),
    first: distribution(({ first }) => first),
    median: distribution(({ median }) => median),
    last: distribution(({ last }) => last),
    spread: distribution(({ spread }) => spread),
  };
}

/** Processor time and memory of all processes together; how busy the busiest of them was. Of at least one. */
export function mergeUse(all: readonly [ProcessUse, ...ProcessUse[]]): ProcessUse {
  return {
    cpuUserUs: sum(all, ({ cpuUserUs }) => cpuUserUs),
    cpuSystemUs: sum(all, ({ cpuSystemUs }) => cpuSystemUs),
    rssBytes: bytes(sum(all, ({ rssBytes }) => rssBytes)),
    utilisation: Math.max(...all.map(({ utilisation }) => utilisation)),
    gcCount: sum(all, ({ gcCount }) => gcCount),
    gcTotalNs: nanoseconds(sum(all, ({ gcTotalNs }) => gcTotalNs)),
    gcMaxNs: longest(all, ({ gcMaxNs }) => gcMaxNs),
  };
}

export const sum = <T>(items: readonly T[], read: (item: T) => number): number =>
  items.reduce((total, item) => total + read(item), 0);

/** Of at least one. */
export const longest = <T>(items: readonly T[], read: (item: T) => number): Nanoseconds =>
  nanoseconds(Math.max(...items.map(read)));

/** `null` where one does not know: a sum of the others would not be the sum. */
export function sumOrNull<T>(items: readonly T[], read: (item: T) => number | null): number | null {
  const values = items.map(read);
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : sum(known, (value) => value);
}

export const bytesOf = <T>(items: readonly T[], read: (item: T) => number): Bytes => bytes(sum(items, read));

export const bytesOrNull = (value: number | null): Bytes | null => (value === null ? null : bytes(value));
