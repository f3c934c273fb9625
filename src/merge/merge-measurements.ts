/** One cell of one trial as several drivers measured it at the same time, as one measurement. */
import type { ByteBooks, Measurement, RelayLateness } from '../result/record.ts';
import { bytes } from '../units.ts';
import { runsDisagree } from '../doubts/driver-agreement.ts';
import { mergeDoubts } from './merge-doubts.ts';
import { bytesOrNull, longest, mergeSeen, mergeUse, sum, sumOrNull } from './merge-seen.ts';
import { mergeTeams } from './merge-teams.ts';

/** At least one measurement. Throws a `PrecisionError` where distributions are not equally precise. */
export function mergeMeasurements(first: Measurement, others: readonly Measurement[]): Measurement {
  const all = [first, ...others];
  return {
    cellId: first.cellId,
    elapsedNs: longest(all, ({ elapsedNs }) => elapsedNs),
    warmup: {
      elapsedNs: longest(all, ({ warmup }) => warmup.elapsedNs),
      discardedCalls: sum(all, ({ warmup }) => warmup.discardedCalls),
      discardedNotifications: sum(all, ({ warmup }) => warmup.discardedNotifications),
    },
    offeredPerSec: sumOrNull(all, ({ offeredPerSec }) => offeredPerSec),
    achievedPerSec: sum(all, ({ achievedPerSec }) => achievedPerSec),
    ...mergeSeen(all),
    // Medians cannot be added, and the samples of a part are not kept.
    partMedians: first.partMedians.map(() => null),
    bytes: mergeBytes(all),
    sockets: sum(all, ({ sockets }) => sockets),
    clients: sum(all, ({ clients }) => clients),
    endpoint: mergeEndpoints(all.map(({ endpoint }) => endpoint)),
    driver: mergeUse([first.driver, ...others.map(({ driver }) => driver)]),
    hiccups: {
      maxNs: longest(all, ({ hiccups }) => hiccups.maxNs),
      totalNs: longest(all, ({ hiccups }) => hiccups.totalNs),
    },
    ...mergeRelays(all.flatMap(({ relay }) => relay ?? [])),
    ...mergeTeams(all),
    doubts: mergeDoubts([...all.map(({ doubts }) => doubts), runsDisagree(all)]),
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
function mergeEndpoints(uses: readonly Measurement['endpoint'][]): Measurement['endpoint'] {
  const own = uses.filter((use) => use !== null && 'cpuUserUs' in use);
  const [first, ...others] = own;
  if (first !== undefined && own.length === uses.length) return mergeUse([first, ...others]);
  const outside = uses.filter((use) => use !== null && 'cpuUs' in use);
  if (outside.length < uses.length) return null;
  return {
    cpuUs: sum(outside, ({ cpuUs }) => cpuUs),
    rssBytes: bytes(sum(outside, ({ rssBytes }) => rssBytes)),
    processes: sum(outside, ({ processes }) => processes),
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
