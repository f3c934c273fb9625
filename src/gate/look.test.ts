import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signedRankTest } from '../stats/wilcoxon.ts';
import { BEYOND_ANY_RATIO, type CountedEvidence, decideLook, largestFamily, type TimedEvidence } from './look.ts';

const ALPHA_LOOK = 0.01 / 3;

/** Twelve pairs around a ratio of head to base, half a percent to either side. */
const around = (ratio: number, spread = 0.005, count = 12): number[] =>
  Array.from({ length: count }, (_, index) => Math.log(ratio) + spread * ((2 * index) / (count - 1) - 1));
const timed = (worsenings: readonly number[], special: Partial<TimedEvidence> = {}): TimedEvidence => ({
  kind: 'timed',
  worsenings,
  missing: 0,
  floor: 0.03,
  margin: 0.05,
  ...special,
});
const counted = (special: Partial<CountedEvidence> = {}): CountedEvidence => ({
  kind: 'counted',
  pairs: 12,
  worse: 0,
  missing: 0,
  ...special,
});
const wordsOf = (...family: readonly (TimedEvidence | CountedEvidence)[]) => {
  const { word, outcomes } = decideLook(family, ALPHA_LOOK);
  return [word, ...outcomes.map((outcome) => outcome.word)];
};

test('surely worse and by the floor fails; surely no worse passes; neither goes on', () => {
  expect(wordsOf(timed(around(1.1)))).toEqual(['fail', 'fail']);
  expect(wordsOf(timed(around(1)))).toEqual(['pass', 'pass']);
  expect(wordsOf(timed(around(0.5)))).toEqual(['pass', 'pass']);
  expect(wordsOf(timed(around(1.04, 0.2)))).toEqual(['inconclusive', 'inconclusive']);
});

test('a change below the floor does not fail, however sure; within the margin it even passes', () => {
  expect(wordsOf(timed(around(1.029, 0.0005)))[0]).toBe('pass');
  expect(wordsOf(timed(around(1.031, 0.0005)))[0]).toBe('fail');
  expect(wordsOf(timed(around(1.045, 0.0005), { floor: 0.05 }))[0]).toBe('pass');
  // Sure, below the floor, and the margin is not excluded.
  expect(wordsOf(timed(around(1.045, 0.02), { floor: 0.05 }))[0]).toBe('inconclusive');
});

test('one metric fails the run, one that is open keeps it open, and nothing at all has not passed', () => {
  expect(wordsOf(timed(around(1)), timed(around(1.1)))).toEqual(['fail', 'pass', 'fail']);
  expect(wordsOf(timed(around(1)), timed(around(1, 0.2)))).toEqual(['inconclusive', 'pass', 'inconclusive']);
  expect(wordsOf()).toEqual(['inconclusive']);
  expect(wordsOf(timed([]))).toEqual(['inconclusive', 'inconclusive']);
});

test('the more metrics, the surer one must be: Holm over the timed ones, and only those', () => {
  // Of twelve pairs the one with the smallest difference is better: p = 2 / 4096 for it alone.
  const nearlyAll = around(1.1).map((value, index) => (index === 0 ? -1e-6 : value));
  const { p } = decideLook([timed(nearlyAll)], ALPHA_LOOK).outcomes[0]!;
  expect(p).toBeCloseTo(2 / 4_096, 12);
  const company = (others: number) => Array.from({ length: others }, () => timed(around(1, 0.2)));
  expect(wordsOf(timed(nearlyAll), ...company(5))[0]).toBe('fail');
  expect(wordsOf(timed(nearlyAll), ...company(6))[0]).toBe('inconclusive');
  expect(wordsOf(timed(nearlyAll), ...company(5), counted(), counted())[0]).toBe('fail');
  expect(decideLook([timed(nearlyAll), ...company(5)], ALPHA_LOOK).outcomes[0]!.adjustedP).toBeCloseTo(12 / 4_096, 12);
});

test('a rejection at the limit is one: p times the number of metrics equal to α', () => {
  expect(decideLook([timed(around(1.1))], 2 ** -12).word).toBe('fail');
  expect(decideLook([timed(around(1.1))], 2 ** -12 * 0.999).word).toBe('inconclusive');
});

test('the p-value is one-sided: a change for the better is no evidence of a worse one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 14 }), (worsenings) => {
      const { p } = decideLook([timed(worsenings)], ALPHA_LOOK).outcomes[0]!;
      expect(p).toBe(signedRankTest(worsenings.map((value) => -value)).pLess);
    }),
  );
});

test('a count fails by one pair, passes by all, and cannot pass with one missing', () => {
  expect(wordsOf(counted({ worse: 1 }))[0]).toBe('fail');
  expect(wordsOf(counted({ worse: 1, missing: 11, pairs: 1 }))[0]).toBe('fail');
  expect(wordsOf(counted())[0]).toBe('pass');
  expect(wordsOf(counted({ pairs: 11, missing: 1 }))[0]).toBe('inconclusive');
  expect(wordsOf(counted({ pairs: 0 }))[0]).toBe('inconclusive');
});

test('missing pairs count against passing as the worst there could be, and not towards failing', () => {
  const open = around(1, 0.005, 9);
  // The interval of twelve leaves out thirteen averages on each side: one missing pair takes twelve of them, two 23.
  expect(wordsOf(timed(around(1, 0.005, 11), { missing: 1 }))[0]).toBe('pass');
  expect(wordsOf(timed(around(1, 0.005, 10), { missing: 2 }))[0]).toBe('inconclusive');
  expect(wordsOf(timed(open))[0]).toBe('pass');
  expect(wordsOf(timed(open, { missing: 3 }))[0]).toBe('inconclusive');
  const failing = decideLook([timed(around(1.1, 0.005, 11), { missing: 1 })], ALPHA_LOOK);
  expect(failing.outcomes[0]).toMatchObject({ word: 'fail', p: 2 ** -11 });
});

test('too few pairs prove nothing, however alike they are', () => {
  expect(wordsOf(timed(around(1, 1e-6, 5)))[0]).toBe('inconclusive');
  expect(wordsOf(timed(around(1, 1e-6, 6)))[0]).toBe('pass');
});

test('a value against nothing is worse than any margin, and the estimate survives it', () => {
  const withOne = [...around(1.1, 0.005, 11), BEYOND_ANY_RATIO];
  expect(wordsOf(timed(withOne))[0]).toBe('fail');
  expect(wordsOf(timed(withOne.map((value) => -value)))[0]).toBe('pass');
});

test('the largest family is the largest of which one metric alone can still fail', () => {
  expect([largestFamily(12, ALPHA_LOOK), largestFamily(6, ALPHA_LOOK), largestFamily(20, ALPHA_LOOK)]).toEqual([
    13, 0, 3_495,
  ]);
  const family = (size: number) => [
    timed(around(1.2)),
    ...Array.from({ length: size - 1 }, () => timed(around(1, 0.2))),
  ];
  expect(decideLook(family(13), ALPHA_LOOK).word).toBe('fail');
  expect(decideLook(family(14), ALPHA_LOOK).word).toBe('inconclusive');
});
