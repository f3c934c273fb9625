/** The claims about pushes and both directions: put to summaries written by hand. */
import { describe, expect, it } from 'vitest';
import { type CellSpec, compared, RATIOS, type SummarySpec, summaryOf } from '../../test/golden/summaries.ts';
import type { Comparison, Interference, Word } from '../stats/summary.ts';
import { bytes, nanoseconds, perSecond } from '../units.ts';
import { bidirectional } from './bidirectional.ts';
import { type Claim, verdictWords } from './claim.ts';
import { pushEfficiency } from './push-efficiency.ts';

const MS = 1e6;
const verdictOn = (claim: Claim, spec: SummarySpec) => claim.evaluate(summaryOf(spec)).verdict;
const wordOn = (claim: Claim, spec: SummarySpec): string => verdictWords(verdictOn(claim, spec));

/** A cell in which clients call and listen. */
const DUPLEX: Pick<CellSpec, 'scenario' | 'level' | 'special'> = {
  scenario: 'duplex',
  level: 'both',
  special: {
    load: { kind: 'closed', thinkNs: nanoseconds(0) },
    publish: [
      { topic: 'feed', arrivals: 'constant', ratePerSec: perSecond(9), payloadBytes: bytes(1), subscribers: 1 },
    ],
  },
};

describe('push-efficiency', () => {
  const CPU = 'endpoint-cpu-per-message';
  const both = { sse: { [CPU]: 100 }, websocket: { [CPU]: 100 } };
  /** Words are of `websocket ÷ sse`. */
  const run = (
    oneWay: Partial<Comparison>,
    mixed: readonly CellSpec['comparisons'][],
    fanOut: readonly CellSpec[] = [],
  ): SummarySpec => ({
    cells: [
      { scenario: 'notifications', level: '10/s', arms: both, comparisons: [{ metric: CPU, ...oneWay }] },
      { ...DUPLEX, arms: both, comparisons: mixed.flatMap((entries) => entries ?? []) },
      // The levels with one direction alone are for comparing with, and decide nothing here.
      { scenario: 'duplex', level: 'calls', arms: both, comparisons: [{ metric: CPU, ...RATIOS.slower }] },
      ...fanOut,
    ],
  });
  const better = [[compared(CPU, 'faster')]];

  it('is confirmed when SSE is no worse one-way and WebSocket better amid calls', () =>
    expect(wordOn(pushEfficiency, run(RATIOS.equivalent, better))).toBe('confirmed'));
  it('finds SSE worse one-way when WebSocket is clearly cheaper', () =>
    expect(verdictOn(pushEfficiency, run(RATIOS.faster, better)).because).toContain('not for one-way 10/s'));
  it('takes an inconclusive comparison as not worse only if its upper bound is within 5 %', () => {
    // Turned round, the upper bound is one over the lower one: 1/0.953 = 1.049, 1/0.951 = 1.051.
    const inside = { word: 'inconclusive', ratio: 1, low95: 0.94, high95: 1.1, low90: 0.953, high90: 1.08 } as const;
    expect(wordOn(pushEfficiency, run(inside, better))).toBe('confirmed');
    expect(verdictOn(pushEfficiency, run({ ...inside, low90: 0.951 }, better)).because).toContain(
      'undecided for one-way',
    );
    expect(verdictOn(pushEfficiency, run({ ...inside, coverage95: 0.75 }, better)).because).toContain(
      'undecided for one-way',
    );
  });
  it.each([
    ['equivalent', 'not for interactive'],
    ['slower', 'not for interactive'],
    ['inconclusive', 'undecided for interactive'],
  ] as const)('with %s CPU amid calls: %s', (word, said) =>
    expect(verdictOn(pushEfficiency, run(RATIOS.equivalent, [[compared(CPU, word)]])).because).toContain(said),
  );
  it('does not call WebSocket better if its pushes are slower', () =>
    expect(
      verdictOn(pushEfficiency, run(RATIOS.equivalent, [[compared(CPU, 'faster'), compared('delivery.p50', 'slower')]]))
        .because,
    ).toMatch(/not for interactive .*slower delivery\.p50/));
  it.each([
    ['equivalent', 'confirmed'],
    ['slower', 'confirmed'],
    ['faster', 'depends'],
    ['inconclusive', 'depends'],
  ] as const)('takes each audience of fan-out, where it was run, as one-way too: WebSocket %s, %s', (word, said) => {
    const fanOut: CellSpec = {
      scenario: 'fan-out',
      level: '50-clients',
      arms: both,
      comparisons: [compared(CPU, word)],
    };
    expect(wordOn(pushEfficiency, run(RATIOS.equivalent, better, [fanOut]))).toBe(said);
  });
  it('names the audience at which SSE costs more, and shows how long the last receiver waits', () => {
    const arms = { sse: { [CPU]: 90, 'last-receiver.p50': 2 * MS }, websocket: { [CPU]: 60 } };
    const fanOut: CellSpec = { scenario: 'fan-out', level: '50-clients', arms, comparisons: [compared(CPU, 'faster')] };
    const { verdict, measured } = pushEfficiency.evaluate(summaryOf(run(RATIOS.equivalent, better, [fanOut])));
    expect(verdict.because).toContain('not for fan-out 50-clients (SSE 2.00× the CPU of WebSocket)');
    expect(measured['sse']).toContain('fan-out, per delivery: CPU 90.0 µs, last receiver p50 2.00 ms');
  });
});

