import { describe, expect, it } from 'vitest';
import { measured, studyRecord } from '../../test/fixtures/study-record.ts';
import type { StudyData } from '../result/study-data.ts';
import { summarise } from '../stats/summarise.ts';
import { maxConnections } from './max-connections.ts';

type Data = StudyData['connection-limits'];
type Kind = Pick<Data, 'stream' | 'http'>;

const SSE_1: Kind = { stream: 'sse', http: '1.1' };
const SSE_2: Kind = { stream: 'sse', http: '2' };
const WEBSOCKET: Kind = { stream: 'websocket', http: '1.1' };

const WAITS = { kind: 'client', how: 'waits', nextOpens: true } as const;
const FAILS = { kind: 'client', how: 'fails', nextOpens: null } as const;
const NONE = { kind: 'none' } as const;

function dataOf(kind: Kind, opened: number, limit: Data['limit'], from: Data['from']): Data {
  const plain = { passed: kind.stream === 'websocket', elapsedNs: 1 };
  return { ...kind, asked: 500, opened, atServer: opened, sockets: opened, limit, plain, from };
}

const inBrowser = (kind: Kind, opened: number, limit: Data['limit'], allowed: number | null = null): Data =>
  dataOf(kind, opened, limit, { client: 'browser', name: 'Surfer', version: '9.1.2', allowed });

const inNode = (kind: Kind, opened = 500, limit: Data['limit'] = NONE): Data =>
  dataOf(kind, opened, limit, {
    client: 'node',
    addresses: 4,
    portsPerAddress: 28_000,
    clientDescriptors: 1_024,
    serverDescriptors: 1_024,
    clientRssBytes: 1,
    serverRssBytes: 1,
  });

/** As a run finds it where browsers have limits and Node has none. */
const USUAL = [
  inBrowser(SSE_1, 6, WAITS),
  inBrowser(SSE_2, 100, { kind: 'server-setting', allowed: 100 }, 100),
  inBrowser(SSE_2, 240, WAITS, 1_000),
  inBrowser(WEBSOCKET, 230, FAILS),
  inNode(SSE_1),
  inNode(SSE_2),
  inNode(WEBSOCKET),
];

const findingOf = (all: readonly Data[]) =>
  maxConnections.evaluate(
    summarise(
      studyRecord({
        study: 'connection-limits',
        steps: all.flatMap((data, index) => measured<'connection-limits'>({ step: String(index) }, data)),
      }),
    ),
  );

/** The usual findings with those of one kind and client replaced. */
const withOne = (data: Data): readonly Data[] => [
  ...USUAL.filter(
    ({ stream, http, from }) => stream !== data.stream || http !== data.http || from.client !== data.from.client,
  ),
  data,
];

describe('max-connections', () => {
  it('depends on the kind of client where a browser has limits and Node has none, with the numbers of both', () => {
    const { verdict, measured: seen } = findingOf(USUAL);
    expect(verdict).toEqual({
      word: 'depends',
      because:
        'on the kind of client: true for SSE over HTTP/1.1 from Surfer 9 (6), SSE over HTTP/2 from Surfer 9 (240), ' +
        'SSE over HTTP/2 from Node (500, all asked for), WebSocket from Node (500, all asked for); ' +
        'not for SSE over HTTP/1.1 from Node (500, all asked for), WebSocket from Surfer 9 (230)',
    });
    expect(seen).toEqual({
      sse: [
        'HTTP/1.1: 6 (Surfer 9); 500, all asked for (Node)',
        'HTTP/2: 240 (Surfer 9); 500, all asked for (Node)',
        'Surfer 9 then: an ordinary request waits too',
      ],
      websocket: ['230 (Surfer 9); 500, all asked for (Node)', 'Surfer 9 then: an ordinary request passes'],
    });
  });

  it('is confirmed where both kinds of client do as is claimed, and refuted where neither does', () => {
    const likeClaimed = [
      inBrowser(SSE_1, 5, WAITS),
      inBrowser(SSE_2, 100, WAITS, 1_000),
      inBrowser(WEBSOCKET, 400, { kind: 'descriptors', of: 'client', limit: 400 }),
      inNode(SSE_1, 7, WAITS),
      inNode(SSE_2),
      inNode(WEBSOCKET, 90, { kind: 'memory', budgetBytes: 1 }),
    ];
    expect(findingOf(likeClaimed).verdict.word).toBe('confirmed');
    const unlike = [
      inBrowser(SSE_1, 4, WAITS),
      inBrowser(SSE_2, 99, WAITS, 1_000),
      inBrowser(WEBSOCKET, 400, FAILS),
      inNode(SSE_1, 8, WAITS),
      inNode(SSE_2, 8, FAILS),
      inNode(WEBSOCKET, 90, FAILS),
    ];
    expect(findingOf(unlike).verdict.word).toBe('refuted');
  });

  it.each<[what: string, data: Data]>([
    ['something else broke off six streams', inBrowser(SSE_1, 6, { kind: 'refused', said: 'the sky fell' })],
    ['too few WebSockets were asked for', inNode(WEBSOCKET, 99)],
    ['something else broke off WebSockets', inNode(WEBSOCKET, 300, { kind: 'refused', said: 'the sky fell' })],
    [
      'a server allowed few streams and no other was tried',
      inBrowser(SSE_2, 9, { kind: 'server-setting', allowed: 9 }, 9),
    ],
  ])('leaves undecided what was not seen: %s', (_what, data) => {
    expect(findingOf(withOne(data)).verdict.because).toContain('undecided for ');
  });

  it('does not take a number that only one side has counted', () => {
    const doubtful = { ...inBrowser(SSE_1, 6, WAITS), atServer: 5 };
    expect(findingOf(withOne(doubtful)).verdict.because).toContain(
      'undecided for SSE over HTTP/1.1 from Surfer 9 (it counted 6, the server 5)',
    );
    expect(findingOf([...withOne(doubtful), inBrowser(SSE_1, 5, WAITS)]).verdict.because).toContain(
      'true for SSE over HTTP/1.1 from Surfer 9 (5)',
    );
  });

  it('is not measured without a browser, and says how to get one; what Node did is shown', () => {
    const missing = {
      subject: { step: 'missing' },
      outcome: { status: 'not-measured', because: 'no browser is on the PATH', wouldAnswer: 'apt-get install one' },
    } as const;
    const steps = [...measured<'connection-limits'>({ step: '0' }, inNode(SSE_1)), missing];
    const { verdict, measured: seen } = maxConnections.evaluate(
      summarise(studyRecord({ study: 'connection-limits', steps })),
    );
    expect(verdict).toMatchObject({
      word: 'not measured',
      because: 'no browser is on the PATH',
      wouldAnswer: 'apt-get install one',
    });
    expect(seen).toEqual({ sse: ['HTTP/1.1: 500, all asked for (Node)'] });
  });
});
