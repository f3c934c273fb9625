/** The study `connection-limits` in a report. */
import { count, size, time, whole } from '../../claims/quantity.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { StudyStep } from '../../stats/study-steps.ts';
import type { StudyRendering } from './rendering.ts';

type Data = StudyData['connection-limits'];
type Client = Data['from']['client'];

export const render: StudyRendering<'connection-limits'> = (steps) => {
  const all = steps.flatMap(({ outcome }) => (outcome.status === 'measured' ? [outcome.data] : []));
  const ways = [...groupByWay(all)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, repetitions]) => repetitions);
  return {
    lines: [
      'Streams are opened to one origin until the next one does not open. Client and server count for themselves.',
    ],
    tables: ways.length === 0 ? [] : [{ caption: '', heads: HEADS, rows: ways.map(rowOf) }],
    notes: [
      ...disagreements(all),
      ...refusals(all),
      ...browserNotes(steps),
      ...nodeNotes(all),
      ...(ways.length === 0 ? [] : NOT_SAID),
    ],
  };
};

const HEADS = ['client and stream', 'open', 'sockets', 'what stopped it', 'ordinary request then'];

const NOT_SAID = ['HTTP/3 is not looked at: neither Node nor the embedded endpoint speaks it'];

/** Repetitions of one way, in the order of the table: browser before Node, event streams before WebSockets. */
function groupByWay(all: readonly Data[]): ReadonlyMap<string, readonly Data[]> {
  const groups = new Map<string, Data[]>();
  for (const data of all) {
    const { stream, http, from } = data;
    const allowed = from.client === 'browser' ? (from.allowed ?? 0) : 0;
    const key = [from.client, stream, http, String(allowed).padStart(6, '0')].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), data]);
  }
  return groups;
}

function rowOf(repetitions: readonly Data[]): readonly string[] {
  const texts = (read: (data: Data) => string): string => [...new Set(repetitions.map(read))].join(' or ');
  const range = (read: (data: Data) => number): string => {
    const [low, high] = [Math.min(...repetitions.map(read)), Math.max(...repetitions.map(read))];
    return low === high ? whole(low) : `${whole(low)}–${whole(high)}`;
  };
  return [
    texts(wayWords),
    range(({ opened }) => opened),
    range(({ sockets }) => sockets),
    texts(limitWords),
    plainWords(repetitions),
  ];
}

function wayWords({ stream, http, from }: Data): string {
  const client = from.client === 'browser' ? from.name : 'Node';
  if (stream === 'websocket') return `${client}, WebSocket`;
  const allowed = from.client === 'browser' && from.allowed !== null ? ` (server: ${whole(from.allowed)})` : '';
  return `${client}, SSE, HTTP/${http}${allowed}`;
}

function limitWords({ limit, from, asked }: Data): string {
  switch (limit.kind) {
    case 'none':
      return `nothing: all ${whole(asked)} asked for`;
    case 'client':
      return `the ${clientWord(from.client)}: the next ${limit.how}`;
    case 'server-setting':
      return `the server: ${whole(limit.allowed)} allowed`;
    case 'descriptors':
      return `descriptors of the ${limit.of}${limit.limit === null ? '' : ` (${whole(limit.limit)})`}`;
    case 'memory':
      return limit.budgetBytes === null ? 'the system’s memory' : `the budget of ${size(limit.budgetBytes)}`;
    case 'ports':
      return 'the ports of the client’s addresses';
    case 'refused':
      return 'something else';
  }
}

const clientWord = (client: Client): string => (client === 'browser' ? 'browser' : 'client');

function plainWords(repetitions: readonly Data[]): string {
  const passed = repetitions.filter(({ plain }) => plain.passed);
  const [first] = passed;
  if (first === undefined) return 'does not pass';
  if (passed.length < repetitions.length) return `passes ${passed.length} of ${count(repetitions.length, 'time')}`;
  return `passes, ${time(Math.max(...passed.map(({ plain }) => plain.elapsedNs)))}`;
}

/** A number that only one side has seen is no limit, and decides nothing. */
function disagreements(all: readonly Data[]): readonly string[] {
  return all
    .filter(({ opened, atServer }) => opened !== atServer)
    .map(
      (data) =>
        `${wayWords(data)}: the client counted ${whole(data.opened)} and the server ${whole(data.atServer)}, so it decides nothing`,
    );
}

const refusals = (all: readonly Data[]): readonly string[] =>
  all.flatMap((data) => (data.limit.kind === 'refused' ? [`${wayWords(data)}: ${data.limit.said}`] : []));

function browserNotes(steps: readonly StudyStep<Data>[]): readonly string[] {
  const all = steps.flatMap(({ outcome }) => (outcome.status === 'measured' ? [outcome.data] : []));
  const browsers = new Set(
    all.flatMap(({ from }) => (from.client === 'browser' ? [`${from.name} ${from.version}`] : [])),
  );
  const waited = all.flatMap(({ limit }) =>
    limit.kind === 'client' && limit.nextOpens !== null ? [limit.nextOpens] : [],
  );
  const moved = waited.filter((opens) => opens).length;
  return [
    ...(browsers.size === 0
      ? []
      : [`browser: ${[...browsers].join(', ')}, headless; its limits are those of this version`]),
    ...(waited.length === 0
      ? []
      : [
          `where the next stream waited, it opened when another was closed: ${moved} of ${count(waited.length, 'time')}`,
        ]),
  ];
}

function nodeNotes(all: readonly Data[]): readonly string[] {
  const found = all.flatMap(({ from }) => (from.client === 'node' ? [from] : []));
  const [first] = found;
  if (first === undefined) return [];
  const ports = first.portsPerAddress === null ? '' : ` with ${whole(first.portsPerAddress)} ports each`;
  const descriptors =
    first.clientDescriptors === null ? '' : `; ${whole(first.clientDescriptors)} descriptors per process`;
  const memory = Math.max(...found.map(({ clientRssBytes, serverRssBytes }) => clientRssBytes + serverRssBytes));
  return [
    `Node: opened from ${count(first.addresses, 'loopback address', 'loopback addresses')}${ports}${descriptors}; client and endpoint held ${size(memory)} at most`,
  ];
}
