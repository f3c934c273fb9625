import { describe, expect, it } from 'vitest';
import { type CellSpec, compared, type SummarySpec, summaryOf } from '../../test/golden/summaries.ts';
import type { Summary, Word } from '../stats/summary.ts';
import { agentLoop } from './agent-loop.ts';
import { claimHeads, evaluateClaims } from './all.ts';
import { chattyThroughput } from './chatty.ts';
import type { Claim } from './claim.ts';
import { verdictWords } from './claim.ts';
import { clientComplexity } from './client-complexity.ts';
import { connectionModel } from './connection-model.ts';
import { defaultTransport } from './default-transport.ts';
import { extraRoundTrip } from './extra-round-trip.ts';
import { frameOverhead } from './frame-overhead.ts';
import { latency } from './latency.ts';
import { roundTrip50ms } from './round-trip-50ms.ts';

const MS = 1e6;
const verdictOn = (claim: Claim, spec: SummarySpec) => claim.evaluate(summaryOf(spec)).verdict;
const wordOn = (claim: Claim, spec: SummarySpec): string => verdictWords(verdictOn(claim, spec));

describe('the list of claims', () => {
  it('holds eight rows and twelve prose claims, each id once', () => {
    const heads = claimHeads();
    expect(heads.filter(({ kind }) => kind === 'row')).toHaveLength(8);
    expect(heads.filter(({ kind }) => kind === 'prose')).toHaveLength(12);
    expect(new Set(heads.map(({ id }) => id)).size).toBe(20);
    expect(heads.slice(0, 8).map(({ label }) => label)).toEqual([
      'Connection Model',
      'Built-in Reconnection',
      'Default Transport',
      'Avg. Message Latency (LAN)',
      'Client-Side Complexity',
      'Firewall/Proxy Compatibility',
      'Server Push Efficiency',
      'Maximum Concurrent Connections (per origin)',
    ]);
  });

  it('states a rule for every claim', () => {
    for (const { id, rule } of claimHeads()) expect(rule.length, id).toBeGreaterThan(40);
  });

  it('finds only what the probe saw in a run without scenarios', () => {
    const measured = evaluateClaims(summaryOf({})).filter(({ finding }) => finding.verdict.word !== 'not measured');
    expect(measured.map(({ id }) => id)).toEqual(['connection-model', 'default-transport', 'client-complexity']);
  });
});

describe('what is missing', () => {
  it('names the scenario that the record does not hold', () => {
    const verdict = verdictOn(latency, {});
    expect(verdict).toMatchObject({
      word: 'not measured',
      lacks: 'scenario',
      because: 'no tool-calls scenario in this run',
    });
  });

  it('names the side that is missing, and still shows the other', () => {
    const finding = connectionModel.evaluate(summaryOf({ armIds: ['sse', 'sse#2'] }));
    expect(finding.verdict).toMatchObject({
      word: 'not measured',
      lacks: 'side',
      because: 'WebSocket is not in this run',
    });
    expect(Object.keys(finding.measured)).toEqual(['sse', 'sse#2']);
  });

  it('says why a side could not run', () => {
    const summary = summaryOf({ armIds: ['sse'] });
    const record = { ...summary.record, unsupported: [{ armId: 'websocket', cellId: null, reason: 'no such module' }] };
    expect(connectionModel.evaluate({ ...summary, record }).verdict.because).toBe(
      'WebSocket could not run: no such module',
    );
  });

  it('says which arm has no valid trial', () => {
    const cells = [{ scenario: 'tool-calls', arms: { sse: { 'response-time.mean': MS } } } satisfies CellSpec];
    expect(verdictOn(latency, { cells })).toMatchObject({
      lacks: 'data',
      because: 'no valid trial of WebSocket in tool-calls',
    });
  });

  it('says that the samples are too few for a quantile', () => {
    const arms = { sse: { 'response-time.p50': MS }, websocket: { 'response-time.p50': MS } };
    const verdict = verdictOn(roundTrip50ms, { cells: [{ scenario: 'tool-calls', arms, fewestSamples: 40 }] });
    expect(verdict.because).toBe('40 samples per trial of SSE in tool-calls are too few for response-time p99');
  });

  it('says that the probe left nothing', () => {
    const summary = summaryOf({});
    const record = { ...summary.record, matching: { ...summary.record.matching, facts: [] } };
    expect(connectionModel.evaluate({ ...summary, record }).verdict).toMatchObject({
      word: 'not measured',
      lacks: 'data',
    });
  });

  it('judges nothing, facts neither, in a run of which no trial was completed', () => {
    const summary = { ...summaryOf({}), completedTrials: 0 };
    for (const claim of [connectionModel, defaultTransport, clientComplexity]) {
      const { verdict, measured } = claim.evaluate(summary);
      expect(verdict).toMatchObject({
        word: 'not measured',
        lacks: 'data',
        because: 'no trial of this run was completed',
      });
      expect(Object.keys(measured)).toEqual(['sse', 'websocket']);
    }
  });

  it('says so when the trials are too few for a usual interval', () => {
    const arms = { sse: { 'response-time.mean': MS }, websocket: { 'response-time.mean': MS } };
    const verdict = verdictOn(latency, { cells: [{ scenario: 'tool-calls', arms, coverage: 0.75 }] });
    expect(verdict.word).toBe('confirmed');
    expect(verdict.because).toContain('only 3 trials: 75 % intervals');
  });
});

