import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../scenario/random.ts';
import { fitLine, isStraight, type Line, type Point, slopeRatio } from './line.ts';
import { tQuantile } from './student-t.ts';

const points = (...pairs: readonly (readonly [number, number])[]): Point[] => pairs.map(([x, y]) => ({ x, y }));
const lineOf = (some: readonly Point[], level?: number): Line => {
  const line = fitLine(some, level);
  if (line === undefined) throw new Error('no line');
  return line;
};

/** The slow obvious version: the sum of squares of a slope and an intercept, made smallest by the normal equations in matrix form. */
function bySolving(some: readonly Point[]): { slope: number; intercept: number; error: number } {
  const n = some.length;
  const [x, y, xx, xy] = some.reduce(
    (sums, point) =>
      [sums[0] + point.x, sums[1] + point.y, sums[2] + point.x ** 2, sums[3] + point.x * point.y] as const,
    [0, 0, 0, 0] as readonly [number, number, number, number],
  );
  const determinant = n * xx - x * x;
  const slope = (n * xy - x * y) / determinant;
  const intercept = (xx * y - x * xy) / determinant;
  const left = some.reduce((sum, point) => sum + (point.y - intercept - slope * point.x) ** 2, 0);
  return { slope, intercept, error: Math.sqrt(((left / (n - 2)) * n) / determinant) };
}

const manyPoints = fc
  .array(fc.record({ x: fc.integer({ min: 0, max: 800 }), y: fc.integer({ min: -1_000, max: 100_000 }) }), {
    minLength: 3,
    maxLength: 20,
  })
  .filter((some) => new Set(some.map(({ x }) => x)).size > 1);

describe('a line', () => {
  test('through points that are on one is that line', () => {
    expect(lineOf(points([0, 5], [100, 705], [200, 1_405], [800, 5_605]))).toMatchObject({
      slope: 7,
      intercept: 5,
      rSquared: 1,
      theilSen: 7,
      points: 4,
    });
  });

  test('has the interval of the textbook', () => {
    // Sxx = 10, Sxy = 6, residuals −0.2, 0.2, 0.6, −1, 0.4: s² = 1.6/3.
    const { slope, low, high, rSquared } = lineOf(points([1, 2], [2, 3], [3, 4], [4, 3], [5, 5]));
    const half = 3.18245 * Math.sqrt(1.6 / 3 / 10);
    expect([slope, low, high, rSquared]).toEqual(
      [0.6, 0.6 - half, 0.6 + half, 3.6 / 5.2].map((value) => expect.closeTo(value, 4) as unknown),
    );
  });

  test('is the solution of the normal equations', () => {
    fc.assert(
      fc.property(manyPoints, (some) => {
        const { slope, intercept, error } = bySolving(some);
        const line = lineOf(some);
        const scale = Math.max(1, Math.abs(slope), Math.abs(intercept));
        expect(Math.abs(line.slope - slope) / scale).toBeLessThan(1e-6);
        expect(Math.abs(line.intercept - intercept) / scale).toBeLessThan(1e-6);
        expect((line.high - line.low) / 2 / Math.max(1, error)).toBeCloseTo(
          (tQuantile(0.95, some.length - 2) * error) / Math.max(1, error),
          5,
        );
      }),
    );
  });

  test('has a Theil–Sen slope with as many pairs above as below it', () => {
    fc.assert(
      fc.property(manyPoints, (some) => {
        const { theilSen } = lineOf(some);
        let [above, below] = [0, 0];
        for (const one of some)
          for (const other of some) {
            if (other.x <= one.x) continue;
            const slope = (other.y - one.y) / (other.x - one.x);
            if (slope > theilSen) above += 1;
            else if (slope < theilSen) below += 1;
          }
        expect(above).toBe(below);
      }),
    );
  });

  test('needs three points, and two places', () => {
    expect(fitLine(points([0, 1], [1, 2]))).toBeUndefined();
    expect(fitLine(points([5, 1], [5, 2], [5, 3]))).toBeUndefined();
  });

  test('holds the true slope in 95 of 100 cases', () => {
    const random = seededRandom(3);
    let held = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const noise = (): number => random.uniform() + random.uniform() + random.uniform() - 1.5;
      const some = [0, 100, 200, 400, 800, 0, 100, 200, 400, 800].map((x) => ({ x, y: 7 * x + 500 * noise() }));
      const { low, high } = lineOf(some);
      if (low <= 7 && 7 <= high) held += 1;
    }
    expect(held).toBeGreaterThan(930);
    expect(held).toBeLessThan(970);
  });

  test('drawn through one range of levels and through another is the same, within its interval', () => {
    const random = seededRandom(5);
    const over = (levels: readonly number[]): Line =>
      lineOf(levels.flatMap((x) => [1, 2, 3].map(() => ({ x, y: 60_000 + 9.5 * x + 300 * (random.uniform() - 0.5) }))));
    const [lower, upper] = [over([0, 100, 200]), over([400, 600, 800])];
    expect(lower.low).toBeLessThan(upper.high);
    expect(upper.low).toBeLessThan(lower.high);
  });
});

describe('one number stands for the points', () => {
  test('where they are on a line', () => {
    expect(isStraight(lineOf(points([0, 0], [100, 1_010], [200, 1_990], [400, 4_000])))).toBe(true);
  });

  test('not where they rise in steps', () => {
    expect(isStraight(lineOf(points([0, 0], [50, 0], [100, 0], [200, 8_000])))).toBe(false);
  });

  test('not where one of them decides', () => {
    const some = points([0, 0], [10, 10], [20, 20], [30, 30], [1_000, 100_000]);
    expect(lineOf(some).rSquared).toBeGreaterThan(0.9);
    expect(isStraight(lineOf(some))).toBe(false);
  });
});

describe('the ratio of two slopes', () => {
  const rising = (slope: number, wobble: number): Point[] =>
    [0, 100, 200, 400, 800].map((x, at) => ({ x, y: slope * x + (at % 2 === 0 ? wobble : -wobble) }));

  test('is exact where both lines are', () => {
    const ratio = slopeRatio(rising(10, 0), rising(4, 0));
    expect(ratio?.value).toBeCloseTo(2.5);
    expect(ratio?.low).toBeCloseTo(2.5);
    expect(ratio?.high).toBeCloseTo(2.5);
  });

  test('is bounded by the corners of both intervals', () => {
    const [arm, base] = [rising(10, 120), rising(4, 50)];
    const [above, below] = [lineOf(arm, 0.975), lineOf(base, 0.975)];
    expect(slopeRatio(arm, base)).toEqual({
      value: above.slope / below.slope,
      low: above.low / below.high,
      high: above.high / below.low,
    });
  });

  test('is not to be had without two straight lines, the lower of which rises', () => {
    expect(slopeRatio(rising(10, 0), points([0, 0], [50, 0], [100, 0], [200, 8_000]))).toBeUndefined();
    expect(slopeRatio(points([0, 0], [1, 1]), rising(4, 0))).toBeUndefined();
    expect(slopeRatio(rising(10, 0), rising(0, 0))).toBeUndefined();
  });

  test('has the right corners where the upper falls', () => {
    const ratio = slopeRatio(rising(-10, 0), rising(4, 0));
    expect(ratio?.low).toBeCloseTo(-2.5);
    expect(ratio?.high).toBeCloseTo(-2.5);
  });
});
