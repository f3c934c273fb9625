import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seededRandom } from './random.ts';

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

it('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 20 }, () => random.uniform());
  };
  fc.assert(
    fc.property(seeds, (seed) => {
      expect(draw(seed)).toEqual(draw(seed));
      expect(draw(seed)).not.toEqual(draw(seed ^ 1));
    }),
  );
});

it('is mulberry32: numbers of another implementation of it', () => {
  const random = seededRandom(1);
  expect([random.uniform(), random.uniform(), random.uniform()]).toEqual([
    0.6270739405881613, 0.002735721180215478, 0.5274470399599522,
  ]);
});

it('uniform numbers and integers stay in range', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 1000 }), (seed, below) => {
      const random = seededRandom(seed);
      for (let draw = 0; draw < 50; draw += 1) {
        const value = random.uniform();
        expect(value >= 0 && value < 1).toBe(true);
        const whole = random.integer(below);
        expect(Number.isInteger(whole) && whole >= 0 && whole < below).toBe(true);
      }
    }),
  );
});

it('exponential gaps have mean 1 and variance 1', () => {
  const random = seededRandom(7);
  const draws = Array.from({ length: 100_000 }, () => random.exponential());
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
  expect(mean).toBeCloseTo(1, 1);
  expect(variance).toBeCloseTo(1, 1);
  expect(Math.min(...draws.slice(0, 1000))).toBeGreaterThanOrEqual(0);
});

it('shuffled is a permutation of a list that stays as it is', () => {
  fc.assert(
    fc.property(seeds, fc.array(fc.integer()), (seed, items) => {
      const before = [...items];
      const shuffled = seededRandom(seed).shuffled(items);
      expect(items).toEqual(before);
      expect(shuffled.toSorted((a, b) => a - b)).toEqual(before.toSorted((a, b) => a - b));
    }),
  );
});

it('every order of three comes up about equally often', () => {
  const random = seededRandom(3);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw += 1) {
    const order = random.shuffled(['a', 'b', 'c']).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  // Five standard deviations of a binomial with n = 6000, p = 1/6 are 144.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(144);
  expect(counts.size).toBe(6);
});
