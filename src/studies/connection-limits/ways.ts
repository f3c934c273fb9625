/** What the study looks at, one way of opening streams after the other, and how each stands in a plan. */
import type { Subject } from '../../scenario/study.ts';

export interface BrowserWay {
  readonly client: 'browser';
  readonly stream: 'sse' | 'websocket';
  readonly http: '1.1' | '2';
  /** MAX_CONCURRENT_STREAMS of the server; `undefined` without HTTP/2. */
  readonly allowed: number | undefined;
}

export interface NodeWay {
  readonly client: 'node';
  readonly stream: 'sse' | 'websocket';
  readonly http: '1.1' | '2';
}

export type Way = BrowserWay | NodeWay;

const NODE_WAYS: readonly NodeWay[] = [
  { client: 'node', stream: 'sse', http: '1.1' },
  { client: 'node', stream: 'sse', http: '2' },
  { client: 'node', stream: 'websocket', http: '1.1' },
];

/** Event streams over HTTP/2 once for each number of streams that the server allows. */
export function waysOf(allowed: readonly number[]): readonly Way[] {
  const browser = { client: 'browser', allowed: undefined } as const;
  return [
    { ...browser, stream: 'sse', http: '1.1' },
    ...allowed.map((streams): Way => ({ ...browser, stream: 'sse', http: '2', allowed: streams })),
    { ...browser, stream: 'websocket', http: '1.1' },
    ...NODE_WAYS,
  ];
}

export function subjectOf(way: Way): Subject {
  const { client, stream, http } = way;
  const allowed = way.client === 'browser' ? way.allowed : undefined;
  return { client, stream, http, ...(allowed === undefined ? {} : { allowed: String(allowed) }) };
}

/** The way that a subject of the plan names. */
export function wayOf(subject: Subject, allowed: readonly number[]): Way {
  const words = JSON.stringify(subject);
  const found = waysOf(allowed).find((way) => JSON.stringify(subjectOf(way)) === words);
  if (found === undefined) throw new Error(`the plan names ${words}, which this study does not look at`);
  return found;
}