describe('connection-model', () => {
  const facts = (sse: object, websocket: object): SummarySpec => ({ facts: { sse, websocket } });

  it('is confirmed by what the fixture saw', () => expect(wordOn(connectionModel, {})).toBe('confirmed'));
  it('calls SSE two-way only if every client message shares the server channel', () => {
    expect(wordOn(connectionModel, facts({ sharedChannelShare: 0.999 }, {}))).toBe('confirmed');
    expect(wordOn(connectionModel, facts({ sharedChannelShare: 1 }, {}))).toBe('depends');
  });
  it.each([{ socketsPerClient: 2 }, { sharedChannelShare: 0.99 }, { bothDirectionsAtOnce: false }])(
    'does not call WebSocket full-duplex with %j',
    (websocket) => expect(wordOn(connectionModel, facts({}, websocket))).toBe('depends'),
  );
  it('is refuted when neither holds', () =>
    expect(wordOn(connectionModel, facts({ sharedChannelShare: 1 }, { socketsPerClient: 2 }))).toBe('refuted'));
});

describe('default-transport', () => {
  const seen = (sse: string, websocket: string): SummarySpec => ({
    facts: { sse: { established: sse }, websocket: { established: websocket } },
  });
  it.each([
    ['HTTP/1.1 200 text/event-stream', 'HTTP/1.1 101 websocket', 'confirmed'],
    ['HTTP/2 200 text/event-stream', 'HTTP/1.1 101 websocket', 'confirmed'],
    ['HTTP/1.0 200 text/event-stream', 'HTTP/1.1 101 websocket', 'depends'],
    ['HTTP/1.1 200 application/json', 'HTTP/1.1 101 websocket', 'depends'],
    ['HTTP/1.1 200 text/event-stream', 'HTTP/2 200 websocket', 'depends'],
    ['in-process', 'in-process', 'refuted'],
  ])('%s and %s: %s', (sse, websocket, word) => expect(wordOn(defaultTransport, seen(sse, websocket))).toBe(word));
});

describe('latency', () => {
  const means = (sse: CellSpec['arms'], extra: readonly CellSpec[] = []): SummarySpec => ({
    cells: [{ scenario: 'tool-calls', arms: sse ?? {} }, ...extra],
  });
  const calls = (sse: readonly [number, number, number], websocket: readonly [number, number, number]): SummarySpec =>
    means({ sse: { 'response-time.mean': sse }, websocket: { 'response-time.mean': websocket } });

  it('tells them apart when SSE is below 50 ms and not below 5 ms', () =>
    expect(verdictOn(latency, calls([18 * MS, 20 * MS, 49.9 * MS], [MS, 2 * MS, 4.9 * MS]))).toMatchObject({
      word: 'confirmed',
      discriminates: true,
    }));
  it('does not when SSE is below 5 ms too', () =>
    expect(wordOn(latency, calls([MS, MS, 4.9 * MS], [MS, MS, 4.9 * MS]))).toBe(
      'confirmed, but does not tell them apart',
    ));
  it('says that it was loopback', () =>
    expect(verdictOn(latency, calls([1, 1, 1], [1, 1, 1])).because).toContain(
      'loopback, without a network, not even an emulated LAN',
    ));
  it('is undecided where the interval holds the limit', () =>
    expect(verdictOn(latency, calls([MS, MS, MS], [4 * MS, 4.9 * MS, 5 * MS])).because).toContain(
      'undecided for WebSocket',
    ));
  it('is false where the whole interval is at or above the limit', () => {
    expect(wordOn(latency, calls([50 * MS, 51 * MS, 52 * MS], [5 * MS, 6 * MS, 7 * MS]))).toBe('refuted');
    expect(wordOn(latency, calls([MS, MS, MS], [5 * MS, 6 * MS, 7 * MS]))).toBe('depends');
  });
  it('counts notifications as well', () => {
    const slow: CellSpec = {
      scenario: 'notifications',
      level: '10/s',
      arms: { sse: { 'delivery.mean': MS }, websocket: { 'delivery.mean': 5 * MS } },
    };
    const arms = { sse: { 'response-time.mean': MS }, websocket: { 'response-time.mean': MS } };
    expect(verdictOn(latency, means(arms, [slow])).because).toContain('not for WebSocket');
  });
});

