import { expect, test } from 'vitest';
import { median, quantileBetween } from './order-statistics.ts';
import { spreadShare, typicalSpread } from './noise.ts';

test('half of the middle half, around the median', () => {
  // Quartiles of 96 … 104 are 98 and 102.
  expect(spreadShare([104, 96, 98, 100, 102])).toBeCloseTo(0.02, 12);
});

test('one trial in six that went wrong does not make the machine noisy', () => {
  expect(spreadShare([100, 100, 100, 100, 100, 900])).toBe(0);
});

test('one value has no spread, and neither have values around zero', () => {
  expect(spreadShare([5])).toBeUndefined();
  expect(spreadShare([])).toBeUndefined();
  expect(spreadShare([0, 0, 0])).toBeUndefined();
});

test('the typical spread is the median over the groups that have one', () => {
  expect(typicalSpread([[98, 100, 102], [100, 100], [1], [90, 100, 110]])).toBeCloseTo(0.01, 12);
  expect(typicalSpread([[1], []])).toBeUndefined();
});

test('median and quartiles between neighbours', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
  expect([0, 0.25, 0.5, 0.75, 1].map((q) => quantileBetween([1, 2, 3, 4], q))).toEqual([1, 1.75, 2.5, 3.25, 4]);
  expect(() => median([])).toThrow(RangeError);
});
