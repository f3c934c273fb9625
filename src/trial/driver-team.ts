/**
 * Several drivers, and a probe beside them, asked as one driver. They share out the clients and begin at one instant;
 * their histograms are added bucket by bucket. The probe has one client in a process that is otherwise idle: a driver
 * that is busy delays its own answers and takes that for the transport (Treadmill, ISCA 2016; mutilate's separate agents).
 */
import type { Child } from '../child/child.ts';
import type { DriverCommands, DriverReading, RunReply } from '../driver/commands.ts';
import { mediansOf } from '../measure/recorder.ts';
import { bytesOf, longest, mergeSeen, mergeUse, sum } from '../merge/merge-seen.ts';
import { mergeDistributions } from '../measure/histogram.ts';
import { type Share, divide, probeOf } from '../scenario/divide.ts';
import { derivedSeed } from '../scenario/random.ts';
import type { Nanoseconds } from '../units.ts';

/** Asks a driver, or several that are asked as one. */
export type AskedDriver = Pick<Child<DriverCommands>, 'ask'>;

type Handlers = {
  readonly [K in keyof DriverCommands]: (
    body: DriverCommands[K]['body'],
    timeoutNs: Nanoseconds,
  ) => Promise<DriverCommands[K]['reply']>;
};

/** At least one driver, all of them started. What cannot be asked of several at once rejects. */
export function asOneDriver(drivers: readonly AskedDriver[], probe: AskedDriver): AskedDriver {
  let shares: readonly Share[] = [];
  const all = [...drivers, probe];
  const each = <T>(ask: (driver: AskedDriver, index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(drivers.map(ask));
  /** The first scenario compiles the code of all of them, the probe's like the others'. */
  let isWarm = false;
  const handlers: Handlers = {
    open: async ({ scenario }, timeoutNs) => {
      shares = divide(scenario, drivers.length);
      const probed = isWarm ? probeOf(scenario) : { ...scenario, clients: 1 };
      isWarm = true;
      await Promise.all([
        ...drivers.map((driver, index) => driver.ask('open', shareOf(shares, index), timeoutNs)),
        probe.ask('open', { scenario: probed, firstClient: scenario.clients, weighs: true }, timeoutNs),
      ]);
      return undefined;
    },
    prepare: async (order, timeoutNs) => {
      const ofAll = { drivers: drivers.length };
      await each((driver, index) => driver.ask('prepare', { ...order, share: { driver: index, ...ofAll } }, timeoutNs));
      return probe.ask('prepare', { ...order, seed: derivedSeed(order.seed, 'probe') }, timeoutNs);
    },
    run: async (_, timeoutNs) => {
      const driven = each((driver) => driver.ask('run', undefined, timeoutNs)).then(async (replies) => {
        await probe.ask('abort', undefined, timeoutNs);
        return together(replies);
      });
      // Whoever goes, the probe as well, fails the trial at once.
      const [reply] = await Promise.all([driven, probe.ask('run', undefined, timeoutNs)]);
      return reply;
    },
    collect: async (published, timeoutNs) => {
      const readings = await each((driver) => driver.ask('collect', published, timeoutNs));
      return addedUp(readings, await probe.ask('collect', published, timeoutNs));
    },
    release: async (_, timeoutNs) => {
      await Promise.all(all.map((driver) => driver.ask('release', undefined, timeoutNs)));
      return undefined;
    },
    abort: async (_, timeoutNs) => {
      await Promise.all(all.map((driver) => driver.ask('abort', undefined, timeoutNs)));
      return undefined;
    },
    start: notOfSeveral,
    clock: notOfSeveral,
    servers: notOfSeveral,
    probeConnect: notOfSeveral,
    probeCalls: notOfSeveral,
    probeRelease: notOfSeveral,
  };
  return { ask: (command, body, timeoutNs) => handlers[command](body, timeoutNs) };
}

const notOfSeveral = (): Promise<never> => Promise.reject(new Error('this is asked of each driver by itself'));

function shareOf(shares: readonly Share[], index: number): Share {
  const share = shares[index];
  if (share === undefined) throw new Error('no scenario was opened');
  return share;
}

/** Rates add up; the phase was as long as its longest part, and as far off its calendar as the driver that was furthest off. */
function together(replies: readonly RunReply[]): RunReply {
  const offered = replies.flatMap(({ offeredPerSec }) => offeredPerSec ?? []);
  const [worst] = replies
    .flatMap(({ kept }) => kept ?? [])
    .toSorted((a, b) => b.distance / b.limit - a.distance / a.limit);
  return {
    offeredPerSec: offered.length < replies.length ? null : sum(offered, (rate) => rate),
    lengthNs: longest(replies, ({ lengthNs }) => lengthNs),
    kept: worst,
  };
}

function addedUp(readings: readonly DriverReading[], probe: DriverReading): DriverReading {
  const [first, ...others] = readings;
  if (first === undefined) throw new Error('there is no driver');
  const parts = first.parts.map((_, part) =>
    mergeDistributions(readings.flatMap((reading) => reading.parts[part] ?? [])),
  );
  return {
    ...mergeSeen(readings),
    scripts: sum(readings, ({ scripts }) => scripts),
    lastCompletedNs: longest(readings, ({ lastCompletedNs }) => lastCompletedNs),
    parts,
    partMedians: mediansOf(parts),
    elapsedNs: longest(readings, ({ elapsedNs }) => elapsedNs),
    wire: {
      upBytes: bytesOf(readings, ({ wire }) => wire.upBytes),
      downBytes: bytesOf(readings, ({ wire }) => wire.downBytes),
    },
    payloadUp: knownSum(readings, ({ payloadUp }) => payloadUp),
    payloadDown: knownSum(readings, ({ payloadDown }) => payloadDown),
    messagesUp: sum(readings, ({ messagesUp }) => messagesUp),
    messagesDown: sum(readings, ({ messagesDown }) => messagesDown),
    sessionsReopened: sum(readings, ({ sessionsReopened }) => sessionsReopened),
    openSockets: sum(readings, ({ openSockets }) => openSockets),
    clients: sum(readings, ({ clients }) => clients),
    lostBecause: readings.find(({ lostBecause }) => lostBecause !== undefined)?.lostBecause,
    process: mergeUse([first.process, ...others.map((reading) => reading.process)]),
    team: { drivers: readings, probe },
  };
}

/** `undefined` where one of them does not count it. */
function knownSum(readings: readonly DriverReading[], read: (reading: DriverReading) => number | undefined) {
  const known = readings.flatMap((reading) => read(reading) ?? []);
  return known.length < readings.length ? undefined : sum(known, (value) => value);
}
