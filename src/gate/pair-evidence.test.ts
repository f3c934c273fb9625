import { expect, test } from 'vitest';
import type { GatedComparison } from '../scenario/gate.ts';
import type { Pair } from '../stats/compare.ts';
import { BEYOND_ANY_RATIO } from './look.ts';
import { evidenceOf } from './pair-evidence.ts';

const comparison: GatedComparison = {
  cellId: 'tool-calls',
  armId: 'head',
  baseArmId: 'base',
  metric: 'overhead-down-per-message',
  floor: 0.03,
  margin: 0.05,
  exact: false,
};
const pair = (arm: number, base: number): Pair => ({ arm, base });
const evidence = (pairs: readonly Pair[], special: Partial<GatedComparison> = {}) =>
  evidenceOf({ ...comparison, ...special }, { pairs, missing: 1 });

test('of what is timed, the logarithms of the ratios, worse being above 0', () => {
  expect(evidence([pair(2, 1), pair(1, 4), pair(3, 3)])).toEqual({
    kind: 'timed',
    worsenings: [Math.log(2), Math.log(1 / 4), 0],
    missing: 1,
    floor: 0.03,
    margin: 0.05,
  });
  expect(evidence([pair(2, 1)], { metric: 'rate' })).toMatchObject({ worsenings: [-Math.log(2)] });
});

test('a value against nothing is beyond any ratio, two nothings are equal, and below 0 there is no ratio', () => {
  expect(evidence([pair(5, 0), pair(0, 5), pair(0, 0)])).toMatchObject({
    worsenings: [BEYOND_ANY_RATIO, -BEYOND_ANY_RATIO, 0],
  });
  expect(evidence([pair(-5, -3), pair(5, -3), pair(2, 2)])).toMatchObject({ worsenings: [0], missing: 3 });
});

test('of a count how many pairs are worse, by whatever sign and however little', () => {
  const exact = { exact: true };
  expect(evidence([pair(-4, -5), pair(7, 7), pair(0, 0)], exact)).toEqual({
    kind: 'counted',
    pairs: 3,
    worse: 1,
    missing: 1,
  });
  expect(evidence([pair(4, 5), pair(4, 4)], exact)).toMatchObject({ worse: 0 });
  expect(evidence([pair(4, 5)], { ...exact, metric: 'events-rate' })).toMatchObject({ worse: 1 });
  expect(evidence([pair(4, 5), pair(5, 4)], exact)).toMatchObject({ kind: 'timed' });
});

test('bytes that nobody knew to be counts are, where all trials of a side agree; times never', () => {
  const bytes = { metric: 'wire-down-per-message' } as const;
  const more = [pair(92, 91), pair(92, 91), pair(92, 91)];
  expect(evidence(more, bytes)).toEqual({ kind: 'counted', pairs: 3, worse: 3, missing: 1 });
  expect(evidence([pair(91, 91), pair(91, 91), pair(91, 91)], bytes)).toMatchObject({ kind: 'counted', worse: 0 });
  expect(evidence([...more, pair(93, 91)], bytes)).toMatchObject({ kind: 'timed' });
  expect(evidence([...more, pair(92, 90)], bytes)).toMatchObject({ kind: 'timed' });
  expect(evidence(more.slice(1), bytes)).toMatchObject({ kind: 'timed' });
  expect(evidence(more, { metric: 'response-time.p50' })).toMatchObject({ kind: 'timed' });
});
