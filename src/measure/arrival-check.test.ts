/** Whether a calendar was kept, told by when things were begun. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleArrivals } from '../scenario/arrivals.ts';
import { milliseconds, nanoseconds, perSecond, seconds } from '../units.ts';
import { type ArrivalCheck, checkArrivals, isOffCalendar } from './arrival-check.ts';

const calendar = (arrivals: 'poisson' | 'constant', seed = 1, gridNs = nanoseconds(0)): Float64Array =>
  scheduleArrivals({ arrivals, ratePerSec: perSecond(200), durationNs: seconds(3), seed, gridNs });

function check(arrivals: 'poisson' | 'constant', offsets: Float64Array, started = offsets): ArrivalCheck {
  const found = checkArrivals({ offsets, started, arrivals });
  if (found === undefined) throw new Error('too few arrivals to tell');
  return found;
}

const isOff = (arrivals: 'poisson' | 'constant', offsets: Float64Array, started?: Float64Array): boolean =>
  isOffCalendar(check(arrivals, offsets, started));

/** The definition, term by term: at every wait that was seen, from the left and from the right. */
function slowDistance(waits: readonly number[], perSec: number): number {
  const shareUpTo = (wait: number): number => waits.filter((one) => one <= wait).length / waits.length;
  const shareBelow = (wait: number): number => waits.filter((one) => one < wait).length / waits.length;
  const cdf = (wait: number): number => (wait <= 0 ? 0 : 1 - Math.exp((-wait * perSec) / 1e9));
  return Math.max(
    0,
    ...waits.flatMap((wait) => [shareUpTo(wait) - cdf(wait + 1e6), cdf(wait - 1e6) - shareBelow(wait)]),
  );
}

describe('a calendar that was kept', () => {
  it.each(['poisson', 'constant'] as const)('%s, to the instant, whatever the seed', (arrivals) => {
    fc.assert(fc.property(fc.nat(1_000_000), (seed) => !isOff(arrivals, calendar(arrivals, seed))));
  });

  it('to what a timer or a thread can do: everything late, by less than a millisecond more or less', () => {
    const late = (offsets: Float64Array): Float64Array => offsets.map((at, index) => at + 3e6 + (index % 7) * 1e5);
    for (const arrivals of ['poisson', 'constant'] as const)
      expect(isOff(arrivals, calendar(arrivals), late(calendar(arrivals)))).toBe(false);
    expect(isOff('poisson', calendar('poisson', 5, milliseconds(1)))).toBe(false);
  });
});

describe('a calendar that was not kept', () => {
  it('arrivals in clumps of five', () => {
    const clumped = (offsets: Float64Array): Float64Array =>
      offsets.map((_, index) => offsets[Math.min(offsets.length - 1, index - (index % 5) + 4)] ?? 0);
    for (const arrivals of ['poisson', 'constant'] as const)
      expect(isOff(arrivals, calendar(arrivals), clumped(calendar(arrivals)))).toBe(true);
  });

  it('one after the other in equal steps, where chance was planned', () => {
    expect(isOff('poisson', calendar('poisson'), calendar('constant').subarray(0, calendar('poisson').length))).toBe(
      true,
    );
  });

  it('a rate that was missed: the whole of it stretched by 1 and by 4 in a hundred', () => {
    const stretched = (by: number): Float64Array => calendar('poisson').map((at) => at * by);
    expect(isOff('poisson', calendar('poisson'), stretched(1.01))).toBe(false);
    expect(isOff('poisson', calendar('poisson'), stretched(1.04))).toBe(true);
    expect(isOff('poisson', calendar('poisson'), stretched(0.96))).toBe(true);
  });

  it('everything at once, which is a rate that a record can hold', () => {
    const offsets = calendar('constant');
    const found = check('constant', offsets, new Float64Array(offsets.length));
    expect(isOffCalendar(found)).toBe(true);
    expect(Number.isFinite(found.startedPerSec)).toBe(true);
  });
});

describe('the numbers', () => {
  it('the distance is the largest between the two shares, beyond the slack', () => {
    const anyOffsets = fc
      .array(fc.integer({ min: 0, max: 50_000_000 }), { minLength: 20, maxLength: 60 })
      .filter((waits) => waits.some((wait) => wait > 0));
    fc.assert(
      fc.property(anyOffsets, anyOffsets, (planned, begun) => {
        const count = Math.min(planned.length, begun.length);
        const sums = (waits: readonly number[]): Float64Array => {
          let at = 0;
          return Float64Array.from(waits.slice(0, count), (wait) => (at += wait));
        };
        const offsets = sums(planned);
        const started = sums(begun);
        const found = checkArrivals({ offsets, started, arrivals: 'poisson' });
        if (found === undefined) return;
        const waits = [...started].slice(1).map((at, index) => at - (started[index] ?? 0));
        expect(found.distance).toBeCloseTo(slowDistance(waits, found.plannedPerSec), 9);
      }),
    );
  });

  it('rates go from the first to the last, and the limit falls with the number of waits', () => {
    const offsets = Float64Array.from({ length: 101 }, (_, index) => index * 1e7);
    const found = check('constant', offsets);
    expect(found).toMatchObject({ count: 101, plannedPerSec: 100, startedPerSec: 100, distance: 0 });
    expect(found.limit).toBeCloseTo(0.1949, 6);
  });

  it('nineteen arrivals show no pattern', () => {
    const offsets = (length: number): Float64Array => Float64Array.from({ length }, (_, index) => index * 1e7);
    const of = (length: number) =>
      checkArrivals({ offsets: offsets(length), started: offsets(length), arrivals: 'constant' });
    expect(of(19)).toBeUndefined();
    expect(of(20)).toBeDefined();
  });
});
