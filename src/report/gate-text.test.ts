import { describe, expect, it } from 'vitest';
import type { GateFinding, GateVerdict } from '../result/findings.ts';
import { askedText, findingsByWeight, findingValue, gateHeadline, gateNotes } from './gate-text.ts';

const FINDING: GateFinding = {
  kind: 'threshold',
  name: 'p50<1ms',
  cellId: 'chatty',
  armId: 'sse',
  metric: 'response-time.p50',
  word: 'pass',
  difference: null,
  unit: 'ns',
  value: 250_000,
  low: 240_000,
  high: 260_000,
  limit: 1_000_000,
  smallestDetectable: null,
  count: 6,
  because: 'it does',
};
const verdict = (special: Partial<GateVerdict>): GateVerdict => ({ word: 'pass', findings: [], notes: [], ...special });

describe('the headline', () => {
  it('of what passed names what came closest to its limit', () => {
    const findings = [FINDING, { ...FINDING, armId: 'websocket', value: 900_000, low: 900_000, high: 900_000 }];
    expect(gateHeadline(verdict({ findings }))).toBe(
      'Passed: 2 of 2 checks hold; closest to its limit is p50<1ms · chatty · websocket: 900 µs against 1.00 ms.',
    );
  });

  it('of what failed names the worst, on either side of its limit', () => {
    const failed = { ...FINDING, word: 'fail' } as const;
    const findings = [
      FINDING,
      { ...failed, value: 1_100_000, low: null, high: null },
      { ...failed, name: 'rate>1000', unit: 'per-second', value: 100, low: 90, high: 110, limit: 1_000 } as const,
    ];
    expect(gateHeadline(verdict({ word: 'fail', findings }))).toBe(
      'FAILED: 2 of 3 checks do not hold; furthest from its limit is rate>1000 · chatty · sse: 100/s [90–110] against 1,000/s.',
    );
  });

  it('of what could not be told names what has no value at all', () => {
    const unknown = { ...FINDING, word: 'inconclusive' } as const;
    const findings = [unknown, { ...unknown, name: 'p99<1ms', value: null, low: null, high: null }];
    expect(gateHeadline(verdict({ word: 'inconclusive', findings }))).toBe(
      'Could not tell: 2 of 2 checks are undecided, for example p99<1ms · chatty · sse: nothing measured against 1.00 ms.',
    );
  });

  it('gives the reason of the whole where no finding has its word', () => {
    const notes = ['With the discarded attempt it would have failed.'];
    expect(gateHeadline(verdict({ word: 'inconclusive', findings: [FINDING], notes }))).toBe(
      'Could not tell: With the discarded attempt it would have failed.',
    );
    expect(gateHeadline(verdict({}))).toBe('Passed: nothing was there to be judged.');
  });

  it('counts one as one', () => {
    expect(gateHeadline(verdict({ findings: [FINDING] }))).toMatch(/^Passed: the one check holds; /);
  });
});

it.each([
  [{ unit: 'us', value: 85.1, low: 84.6, high: 85.5 }, '85.1 µs [84.6–85.5]'],
  [{ unit: 'bytes', value: 405, low: 400, high: 410 }, '405 B [400 B–410 B]'],
  [{ unit: 'share', value: 0.5, low: 0.4, high: 0.6 }, '50 % [40 %–60 %]'],
  [{ unit: 'count', value: 2, low: 2, high: 2 }, '2'],
  [{ unit: 'ratio', value: 1.2, low: 1.1, high: 1.3 }, '1.20× [1.10–1.30]'],
] as const)('a value in its unit: %j', (special, text) => {
  expect(findingValue({ ...FINDING, ...special })).toBe(text);
});

it('lists everything that did not pass first, and of what passed only so many', () => {
  const of = (word: GateFinding['word'], count: number) => Array.from({ length: count }, () => ({ ...FINDING, word }));
  const judged = verdict({
    findings: [...of('pass', 30), ...of('inconclusive', 30), ...of('fail', 30)],
    notes: ['so'],
  });
  const { shown, passedBesides } = findingsByWeight(judged);
  expect(shown.map(({ word }) => word)).toEqual([
    ...Array<string>(30).fill('fail'),
    ...Array<string>(30).fill('inconclusive'),
    ...Array<string>(20).fill('pass'),
  ]);
  expect(gateNotes(judged, passedBesides)).toEqual(['10 more passed; they are in the record', 'so']);
});

it.each([
  ['p50<1ms', 'p50<1ms · chatty · sse'],
  ['p50 of chatty over sse', 'p50 of chatty over sse'],
  ['p50 of chatty-paced over sse+wan', 'p50 of chatty-paced over sse+wan · chatty · sse'],
  ['p50 of chatty, sse@head against sse', 'p50 of chatty, sse@head against sse'],
  ['chatty: not-sse', 'chatty: not-sse · sse'],
])('where %j was asked is said unless the name says it', (name, text) => {
  expect(askedText({ ...FINDING, name })).toBe(text);
});

it('says nothing of a cell and an arm that there are not', () => {
  expect(askedText({ ...FINDING, cellId: null, armId: null })).toBe('p50<1ms');
});
