import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milliseconds, nanoseconds, NS_PER_S, perSecond, seconds } from '../units.ts';
import { scheduleArrivals, TIMER_GRID_NS } from './arrivals.ts';

const options = fc.record({
  arrivals: fc.constantFrom('constant', 'poisson'),
  ratePerSec: fc.integer({ min: 1, max: 5000 }).map(perSecond),
  durationNs: fc.integer({ min: 1, max: 2000 }).map(milliseconds),
  seed: fc.integer({ min: 0, max: 0x7fff_ffff }),
  gridNs: fc.constantFrom(nanoseconds(0), TIMER_GRID_NS),
});

const NO_GRID = nanoseconds(0);

describe('scheduleArrivals', () => {
  it('ascends, within the duration, and on the grid', () => {
    fc.assert(
      fc.property(options, (given) => {
        const offsets = scheduleArrivals(given);
        // One assertion for each rule: one for each offset would take most of the time.
        expect(offsets.every((offset) => offset >= 0 && offset < given.durationNs)).toBe(true);
        expect(offsets.every((offset, index) => index === 0 || offset >= offsets[index - 1]!)).toBe(true);
        expect(offsets.every((offset) => given.gridNs === 0 || offset % given.gridNs === 0)).toBe(true);
      }),
    );
  });

  it('follows from its options alone', () => {
    fc.assert(
      fc.property(options, (given) => {
        expect(scheduleArrivals(given)).toEqual(scheduleArrivals(given));
      }),
    );
  });

  it('is the start of the longer schedule', () => {
    fc.assert(
      fc.property(options, (given) => {
        const offsets = scheduleArrivals(given);
        const longer = scheduleArrivals({ ...given, durationNs: nanoseconds(given.durationNs * 2) });
        expect(longer.slice(0, offsets.length)).toEqual(offsets);
      }),
    );
  });

  it('on the grid, nothing is earlier than it was, nor later by a whole step', () => {
    fc.assert(
      fc.property(options, (given) => {
        const exact = scheduleArrivals({ ...given, gridNs: NO_GRID });
        const onGrid = scheduleArrivals({ ...given, gridNs: TIMER_GRID_NS });
        const late = onGrid.map((offset, index) => offset - exact[index]!);
        expect(late.every((lateNs) => lateNs >= 0 && lateNs < TIMER_GRID_NS)).toBe(true);
      }),
    );
  });

  it('constant: exactly rate times whole seconds, evenly spaced, half a gap from the edge', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 5 }), (rate, duration) => {
        const offsets = scheduleArrivals({
          arrivals: 'constant',
          ratePerSec: perSecond(rate),
          durationNs: seconds(duration),
          seed: 0,
          gridNs: NO_GRID,
        });
        expect(offsets).toHaveLength(rate * duration);
        const gapNs = NS_PER_S / rate;
        offsets.forEach((offset, index) => {
          expect(Math.abs(offset - (index + 0.5) * gapNs)).toBeLessThan(10);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('Poisson: as many as offered, give or take five standard deviations, and counts as scattered as they should be', () => {
    const counts = Array.from(
      { length: 400 },
      (_, seed) =>
        scheduleArrivals({
          arrivals: 'poisson',
          ratePerSec: perSecond(100),
          durationNs: seconds(1),
          seed,
          gridNs: NO_GRID,
        }).length,
    );
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThanOrEqual(50);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
    // Standard error of the mean is 10/√400; the variance of a Poisson count is its mean, its standard error √(2/400)·100.
    expect(Math.abs(mean - 100)).toBeLessThan(2);
    expect(Math.abs(variance - 100)).toBeLessThan(29);
  });

  it('stops at the count asked for', () => {
    fc.assert(
      fc.property(options, fc.nat(50), (given, maxCount) => {
        const all = scheduleArrivals(given);
        expect(scheduleArrivals({ ...given, maxCount })).toEqual(all.slice(0, maxCount));
      }),
    );
  });
});