describe('bidirectional', () => {
  const METRICS = { calls: 'response-time.p50', pushes: 'delivery.p50' } as const;
  const arms = {
    sse: { 'response-time.p50': MS, 'delivery.p50': MS },
    websocket: { 'response-time.p50': MS, 'delivery.p50': MS },
  };
  /** What `websocket` does with both directions, and how its inflation compares with that of `sse`. */
  const interference = (direction: 'calls' | 'pushes', [own, beyond]: readonly [Word, Word]): Interference => {
    const metric = METRICS[direction];
    const pairs = { pairs: 6, coverage95: 0.969, smallestDetectable: 1.1, exact: false };
    const even = { ratio: 1, low95: 0.98, high95: 1.02, low90: 0.985, high90: 1.015 };
    const ratio = (word: Word) => ({ ...even, ...pairs, metric, word, ...RATIOS[word] });
    return {
      direction,
      scenario: 'duplex',
      cellId: 'duplex[both]',
      aloneCellId: `duplex[${direction}]`,
      metric,
      inflations: [
        { ...ratio('inconclusive'), armId: 'sse' },
        { ...ratio(own), armId: 'websocket' },
      ],
      comparisons: [{ ...ratio(beyond), armId: 'websocket', baseArmId: 'sse' }],
    };
  };
  const run = (
    calls: readonly [Word, Word],
    pushes: readonly [Word, Word],
    facts: SummarySpec['facts'] = {},
  ): SummarySpec => ({
    facts,
    cells: [{ ...DUPLEX, arms }],
    interferences: [interference('calls', calls), interference('pushes', pushes)],
  });
  const fine = ['equivalent', 'equivalent'] as const;

  it.each([
    [fine, fine, 'confirmed'],
    [['slower', 'equivalent'], ['slower', 'faster'], 'confirmed'],
    [['equivalent', 'slower'], fine, 'confirmed'],
  ] as const)('calls %j, pushes %j (alone; against SSE): %s', (calls, pushes, word) =>
    expect(wordOn(bidirectional, run(calls, pushes))).toBe(word),
  );
  it.each([
    [['slower', 'slower'], fine, 'not for calls'],
    [['slower', 'inconclusive'], fine, 'undecided for calls'],
    [['inconclusive', 'slower'], fine, 'undecided for calls'],
    [fine, ['slower', 'slower'], 'not for pushes'],
    [fine, ['inconclusive', 'inconclusive'], 'undecided for pushes'],
  ] as const)('calls %j, pushes %j (alone; against SSE): depends, %s', (calls, pushes, said) => {
    const verdict = verdictOn(bidirectional, run(calls, pushes));
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toContain(said);
  });
  it('says whose fault it is not', () =>
    expect(verdictOn(bidirectional, run(['slower', 'equivalent'], fine)).because).toContain(
      'calls: 2.00× amid pushes, over SSE 1.02×',
    ));
  it('is not for a direction that is held up beyond what SSE shows too', () =>
    expect(verdictOn(bidirectional, run(fine, ['slower', 'slower'])).because).toContain('not for pushes (2.00×'));
  it('is refuted where both hold each other up, on several sockets', () =>
    expect(
      wordOn(bidirectional, run(['slower', 'slower'], ['slower', 'slower'], { websocket: { socketsPerClient: 2 } })),
    ).toBe('refuted'));
  it.each([{ socketsPerClient: 2 }, { sharedChannelShare: 0.9 }, { bothDirectionsAtOnce: false }])(
    'wants one connection: %j',
    (websocket) =>
      expect(verdictOn(bidirectional, run(fine, fine, { websocket })).because).toContain('not for one connection'),
  );
  it('does not tell them apart if SSE has one such connection too, as over HTTP/2', () =>
    expect(
      wordOn(
        bidirectional,
        run(fine, fine, { sse: { socketsPerClient: 1, sharedChannelShare: 1, bothDirectionsAtOnce: true } }),
      ),
    ).toBe('confirmed, but does not tell them apart'));
  it.each([
    ['an event', { notifications: { published: 9, delivered: 8, lost: 1, duplicated: 0, reordered: 0 } }],
    ['a call', { calls: { due: 9, ok: 8 } }],
  ])('wants everything to arrive where both are under way: %s', (_, books) => {
    const summary = summaryOf(run(fine, fine));
    const cells = summary.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((arm) => (arm.armId === 'websocket' ? { ...arm, ...books } : arm)),
    }));
    const { verdict } = bidirectional.evaluate({ ...summary, cells } as typeof summary);
    expect(verdict.because).toContain('1 calls and events came to nothing');
    expect(verdict.word).toBe('depends');
  });
  it('is undecided without trials of both kinds', () =>
    expect(verdictOn(bidirectional, { ...run(fine, fine), interferences: [] }).because).toContain(
      'undecided for calls (no trial with both',
    ));
  it('shows what each arm saw', () =>
    expect(bidirectional.evaluate(summaryOf(run(['slower', 'slower'], fine))).measured['websocket']).toEqual([
      '1 socket per client',
      'calls amid pushes take 2.00× [1.80–2.20] as long as alone, pushes amid calls take 1.00× [0.98–1.02] as long as alone',
    ]));
});
