/** Row: how many connections to one origin a client may open. */
import type { StudyData } from '../result/study-data.ts';
import type { Judgement } from './claim.ts';
import { defineStudyClaim, type MeasuredStep, type StudyEvidence } from './define-study.ts';
import { whole } from './quantity.ts';
import { type Part, type Truth, verdictOf } from './verdict.ts';

type Data = StudyData['connection-limits'];
type Steps = readonly MeasuredStep<Data>[];

/** What is claimed of event streams over HTTP/1.1, and how far off a number still counts as about that. */
const CLAIMED_OVER_HTTP1 = { streams: 6, within: 1 };
/** The fewest that count as high: a client with many servers and windows stays below it. */
const HIGH = 100;

export const maxConnections = defineStudyClaim({
  kind: 'row',
  id: 'max-connections',
  label: 'Maximum Concurrent Connections (per origin)',
  claimed: { sse: '~6 (HTTP/1.1), high (HTTP/2 and 3)', websocket: 'Very high (limited by server resources)' },
  rule: `SSE over HTTP/1.1: true for a client that opens ${CLAIMED_OVER_HTTP1.streams} ± ${CLAIMED_OVER_HTTP1.within} streams and then no more; over HTTP/2: true from ${HIGH} streams on. WebSocket: true if nothing but memory, descriptors or the number that was asked for stops it. Each is put to a browser and to Node; where they differ, it depends on the kind of client.`,
  study: 'connection-limits',
  wouldAnswer: 'the connection-limits scenario with a browser (apt-get install chromium)',
  measure: ({ steps }) => ({
    sse: [...lineOf(steps, SSE_1), ...lineOf(steps, SSE_2), ...plainLine(steps, SSE_1)],
    websocket: [...lineOf(steps, WEBSOCKET), ...plainLine(steps, WEBSOCKET)],
  }),
  judge,
});

/** A part of the claim, put to both kinds of client. */
interface Level {
  readonly of: string;
  readonly stream: Data['stream'];
  readonly http: Data['http'];
  readonly holds: (data: Data) => Truth;
}

const SSE_1: Level = { of: 'SSE over HTTP/1.1', stream: 'sse', http: '1.1', holds: isAboutSix };
const SSE_2: Level = { of: 'SSE over HTTP/2', stream: 'sse', http: '2', holds: isHigh };
const WEBSOCKET: Level = { of: 'WebSocket', stream: 'websocket', http: '1.1', holds: isLimitedByResources };
const LEVELS = [SSE_1, SSE_2, WEBSOCKET];

const CLIENTS = ['browser', 'node'] as const;
type ClientKind = (typeof CLIENTS)[number];

/** Both kinds of client have to be there: half of the question is which of them is asked. */
function judge({ steps }: StudyEvidence<'connection-limits'>): Judgement | undefined {
  const parts = LEVELS.map((level) => CLIENTS.flatMap((client) => partOf(steps, level, client) ?? []));
  if (parts.some((ofLevel) => ofLevel.length < CLIENTS.length)) return undefined;
  const verdict = verdictOf(parts.flat());
  const clientDecides = parts.some((ofLevel) => new Set(ofLevel.map(({ holds }) => holds)).size > 1);
  return clientDecides ? { ...verdict, because: `on the kind of client: ${verdict.because}` } : verdict;
}

function partOf(steps: Steps, level: Level, client: ClientKind): Part | undefined {
  const found = mostOf(steps, level, client);
  if (found === undefined) return undefined;
  const of = `${level.of} from ${nameOf(found)}`;
  const { opened, atServer } = found;
  return opened === atServer
    ? { of, holds: level.holds(found), seen: openedWords(found) }
    : { of, holds: undefined, seen: `it counted ${whole(opened)}, the server ${whole(atServer)}` };
}

/**
 * Of the repetitions, and of the servers that allow more or fewer streams, the one that went furthest: it shows the client's
 * own limit. One on which client and server do not agree is taken only where there is no other.
 */
function mostOf(steps: Steps, { stream, http }: Level, client: ClientKind): Data | undefined {
  const agree = ({ opened, atServer }: Data): number => Number(opened === atServer);
  const [most] = steps
    .map(({ data }) => data)
    .filter((data) => data.stream === stream && data.http === http && data.from.client === client)
    .toSorted((a, b) => agree(b) - agree(a) || b.opened - a.opened);
  return most;
}

function isAboutSix({ opened, limit }: Data): Truth {
  const { streams, within } = CLAIMED_OVER_HTTP1;
  if (opened > streams + within) return false;
  return limit.kind === 'client' ? opened >= streams - within : undefined;
}

function isHigh({ opened, limit }: Data): Truth {
  if (opened >= HIGH) return true;
  return limit.kind === 'client' ? false : undefined;
}

function isLimitedByResources({ opened, limit }: Data): Truth {
  switch (limit.kind) {
    case 'client':
      return false;
    case 'descriptors':
    case 'memory':
    case 'ports':
      return true;
    case 'none':
      return opened >= HIGH ? true : undefined;
    case 'server-setting':
    case 'refused':
      return undefined;
  }
}

function lineOf(steps: Steps, level: Level): readonly string[] {
  const seen = CLIENTS.flatMap((client) => mostOf(steps, level, client) ?? []);
  const version = level.stream === 'sse' ? `HTTP/${level.http}: ` : '';
  const words = seen.map((data) => `${openedWords(data)} (${nameOf(data)})`);
  return seen.length === 0 ? [] : [`${version}${words.join('; ')}`];
}

function plainLine(steps: Steps, level: Level): readonly string[] {
  const found = mostOf(steps, level, 'browser');
  if (found === undefined) return [];
  return [`${nameOf(found)} then: an ordinary request ${found.plain.passed ? 'passes' : 'waits too'}`];
}

/** A browser's limits are those of a version. */
const nameOf = ({ from }: Data): string =>
  from.client === 'browser' ? `${from.name} ${from.version.split('.')[0] ?? ''}` : 'Node';

function openedWords({ opened, limit }: Data): string {
  const number = whole(opened);
  switch (limit.kind) {
    case 'none':
      return `${number}, all asked for`;
    case 'client':
      return number;
    case 'server-setting':
      return `${number}, as the server allows`;
    case 'descriptors':
      return `${number} until ${limit.of === 'client' ? 'its' : 'the server’s'} descriptors were used up`;
    case 'memory':
      return `${number} until memory was used up`;
    case 'ports':
      return `${number} until no port was free`;
    case 'refused':
      return `${number} until something else failed`;
  }
}
