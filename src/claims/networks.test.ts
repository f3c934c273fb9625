/** The claims about time, put to records of several networks. */
import { describe, expect, it } from 'vitest';
import { type CellSpec, type SummarySpec, summaryOf, type Value } from '../../test/golden/summaries.ts';
import { agentLoop } from './agent-loop.ts';
import type { Claim } from './claim.ts';
import { verdictWords } from './claim.ts';
import { extraRoundTrip } from './extra-round-trip.ts';
import { latency } from './latency.ts';
import { roundTrip50ms } from './round-trip-50ms.ts';

const MS = 1e6;
const verdictOn = (claim: Claim, spec: SummarySpec) => claim.evaluate(summaryOf(spec)).verdict;
const wordOn = (claim: Claim, spec: SummarySpec): string => verdictWords(verdictOn(claim, spec));

/** Both sides over these networks, each by its relay. */
const over = (...networks: readonly string[]): readonly string[] =>
  networks.flatMap((network) => ['sse', 'websocket'].map((side) => (network === 'lo' ? side : `${side}+${network}`)));

describe('agent-loop-100ms', () => {
  const shares = (values: Readonly<Record<string, Value>>): SummarySpec => ({
    armIds: over('lo', 'metro', 'wan'),
    cells: [
      {
        scenario: 'agent-loop',
        arms: Object.fromEntries(Object.entries(values).map(([arm, share]) => [arm, { 'within-100ms': share }])),
      },
    ],
  });
  const all = { sse: 1, websocket: 1, 'sse+metro': 1, 'websocket+metro': 1, 'sse+wan': 1, 'websocket+wan': 1 };

  it('is confirmed where every network is quick enough, and tells apart where SSE is not', () => {
    expect(wordOn(agentLoop, shares(all))).toBe('confirmed, but does not tell them apart');
    expect(verdictOn(agentLoop, shares({ ...all, 'sse+wan': 0.9 }))).toMatchObject({
      word: 'confirmed',
      discriminates: true,
    });
  });
  it('leaves open whether it tells them apart where SSE is too close to say', () => {
    const spec = shares(all);
    const doubtful = shares({ ...all, 'sse+wan': [0.98, 0.99, 1] });
    expect(verdictOn(agentLoop, doubtful).because).toContain('whether it tells them apart is undecided');
    expect(verdictOn(agentLoop, shares({ ...all, 'sse+wan': 0.9 })).because).not.toContain('whether it tells');
    const oneNetwork: SummarySpec = {
      cells: [
        {
          scenario: 'agent-loop',
          arms: { sse: { 'within-100ms': [0.985, 1, 1] }, websocket: { 'within-100ms': 1 } },
        },
      ],
    };
    expect(verdictOn(agentLoop, oneNetwork).because).toContain('whether it tells them apart is undecided');
    expect(verdictOn(agentLoop, spec)).toMatchObject({ word: 'confirmed', discriminates: false });
  });
  it('names the network at which it ends, and both sides there', () => {
    const verdict = verdictOn(agentLoop, shares({ ...all, 'websocket+wan': 0.98, 'sse+wan': 0.5 }));
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toContain('not for wan (40 ms) (WebSocket 98 %, SSE 50 %)');
    expect(verdict.because).toContain('in time up to metro (10 ms) over WebSocket and up to metro (10 ms) over SSE');
  });
  it('knows nothing of a network without measurements', () => {
    const { 'sse+wan': _sse, 'websocket+wan': _websocket, ...known } = all;
    expect(verdictOn(agentLoop, shares(known)).because).toContain('undecided for wan (40 ms) (WebSocket unknown');
  });
  it('is refuted where none is', () => {
    const none = Object.fromEntries(Object.keys(all).map((arm) => [arm, 0.5]));
    expect(wordOn(agentLoop, shares(none))).toBe('refuted');
    expect(verdictOn(agentLoop, shares(none)).because).toContain('up to none of them over WebSocket');
  });
});

describe('rtt-50ms', () => {
  type Tails = Readonly<Record<string, Partial<Record<'response-time.p99' | 'response-time.p90', number>>>>;
  const run = (arms: Tails): SummarySpec => ({
    armIds: over('lo', 'wan'),
    cells: [{ scenario: 'tool-calls', arms }],
  });
  const near: Tails = { sse: { 'response-time.p99': MS }, websocket: { 'response-time.p99': MS } };

  it('takes the 90th percentile over a network where the 99th is not to be had, and says so', () => {
    const far: Tails = {
      'sse+wan': { 'response-time.p90': 60 * MS },
      'websocket+wan': { 'response-time.p90': 45 * MS },
    };
    const verdict = verdictOn(roundTrip50ms, run({ ...near, ...far }));
    expect(verdict).toMatchObject({ word: 'confirmed', discriminates: true });
    expect(verdict.because).toContain('wan (40 ms): WebSocket p90 45.0 ms, SSE p90 60.0 ms');
    expect(verdict.because).toContain('below 50 ms up to wan (40 ms) over WebSocket and up to loopback over SSE');
  });
  it('never takes it where the 99th is there', () => {
    const far: Tails = {
      'sse+wan': { 'response-time.p90': 45 * MS, 'response-time.p99': 51 * MS },
      'websocket+wan': { 'response-time.p90': 45 * MS, 'response-time.p99': 51 * MS },
    };
    const verdict = verdictOn(roundTrip50ms, run({ ...near, ...far }));
    expect(verdict).toMatchObject({ word: 'depends', discriminates: false });
    expect(verdict.because).toContain(
      'true for loopback (WebSocket p99 1.00 ms, SSE p99 1.00 ms); not for wan (40 ms)',
    );
  });
});

