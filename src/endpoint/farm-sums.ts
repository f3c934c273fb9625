/** What many servers answered, as the answer of one. Pure. */
import type { ProcessUse } from '../measure/process-meter.ts';
import { bytes, nanoseconds } from '../units.ts';
import type { EndpointCommands, EndpointReading, PublishReport } from './commands.ts';

export type SocketsView = EndpointCommands['sockets']['reply'];

/** The servers publish by one calendar: an event is the same for all of them, and its sends are each one's own. */
export const sumPublished = (reports: readonly PublishReport[]): PublishReport => ({
  published: total(reports, ({ published }) => published),
  events: longest(reports).map((_unused, index) => most(reports, ({ events }) => events[index] ?? 0)),
  latestNs: nanoseconds(most(reports, ({ latestNs }) => latestNs)),
});

export const sumReadings = (readings: readonly EndpointReading[]): EndpointReading => ({
  wire: {
    upBytes: bytes(total(readings, ({ wire }) => wire.upBytes)),
    downBytes: bytes(total(readings, ({ wire }) => wire.downBytes)),
  },
  payloadUp: total(readings, ({ payloadUp }) => payloadUp),
  payloadDown: total(readings, ({ payloadDown }) => payloadDown),
  messagesUp: total(readings, ({ messagesUp }) => messagesUp),
  messagesDown: total(readings, ({ messagesDown }) => messagesDown),
  openSockets: total(readings, ({ openSockets }) => openSockets),
  process: sumUse(readings.map((reading) => reading.process)),
});

/** Time, memory and collections add up; how busy it was is that of the busiest. */
const sumUse = (uses: readonly ProcessUse[]): ProcessUse => ({
  cpuUserUs: total(uses, ({ cpuUserUs }) => cpuUserUs),
  cpuSystemUs: total(uses, ({ cpuSystemUs }) => cpuSystemUs),
  rssBytes: bytes(total(uses, ({ rssBytes }) => rssBytes)),
  utilisation: most(uses, ({ utilisation }) => utilisation),
  gcCount: total(uses, ({ gcCount }) => gcCount),
  gcTotalNs: nanoseconds(total(uses, ({ gcTotalNs }) => gcTotalNs)),
  gcMaxNs: nanoseconds(most(uses, ({ gcMaxNs }) => gcMaxNs)),
});

/** Sockets of all; settings and facts of the first, whose program and options are the others' too. Throws when there is none. */
export function sumSockets(views: readonly SocketsView[]): SocketsView {
  const [first] = views;
  if (first === undefined) throw new Error('no client has started a server');
  return { ...first, sockets: views.flatMap(({ sockets }) => sockets) };
}

const longest = (reports: readonly PublishReport[]): readonly number[] =>
  reports.reduce<readonly number[]>((found, { events }) => (events.length > found.length ? events : found), []);

const total = <T>(items: readonly T[], read: (item: T) => number): number =>
  items.reduce((sum, item) => sum + read(item), 0);

const most = <T>(items: readonly T[], read: (item: T) => number): number => Math.max(0, ...items.map(read));
