/** One cell of one trial as several drivers measured it at the same time, as one measurement. */
import { mergeDistributions } from '../measure/histogram.ts';
import type { ByteBooks, Distribution, FanOut, Measurement, ProcessUse, RelayLateness } from '../result/record.ts';
import { addCalls, addNotifications, NO_CALLS, NO_NOTIFICATIONS } from '../stats/books.ts';
import { type Bytes, bytes, type Nanoseconds, nanoseconds } from '../units.ts';
import { driverDoubts } from './driver-agreement.ts';
import { mergeDoubts } from './merge-doubts.ts';

/** At least one measurement. Throws a `PrecisionError` where distributions are not equally precise. */
export function mergeMeasurements(first: Measurement, others: readonly Measurement[]): Measurement {
  const all = [first, ...others];
  const distribution = (read: (one: Measurement) => Distribution): Distribution => mergeDistributions(all.map(read));
  return {
    cellId: first.cellId,
    elapsedNs: longest(all, ({ elapsedNs }) => elapsedNs),
    warmup: {
      elapsedNs: longest(all, ({ warmup }) => warmup.elapsedNs),
      discardedCalls: sum(all, ({ warmup }) => warmup.discardedCalls),
      discardedNotifications: sum(all, ({ warmup }) => warmup.discardedNotifications),
    },
    calls: all.reduce((books, { calls }) => addCalls(books, calls), NO_CALLS),
    notifications: all.reduce((books, one) => addNotifications(books, one.notifications), NO_NOTIFICATIONS),
    progress: all.reduce((books, { progress }) => addNotifications(books, progress), NO_NOTIFICATIONS),
    offeredPerSec: sumOrNull(all, ({ offeredPerSec }) => offeredPerSec),
    achievedPerSec: sum(all, ({ achievedPerSec }) => achievedPerSec),
    responseTime: distribution(({ responseTime }) => responseTime),
    serviceTime: distribution(({ serviceTime }) => serviceTime),
    sendLag: distribution(({ sendLag }) => sendLag),
    scriptTime: distribution(({ scriptTime }) => scriptTime),
    delivery: distribution(({ delivery }) => delivery),
    deliveryFromDue: distribution(({ deliveryFromDue }) => deliveryFromDue),
    fanOut: mergeFanOuts(all),
    // Medians cannot be added, and the samples of a part are not kept.
    partMedians: first.partMedians.map(() => null),
    bytes: mergeBytes(all),
    sockets: sum(all, ({ sockets }) => sockets),
    clients: sum(all, ({ clients }) => clients),
    within100ms: withinOf(all),
    endpoint: mergeUses(all.map(({ endpoint }) => endpoint)),
    driver: mergeUse(
      first.driver,
      others.map(({ driver }) => driver),
    ),
    hiccups: {
      maxNs: longest(all, ({ hiccups }) => hiccups.maxNs),
      totalNs: longest(all, ({ hiccups }) => hiccups.totalNs),
    },
    ...mergeRelays(all.flatMap(({ relay }) => relay ?? [])),
    doubts: [...mergeDoubts(all.map(({ doubts }) => doubts)), ...driverDoubts(all)],
  };
}

const sum = <T>(items: readonly T[], read: (item: T) => number): number =>
  items.reduce((total, item) => total + read(item), 0);

const longest = <T>(items: readonly T[], read: (item: T) => number): Nanoseconds =>
  nanoseconds(Math.max(...items.map(read)));

/** `null` where one does not know: a sum of the others would not be the sum. */
function sumOrNull<T>(items: readonly T[], read: (item: T) => number | null): number | null {
  const values = items.map(read);
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : sum(known, (value) => value);
}

const bytesOrNull = (value: number | null): Bytes | null => (value === null ? null : bytes(value));

/** A share of calls is a number of calls; those are added, and divided by all that were due. */
function withinOf(all: readonly Measurement[]): number | null {
  const due = sum(all, ({ calls }) => calls.due);
  const within = sum(all, ({ within100ms, calls }) => Math.round((within100ms ?? 0) * calls.due));
  return due === 0 ? null : within / due;
}

function mergeFanOuts(all: readonly Measurement[]): FanOut | null {
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

function mergeBytes(all: readonly Measurement[]): ByteBooks {
  const books = all.map((one) => one.bytes);
  return {
    wireUp: bytesOrNull(sumOrNull(books, ({ wireUp }) => wireUp)),
    wireDown: bytesOrNull(sumOrNull(books, ({ wireDown }) => wireDown)),
    driverWireUp: bytesOrNull(sumOrNull(books, ({ driverWireUp }) => driverWireUp)),
    driverWireDown: bytesOrNull(sumOrNull(books, ({ driverWireDown }) => driverWireDown)),
    payloadUp: bytes(sum(books, ({ payloadUp }) => payloadUp)),
    payloadDown: bytes(sum(books, ({ payloadDown }) => payloadDown)),
    messagesUp: sum(books, ({ messagesUp }) => messagesUp),
    messagesDown: sum(books, ({ messagesDown }) => messagesDown),
  };
}

/** `null` where one is not known. Of servers that are somebody else's less is known than of the tool's own. */
function mergeUses(uses: readonly Measurement['endpoint'][]): Measurement['endpoint'] {
  const own = uses.filter((use) => use !== null && 'cpuUserUs' in use);
  const [first, ...others] = own;
  if (first !== undefined && own.length === uses.length) return mergeUse(first, others);
  const outside = uses.filter((use) => use !== null && 'cpuUs' in use);
  if (outside.length < uses.length) return null;
  return {
    cpuUs: sum(outside, ({ cpuUs }) => cpuUs),
    rssBytes: bytes(sum(outside, ({ rssBytes }) => rssBytes)),
    processes: sum(outside, ({ processes }) => processes),
  };
}

/** Processor time and memory of all processes together; how busy the busiest of them was. */
function mergeUse(first: ProcessUse, others: readonly ProcessUse[]): ProcessUse {
  const all = [first, ...others];
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

/** Of several relays the quantiles of the latest: theirs cannot be added. */
function mergeRelays(all: readonly RelayLateness[]): Pick<Measurement, 'relay'> {
  if (all.length === 0) return {};
  return {
    relay: {
      chunks: sum(all, ({ chunks }) => chunks),
      p50Ns: longest(all, ({ p50Ns }) => p50Ns),
      p99Ns: longest(all, ({ p99Ns }) => p99Ns),
      maxNs: longest(all, ({ maxNs }) => maxNs),
    },
  };
}
