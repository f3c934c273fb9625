import { expect, test } from 'vitest';
import { milliseconds, nanoseconds, seconds } from '../units.ts';
import { achievedPerSec } from './rates.ts';

test('without a calendar a rate is what was completed over the time it took', () => {
  expect(achievedPerSec({ scripts: 100, elapsedNs: seconds(2), calendar: null })).toBe(50);
  expect(achievedPerSec({ scripts: 0, elapsedNs: nanoseconds(0), calendar: null })).toBe(0);
});

test('the last session of a calendar ends after it, by what the quickest one took even where the endpoint keeps up', () => {
  const calendar = { lengthNs: seconds(1), quickestNs: milliseconds(250) };
  const rate = (elapsedMs: number) => achievedPerSec({ scripts: 100, elapsedNs: milliseconds(elapsedMs), calendar });
  expect(rate(900)).toBe(100);
  expect(rate(1_250)).toBe(100);
  expect(rate(2_250)).toBe(50);
});