describe('client-complexity', () => {
  const even = {
    socketsPerClient: 1,
    httpRequestsPerCall: 0,
    roundTripsToOpen: 4,
    driverLines: 100,
    clientLibraries: [{ name: 'a', bytes: 1000 }],
  };
  const against = (websocket: object): SummarySpec => ({
    facts: { sse: even, websocket: { ...even, ...websocket } } as never,
  });

  it('takes three of five clearly larger counts', () => {
    const two = { socketsPerClient: 2, roundTripsToOpen: 6 };
    expect(wordOn(clientComplexity, against(two))).toBe('refuted');
    expect(wordOn(clientComplexity, against({ ...two, driverLines: 126 }))).toBe('confirmed');
  });
  it('takes more than 1.25 times for clearly larger', () =>
    expect(wordOn(clientComplexity, against({ socketsPerClient: 2, roundTripsToOpen: 6, driverLines: 125 }))).toBe(
      'refuted',
    ));
  it('counts something against nothing as larger, and nothing against nothing as equal', () => {
    const two = { socketsPerClient: 2, roundTripsToOpen: 6 };
    expect(wordOn(clientComplexity, against({ ...two, httpRequestsPerCall: 0.01 }))).toBe('confirmed');
    expect(wordOn(clientComplexity, against({ ...two, httpRequestsPerCall: 0 }))).toBe('refuted');
  });
  it('says which counts differ', () =>
    expect(verdictOn(clientComplexity, against({ socketsPerClient: 2, driverLines: 50 })).because).toContain(
      '1 is clearly higher (sockets) and 1 is clearly lower (lines of driver)',
    ));
});

describe('agent-loop-100ms', () => {
  const shares = (
    sse: readonly [number, number, number],
    websocket: readonly [number, number, number],
  ): SummarySpec => ({
    cells: [
      { scenario: 'agent-loop', arms: { sse: { 'within-100ms': sse }, websocket: { 'within-100ms': websocket } } },
    ],
  });
  it.each([
    [[0.5, 0.6, 0.7], [0.99, 1, 1], 'confirmed'],
    [[0.99, 1, 1], [0.99, 1, 1], 'confirmed, but does not tell them apart'],
    [[1, 1, 1], [0.98, 0.99, 1], 'depends'],
    [[1, 1, 1], [0.9, 0.95, 0.989], 'refuted'],
  ] as const)('SSE %j, WebSocket %j: %s', (sse, websocket, word) =>
    expect(wordOn(agentLoop, shares(sse, websocket))).toBe(word),
  );
});

describe('extra-round-trip', () => {
  const arms = { sse: { 'response-time.p50': 400_000 }, websocket: { 'response-time.p50': 200_000 } };
  const run = (word: Word, facts: SummarySpec['facts'] = {}): SummarySpec => ({
    facts,
    cells: [{ scenario: 'tool-calls', arms, comparisons: [compared('response-time.p50', word)] }],
  });
  it('is refuted unless SSE needs a request per call and WebSocket none', () => {
    expect(wordOn(extraRoundTrip, run('faster', { sse: { httpRequestsPerCall: 0.99 } }))).toBe('refuted');
    expect(wordOn(extraRoundTrip, run('faster', { websocket: { httpRequestsPerCall: 0.01 } }))).toBe('refuted');
  });
  it('gives the cost with its interval, and depends on the network', () =>
    expect(verdictOn(extraRoundTrip, run('faster')).because).toContain('costs 200 µs (180–220 µs) more per call'));
  it.each([
    ['equivalent', 'within the margin'],
    ['slower', 'nevertheless the faster'],
    ['inconclusive', 'lost in the noise'],
  ] as const)('%s: %s', (word, said) => expect(verdictOn(extraRoundTrip, run(word)).because).toContain(said));
});

describe('rtt-50ms', () => {
  const tails = (sse: readonly [number, number, number], websocket: readonly [number, number, number]): CellSpec => ({
    scenario: 'tool-calls',
    arms: { sse: { 'response-time.p99': sse }, websocket: { 'response-time.p99': websocket } },
  });
  const fast = [MS, 2 * MS, 49.9 * MS] as const;
  const slow = [50 * MS, 60 * MS, 70 * MS] as const;
  it('tells them apart only if SSE is not below as well', () => {
    expect(wordOn(roundTrip50ms, { cells: [tails(slow, fast)] })).toBe('confirmed');
    expect(wordOn(roundTrip50ms, { cells: [tails(fast, fast)] })).toBe('confirmed, but does not tell them apart');
  });
  it('is refuted at the limit, undecided around it', () => {
    expect(wordOn(roundTrip50ms, { cells: [tails(fast, slow)] })).toBe('refuted');
    expect(wordOn(roundTrip50ms, { cells: [tails(fast, [MS, 2 * MS, 50 * MS])] })).toBe('depends');
  });
  it('looks at chatty-paced too', () =>
    expect(
      wordOn(roundTrip50ms, { cells: [tails(fast, fast), { ...tails(fast, slow), scenario: 'chatty-paced' }] }),
    ).toBe('refuted'));
});