describe('latency', () => {
  const means = (values: Readonly<Record<string, number>>): SummarySpec => ({
    armIds: over('lo', 'lan', 'wan'),
    cells: [
      {
        scenario: 'tool-calls',
        arms: Object.fromEntries(Object.entries(values).map(([arm, mean]) => [arm, { 'response-time.mean': mean }])),
      },
    ],
  });
  const quick = { sse: MS, websocket: MS, 'sse+wan': 90 * MS, 'websocket+wan': 90 * MS };

  it('is judged by the LAN where there is one, whatever loopback and the wide network say', () => {
    expect(verdictOn(latency, means({ ...quick, 'sse+lan': 20 * MS, 'websocket+lan': 4 * MS }))).toMatchObject({
      word: 'confirmed',
      discriminates: true,
      because: 'SSE is not shown to be below 5 ms; over lan (0.5 ms), emulated',
    });
    expect(wordOn(latency, means({ ...quick, 'sse+lan': 50 * MS, 'websocket+lan': 5 * MS }))).toBe('refuted');
  });
  it('shows both in the article’s column', () => {
    const summary = summaryOf(means({ ...quick, 'sse+lan': 20 * MS, 'websocket+lan': 4 * MS }));
    const { measured } = latency.evaluate(summary);
    expect(measured['websocket']).toEqual(['call 1.00 ms mean', 'over lan: call 4.00 ms mean']);
    expect(measured['websocket+lan']).toEqual(['call 4.00 ms mean']);
  });
  it('knows nothing of a LAN that was not measured validly', () =>
    expect(verdictOn(latency, means(quick)).because).toContain('undecided for SSE, WebSocket'));
  it('says that a wide network is no LAN', () => {
    const spec = { ...means({ 'sse+wan': 41 * MS, 'websocket+wan': 41 * MS }), armIds: over('wan') };
    expect(verdictOn(latency, spec)).toMatchObject({ word: 'depends' });
    expect(verdictOn(latency, spec).because).toContain('over wan (40 ms), which is no LAN');
  });
});

describe('extra-round-trip', () => {
  /** Per network the median over SSE, and WebSocket in units of it with its interval. */
  type Far = Readonly<Record<string, readonly [sse: number, low: number, ratio: number, high: number]>>;
  const run = (far: Far): SummarySpec => {
    const arms: Record<string, Record<string, number>> = {};
    const comparisons: NonNullable<CellSpec['comparisons']>[number][] = [];
    for (const [network, [sse, low95, ratio, high95]] of Object.entries(far)) {
      const [armId, baseArmId] = over(network).toReversed() as [string, string];
      arms[baseArmId] = { 'response-time.p50': sse };
      arms[armId] = { 'response-time.p50': sse * ratio };
      comparisons.push({ metric: 'response-time.p50', armId, baseArmId, ratio, low95, high95 });
    }
    return { armIds: over(...Object.keys(far)), cells: [{ scenario: 'tool-calls', arms, comparisons }] };
  };
  /** What the request costs the host: 0.2 of 0.4 ms. */
  const lo = [0.4 * MS, 0.45, 0.5, 0.55] as const;

  it('is refuted where a call over SSE takes what the host takes, and no part of a round trip', () => {
    const verdict = verdictOn(extraRoundTrip, run({ lo, wan: [40.4 * MS, 0.994, 0.995, 0.996] }));
    expect(verdict.word).toBe('refuted');
    expect(verdict.because).toBe(
      'the request is real; wan (40 ms): SSE 40.4 ms, WebSocket 40.2 ms: 0.00 round trips more [0.00 … 0.00]; the 200 µs that it costs on loopback taken off',
    );
  });
  it('is confirmed where it takes one more', () => {
    const verdict = verdictOn(extraRoundTrip, run({ lo, wan: [80.4 * MS, 0.49, 0.5, 0.51] }));
    expect(verdict.word).toBe('confirmed');
    expect(verdict.because).toContain('SSE 80.4 ms, WebSocket 40.2 ms: 1.00 round trips more [0.98 … 1.02]');
  });
  it('takes what it costs on loopback off: over a LAN the host’s own cost would look like a round trip', () => {
    // 0.2 ms of 0.5 ms more, and 0.2 of that are the host's.
    const lan = [0.9 * MS, 0.77, 0.78, 0.79] as const;
    expect(wordOn(extraRoundTrip, run({ lo, lan }))).toBe('refuted');
    expect(verdictOn(extraRoundTrip, run({ lo, lan })).because).toContain('0.00 round trips more [-0.06 … 0.05]');
    const alone = verdictOn(extraRoundTrip, run({ lan: [0.9 * MS, 0.6, 0.65, 0.7] }));
    expect(alone.word).toBe('confirmed');
    expect(alone.because).toContain('what the request costs the host itself was not measured');
  });
  it('depends where it does over one network and not over another, and says by how much over each', () => {
    const verdict = verdictOn(
      extraRoundTrip,
      run({ lo, metro: [20.4 * MS, 0.49, 0.5, 0.51], wan: [40.4 * MS, 0.994, 0.995, 0.996] }),
    );
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toMatch(/true for metro \(10 ms\) \(SSE 20\.4 ms, WebSocket 10\.2 ms: 1\.00 .*not for wan/);
  });
  it('is undecided where the interval holds half a round trip', () => {
    const wan = [60 * MS, 0.5, 0.67, 0.9] as const;
    expect(verdictOn(extraRoundTrip, run({ lo, wan })).because).toContain('undecided for wan (40 ms)');
  });
});
