/** The study `multi-server` in a report: what streams take, and a quiet one beside a busy one. */
import { plain, size, time, times } from '../../claims/quantity.ts';
import type { PlannedStudy } from '../../scenario/study.ts';
import {
  type Aspect,
  type HogFound,
  type Place,
  type StreamsFound,
  hogsFound,
  streamsFound,
} from '../../stats/multi-server.ts';
import type { Comparison } from '../../stats/summary.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

export const render: StudyRendering<'multi-server'> = (steps, planned) => {
  const streams = inOrder(streamsFound(steps), planned);
  const hogs = inOrder(hogsFound(steps), planned);
  return {
    lines: [LEGEND],
    tables: [...streamTables(streams, planned), ...(hogs.length === 0 ? [] : [hogTable(hogs, planned)])],
    notes: [
      ...lossNotes(streams, hogs),
      ...(streams.length === 0 ? [] : [TOPICS, RESIDENT]),
      ...(hogs.length === 0 ? [] : [APART]),
    ],
  };
};

const LEGEND =
  'one: all servers behind one origin, as behind a gateway; several: each server at its own; topics: one session with each server, every stream a topic of it. Sessions of one client share its HTTP connections. Memory per stream.';
const TOPICS =
  'topics are not the same as sessions: MCP has no session id inside of its messages, so only the streams of one session can share a WebSocket; they then share its server, its identity and the order of one TCP stream as well.';
const RESIDENT =
  'memory is what the resident set of the process grew by, over the number of streams: with few streams it is mostly code that ran for the first time.';
const APART =
  'beside: the busy neighbour uses the connections of the quiet stream’s client (with topics its session); apart: it has connections of its own between the same two processes; sharing: the one over the other. What slows either way is the work that two processes share. Sessions over HTTP/1.1 and WebSocket have sockets of their own in both.';

const PLACES: readonly Place['origins'][] = ['one', 'several'];
const LAYOUTS: readonly Place['layout'][] = ['sessions', 'topics'];

/** By arm as planned, then by place. */
function inOrder<T extends Place>(found: readonly T[], { arms }: PlannedStudy): readonly T[] {
  const rank = ({ armId, origins, layout }: Place): number =>
    arms.findIndex(({ id }) => id === armId) * 10 + PLACES.indexOf(origins) * 3 + LAYOUTS.indexOf(layout);
  return found.toSorted((a, b) => rank(a) - rank(b));
}

const nameOf = ({ armId, origins, layout }: Place, { arms }: PlannedStudy): string =>
  `${arms.find(({ id }) => id === armId)?.title ?? armId}, ${origins}${layout === 'topics' ? ', topics' : ''}`;

/** One table for each number of streams. */
function streamTables(found: readonly StreamsFound[], planned: PlannedStudy): readonly StudyTable[] {
  const numbers = [...new Set(found.map(({ streams }) => streams))].toSorted((a, b) => a - b);
  return numbers.map((number) => ({
    caption: `${plain(number)} streams of one client; time to the first event on the first and on the last of them`,
    heads: ['', 'sockets', 'opened', 'requests', 'bytes', 'first', 'last', 'client', 'endpoint'],
    rows: found
      .filter(({ streams }) => streams === number)
      .map((one) => [
        nameOf(one, planned),
        plain(one.sockets),
        plain(one.socketsOpened),
        plain(one.httpRequests),
        size(one.bytes),
        time(one.firstEventNs),
        time(one.lastEventNs),
        size(one.clientBytesPerStream),
        size(one.endpointBytesPerStream),
      ]),
  }));
}

function hogTable(found: readonly HogFound[], planned: PlannedStudy): StudyTable {
  const [first] = found;
  return {
    caption: `A quiet stream beside a busy one: p${(first?.share ?? 0) * 100} of its calls and of its events, alone, and by what factor the neighbour slows them`,
    heads: ['', 'calls', 'beside', 'apart', 'sharing', 'events', 'beside', 'apart', 'sharing'],
    rows: found.map((hog) => [nameOf(hog, planned), ...cellsOf(hog, 'calls'), ...cellsOf(hog, 'events')]),
  };
}

const cellsOf = (
  { quantileNs, besideToAlone, apartToAlone, besideToApart }: HogFound,
  aspect: Aspect,
): readonly string[] => [
  time(quantileNs.alone[aspect]),
  factor(besideToAlone[aspect]),
  factor(apartToAlone[aspect]),
  factor(besideToApart[aspect]),
];

const factor = (comparison: Comparison | undefined): string =>
  comparison === undefined ? '?' : times(comparison.ratio);

function lossNotes(streams: readonly StreamsFound[], hogs: readonly HogFound[]): readonly string[] {
  const lost = streams.reduce((sum, one) => sum + one.lost, 0);
  const missing = hogs.reduce((sum, one) => sum + one.missing, 0);
  return [
    ...(lost === 0 ? [] : [`${lost} events did not come on the stream that they were sent to`]),
    ...(missing === 0 ? [] : [`${missing} calls failed or events were lost beside a busy neighbour`]),
  ];
}
