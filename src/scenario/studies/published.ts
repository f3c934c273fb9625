/** What a scenario file may set of the study `published`. */
import { duration, mapping, whole } from '../fields.ts';

export const settings = mapping(
  {
    calls: whole({ least: 10, most: 100_000 })
      .prefault(300)
      .describe('Calls one after another, where calls are timed.'),
    sessions: whole({ least: 2, most: 1_000 })
      .prefault(30)
      .describe('Sessions or processes, where each call gets one of its own.'),
    events: whole({ least: 10, most: 100_000 }).prefault(200).describe('Events, where their bytes are counted.'),
    outage: duration({ least: '100ms', most: '30s' })
      .prefault('1s')
      .describe('How long nothing listens, where clients come back.'),
    retry: duration({ least: '50ms', most: '10s' })
      .prefault('400ms')
      .describe('The delay before a client tries again, the same for all who have the choice.'),
  },
  'a mapping with calls, sessions, events, outage and retry',
);

/** One of the published comparisons: where it stands, and what it says, in the order of its ways. */
export interface PublishedFigure {
  /** As claims are named. */
  readonly id: string;
  readonly where: string;
  /** In the words and numbers of those who published it. */
  readonly says: string;
  /** How it is measured here; the first against the second is the published comparison, the others explain it. */
  readonly ways: readonly string[];
  /** What a step's values are. */
  readonly what: 'call time' | 'calls per second' | 'bytes per message' | 'time to come back';
}

/** What others have published, to be set beside what is measured here. Their numbers are quoted, never computed with. */
export const PUBLISHED: readonly PublishedFigure[] = [
  {
    id: 'published-ws-11x',
    where: 'KeKsBoTer/websocket-vs-sse',
    says: 'WebSocket 0.4/0.8 ms, SSE and POST 2.1/2.4 ms; 4.2 s against 46.3 s for the same calls: 11×',
    ways: [
      'SSE',
      'WebSocket',
      'SSE, lean client',
      'WebSocket, lean client',
      'SSE, POST by fetch()',
      'SSE, official SDK',
      'WebSocket, official SDK',
    ],
    what: 'call time',
  },
  {
    id: 'published-ui-tars',
    where: 'bytedance/UI-TARS-desktop, mcp-benchmark',
    says: 'calls/s: in memory 4539, Streamable HTTP 744, SSE 608, stdio 6.8',
    ways: [
      'Streamable HTTP',
      'SSE',
      'Streamable HTTP, lean client',
      'SSE, lean client',
      'no wire',
      'stdio',
      'stdio, a process per call',
    ],
    what: 'calls per second',
  },
  {
    id: 'published-session-reuse',
    where: 'Stacklok, MCP servers in Kubernetes',
    says: 'Streamable HTTP 290–300 req/s with shared sessions, 30–36 with a session per call; quoted as "10× faster than SSE"',
    ways: ['Streamable HTTP', 'Streamable HTTP, a session per call', 'SSE', 'SSE, a session per call'],
    what: 'calls per second',
  },
  {
    id: 'published-push-bytes',
    where: 'theinfinity.dev, WebSocket vs SSE vs polling',
    says: 'an event of 117 B: WebSocket 119.7 B, SSE 131.6 B (HTTP/1.1), 134.5 B (HTTP/2)',
    ways: ['SSE', 'WebSocket', 'SSE, HTTP/2'],
    what: 'bytes per message',
  },
  {
    id: 'published-87-bytes',
    where: 'several student repositories',
    says: 'SSE costs 87 B of HTTP headers for each message, WebSocket 14 B',
    ways: [
      'SSE, server to client',
      'WebSocket, server to client',
      'SSE, client to server',
      'WebSocket, client to server',
    ],
    what: 'bytes per message',
  },
  {
    id: 'published-reconnect',
    where: 'onybrunella/WebSockets-vs-SSE-vs-WebTransport',
    says: 'after a cut of 5 s SSE is back in 2.06 s, WebSocket in 3.78 s',
    ways: ['SSE, fixed delay', 'WebSocket, fixed delay', 'WebSocket, doubling delay'],
    what: 'time to come back',
  },
];
