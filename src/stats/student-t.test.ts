import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tQuantile, withinT } from './student-t.ts';

/** ln Γ(n/2), by the recurrence from Γ(½) and Γ(1). */
function logGammaOfHalf(n: number): number {
  let value = n % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let half = n % 2 === 0 ? 2 : 1; half < n; half += 2) value += Math.log(half / 2);
  return value;
}

/** The slow obvious version: the density, summed up by Simpson's rule. */
function integrated(t: number, freedom: number): number {
  const front = Math.exp(logGammaOfHalf(freedom + 1) - logGammaOfHalf(freedom)) / Math.sqrt(freedom * Math.PI);
  const density = (x: number): number => front * (1 + (x * x) / freedom) ** (-(freedom + 1) / 2);
  const steps = 4_000;
  const width = t / steps;
  let sum = density(0) + density(t);
  for (let step = 1; step < steps; step += 1) sum += density(step * width) * (step % 2 === 0 ? 2 : 4);
  return (2 * sum * width) / 3;
}

describe('Student’s t', () => {
  // Fisher and Yates, Statistical Tables, two-sided.
  test.each([
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 3, 3.182],
    [0.95, 8, 2.306],
    [0.95, 10, 2.228],
    [0.95, 30, 2.042],
    [0.95, 1_000, 1.962],
    [0.975, 4, 3.495],
    [0.99, 5, 4.032],
  ])('at %d with %i degrees of freedom is %d', (level, freedom, expected) => {
    expect(tQuantile(level, freedom)).toBeCloseTo(expected, 2);
  });

  test('is the integral of its density', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 15, noNaN: true }), fc.integer({ min: 1, max: 60 }), (t, freedom) => {
        expect(withinT(t, freedom)).toBeCloseTo(integrated(t, freedom), 7);
      }),
    );
  });

  test('a quantile is what it says', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (level, freedom) => {
          expect(withinT(tQuantile(level, freedom), freedom)).toBeCloseTo(level, 9);
        },
      ),
    );
  });

  test('refuses what has no answer', () => {
    expect(() => withinT(1, 0)).toThrow('no t with 0 degrees of freedom');
    expect(() => tQuantile(1, 5)).toThrow('1 is no level');
  });
});
