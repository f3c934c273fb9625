/** The study of many streams, through the whole program: sockets and books, which must hold on every machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { studySteps } from '../src/stats/study-steps.ts';
import { fileIn } from './fixtures/command.ts';
import { runStudy } from './fixtures/run-study.ts';

const SERVERS = 2;
const STREAMS = 4;
const SCENARIO = {
  name: 'few-servers',
  title: 'A test',
  shows: 'What a test needs.',
  study: 'multi-server',
  arms: ['sse'],
  settings: {
    servers: SERVERS,
    streams: [STREAMS],
    rounds: 1,
    window: '50ms',
    hog: { size: '64KiB' },
    quiet: { rate: '100/s' },
  },
};
const SESSIONS = SERVERS * STREAMS;
/** At one origin, at several, and as topics of one session with each: what HTTP/2 takes at each origin, and WebSocket. */
const PLACES = [
  { origins: 'one', layout: 'sessions', sessions: SESSIONS, h2: [1], websocket: [SESSIONS] },
  { origins: 'several', layout: 'sessions', sessions: SESSIONS, h2: [1, 1], websocket: [STREAMS, STREAMS] },
  { origins: 'several', layout: 'topics', sessions: SERVERS, h2: [1, 1], websocket: [1, 1] },
] as const;

async function run(arm: string) {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const ran = await runStudy([fileIn(folder, 'few-servers.json', SCENARIO), '-t', arm]);
  const steps = studySteps(ran.record, 'multi-server');
  const streamsAt = ({ origins, layout }: (typeof PLACES)[number]) => {
    const step = steps.find(
      ({ subject }) => subject['origins'] === origins && subject['layout'] === layout && subject['hog'] === undefined,
    );
    if (step?.outcome.status !== 'measured' || step.outcome.data.streams === null)
      throw new Error(JSON.stringify(step?.outcome));
    return step.outcome.data.streams;
  };
  return { ...ran, steps, streamsAt };
}

describe.each(['sse+h2+tls', 'websocket'] as const)('run multi-server, %s', async (arm) => {
  const { code, stdout, steps, streamsAt } = await run(arm);

  test('measures every place', () => {
    expect(code).toBe(0);
    expect(steps.map(({ outcome }) => outcome.status)).toEqual(Array(6).fill('measured'));
  });

  test.each(PLACES)('every stream has its events, and no other: $origins, $layout', (place) => {
    const { streams, sessions, published, delivered, firstEventNs } = streamsAt(place);
    expect({ streams, sessions }).toEqual({ streams: SESSIONS, sessions: place.sessions });
    expect({ published, delivered }).toEqual({ published: 2 * streams, delivered: 2 * streams });
    expect(firstEventNs).toHaveLength(streams);
    for (const spanNs of firstEventNs) expect(spanNs).toBeGreaterThan(0);
  });

  test.each(PLACES)('sockets and handshakes: $origins, $layout', (place) => {
    const { openSockets, socketsOpened, tlsHandshakes, httpRequests } = streamsAt(place);
    const expected = arm === 'websocket' ? place.websocket : place.h2;
    const all = expected.reduce<number>((sum, open) => sum + open, 0);
    expect(openSockets).toEqual(expected);
    expect({ socketsOpened, tlsHandshakes }).toEqual({
      socketsOpened: all,
      tlsHandshakes: arm === 'websocket' ? 0 : all,
    });
    if (arm === 'websocket') expect(httpRequests).toBe(all);
  });

  test('a quiet stream loses nothing alone, beside a busy one, or apart from it', () => {
    const rounds = steps.flatMap(({ outcome }) => (outcome.status === 'measured' ? (outcome.data.rounds ?? []) : []));
    expect(rounds.map(({ condition }) => condition).toSorted()).toEqual(
      ['alone', 'apart', 'beside'].flatMap((condition) => [condition, condition, condition]),
    );
    for (const { due, published, failed, lost, callsNs, deliveryNs } of rounds) {
      expect({ due, published, failed, lost }).toEqual({ due: 5, published: 5, failed: 0, lost: 0 });
      expect([callsNs.count, deliveryNs.count]).toEqual([5, 5]);
    }
    for (const { condition, hogResults } of rounds) if (condition === 'alone') expect(hogResults).toBe(0);
    expect(rounds.some(({ hogResults }) => hogResults > 0)).toBe(true);
  });

  test('is shown, and the claim is judged where there is HTTP/2', () => {
    expect(stdout).toContain('8 streams of one client');
    if (arm !== 'websocket')
      expect(stdout).toMatch(
        /= depends: true for streams to one origin \(8 streams over 1 socket\); not for streams\s+to several/,
      );
  });
});
