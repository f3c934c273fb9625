import { expect, test } from 'vitest';
import type { GateFinding, GateVerdict, GateWord } from '../result/findings.ts';
import { gateExit, verdictLines } from './gate-lines.ts';

const finding = (word: GateWord, more: Partial<GateFinding> = {}): GateFinding => ({
  kind: 'threshold',
  name: 'sse rate > 1/s',
  cellId: 'tool-calls',
  armId: 'sse',
  metric: 'rate',
  word,
  difference: null,
  unit: 'per-second',
  value: 1,
  low: 1,
  high: 1,
  limit: 1,
  smallestDetectable: null,
  count: 6,
  because: `it is ${word}`,
  ...more,
});
const verdict = (word: GateWord, findings: readonly GateFinding[], notes: readonly string[] = []): GateVerdict => ({
  word,
  findings,
  notes,
});

test('what failed, what is undecided, what must be said, and the whole', () => {
  const findings = [finding('pass'), finding('inconclusive', { cellId: null, armId: null }), finding('fail')];
  expect(verdictLines(verdict('fail', findings, ['A note.']))).toEqual([
    'FAILED: sse rate > 1/s · tool-calls: it is fail',
    'undecided: sse rate > 1/s: it is inconclusive',
    'A note.',
    'Gate: FAILED (1 failed, 1 undecided, 1 passed)',
  ]);
  expect(verdictLines(verdict('inconclusive', []))).toEqual(['Gate: undecided (nothing to judge)']);
});

test('many are cut short, and nothing in them reaches the terminal as it is', () => {
  const many = Array.from({ length: 25 }, () => finding('fail', { because: 'evil \u001b[2J' }));
  const lines = verdictLines(verdict('fail', many));
  expect(lines).toHaveLength(22);
  expect(lines[0]).toBe(String.raw`FAILED: sse rate > 1/s · tool-calls: evil \u001b[2J`);
  expect(lines[20]).toBe('… and 5 more');
});

test.each([
  [null, undefined, 0],
  ['pass', undefined, 0],
  ['pass', 'fail', 0],
  ['fail', undefined, 1],
  ['fail', 'pass', 1],
  ['inconclusive', undefined, 3],
  ['inconclusive', 'pass', 0],
  ['inconclusive', 'fail', 1],
] as const)('%s with --inconclusive %s: %d', (word, choice, code) => {
  expect(gateExit(word === null ? null : verdict(word, []), choice)).toBe(code);
});