describe('frame-overhead', () => {
  const level = (sseUp: number, up: number, down: number, name = '16B'): CellSpec => ({
    scenario: 'payload-sizes',
    level: name,
    arms: {
      sse: { 'overhead-up-per-message': sseUp, 'overhead-down-per-message': 20, 'payload-up-per-message': 100 },
      websocket: { 'overhead-up-per-message': up, 'overhead-down-per-message': down },
    },
  });
  it.each([
    [15, 14, 2, 'confirmed'],
    [15, 14.1, 2, 'depends'],
    [15, 14, 1.9, 'depends'],
    [14, 14, 2, 'depends'],
    [14, 15, 2, 'refuted'],
  ])('SSE up %d, WebSocket up %d down %d: %s', (sseUp, up, down, word) =>
    expect(wordOn(frameOverhead, { cells: [level(sseUp, up, down)] })).toBe(word),
  );
  it('names the size at which it does not hold', () =>
    expect(verdictOn(frameOverhead, { cells: [level(279, 8, 4), level(279, 20, 4, '1MiB')] }).because).toContain(
      'not for WebSocket 1MiB',
    ));
  it('says what it amounts to', () =>
    expect(verdictOn(frameOverhead, { cells: [level(279, 8, 4)] }).because).toContain(
      'a message of 100 B grows by 279 %',
    ));
});

describe('claims through several client stacks', () => {
  const armIds = ['sse', 'websocket', 'sse+lean', 'websocket+lean'];
  const through = (stock: number, lean: number, ids = armIds): SummarySpec => ({
    armIds: ids,
    cells: [
      {
        scenario: 'tool-calls',
        arms: {
          sse: { 'response-time.mean': stock },
          websocket: { 'response-time.mean': stock },
          'sse+lean': { 'response-time.mean': lean },
          'websocket+lean': { 'response-time.mean': lean },
        },
      },
    ],
  });
  it('depends on the stack where it is true through one and not through another, and says what each came to', () => {
    const { word, because } = verdictOn(latency, through(9 * MS, MS));
    expect(word).toBe('depends');
    expect(because).toMatch(
      /^on the client stack: depends through stock libraries \(.*\); confirmed through lean clients \(.*\)$/,
    );
  });
  it('is the same word where all agree, and says so', () => {
    const verdict = verdictOn(latency, through(MS, MS));
    expect(verdict.word).toBe('confirmed');
    expect(verdict.because).toMatch(/; the same word through lean clients$/);
  });
  it('takes no library against none for a comparison of transports', () => {
    const mixed = verdictOn(latency, through(MS, MS, ['sse+lean', 'websocket']));
    expect(mixed).toMatchObject({ word: 'not measured' });
    expect(mixed.because).toContain('through the same client stack');
    expect(verdictOn(latency, through(MS, 9 * MS, ['sse+lean', 'sse', 'websocket'])).word).toBe('confirmed');
  });
});

describe('chatty-throughput', () => {
  const run = (rate: Word, latencyWord: Word): SummarySpec => ({
    cells: [
      {
        scenario: 'chatty',
        arms: { sse: { rate: 100 }, websocket: { rate: 100 } },
        comparisons: [compared('rate', rate)],
      },
      {
        scenario: 'chatty-paced',
        arms: { sse: { 'response-time.p50': MS }, websocket: { 'response-time.p50': MS } },
        comparisons: [compared('response-time.p50', latencyWord)],
      },
    ],
  });
  it.each([
    ['faster', 'faster', 'confirmed'],
    ['faster', 'equivalent', 'depends'],
    ['equivalent', 'slower', 'refuted'],
    ['inconclusive', 'faster', 'depends'],
  ] as const)('rate %s, latency %s: %s', (rate, latencyWord, word) =>
    expect(wordOn(chattyThroughput, run(rate, latencyWord))).toBe(word),
  );

  it('says where a rate is what the client could drive', () => {
    const summary = summaryOf(run('faster', 'faster'));
    const doubts = [{ trialIndex: 0, doubt: { kind: 'driver-saturated', utilisation: 0.9 } }] as const;
    const cells = summary.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((arm) => (arm.armId === 'websocket' ? { ...arm, doubts } : arm)),
    }));
    const because = (of: Summary): string => chattyThroughput.evaluate(of).verdict.because;
    expect(because({ ...summary, cells })).toMatch(/the throughput over \S+ is as much as its client could drive/);
    expect(because(summary)).not.toContain('could drive');
  });
});
