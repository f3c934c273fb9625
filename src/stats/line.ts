/** A straight line through points: how much one more of this adds of that, and how sure that is. */
import { median } from './order-statistics.ts';
import { tQuantile } from './student-t.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  /** By least squares. */
  readonly slope: number;
  readonly intercept: number;
  /** The slope's interval at the level that was asked for. */
  readonly low: number;
  readonly high: number;
  /** The share of the spread in y that the line explains, 0 … 1; 1 where there is no spread. */
  readonly rSquared: number;
  /** The median of the slopes between all pairs of points: what an outlier does not move (Theil 1950, Sen 1968). */
  readonly theilSen: number;
  readonly points: number;
}

const USUAL_LEVEL = 0.95;

/** The interval is `b ± t(n − 2)·s/√Sxx`. `undefined` with fewer than three points, or all at one x: there is no line, or no interval. */
export function fitLine(points: readonly Point[], level: number = USUAL_LEVEL): Line | undefined {
  const sxx = sumOf(points, deviation(points, 'x'));
  if (points.length < 3 || sxx === 0) return undefined;
  const [meanX, meanY] = [mean(points, 'x'), mean(points, 'y')];
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / sxx;
  const intercept = meanY - slope * meanX;
  const left = sumOf(points, ({ x, y }) => y - intercept - slope * x);
  const spread = sumOf(points, deviation(points, 'y'));
  const freedom = points.length - 2;
  const half = tQuantile(level, freedom) * Math.sqrt(left / freedom / sxx);
  return {
    slope,
    intercept,
    low: slope - half,
    high: slope + half,
    rSquared: spread === 0 ? 1 : 1 - left / spread,
    theilSen: theilSen(points),
    points: points.length,
  };
}

const mean = (points: readonly Point[], axis: keyof Point): number =>
  points.reduce((sum, point) => sum + point[axis], 0) / points.length;

function deviation(points: readonly Point[], axis: keyof Point): (point: Point) => number {
  const centre = mean(points, axis);
  return (point) => point[axis] - centre;
}

/** Of squares. */
const sumOf = (points: readonly Point[], of: (point: Point) => number): number =>
  points.reduce((sum, point) => sum + of(point) ** 2, 0);

/** Of points that are not all at one x. */
function theilSen(points: readonly Point[]): number {
  const slopes = points.flatMap((one, at) =>
    points.slice(at + 1).flatMap((other) => (other.x === one.x ? [] : [(other.y - one.y) / (other.x - one.x)])),
  );
  return median(slopes);
}

/** Below this share the points are not on a line, whatever its slope. */
const LEAST_R_SQUARED = 0.9;
/** Two ways to draw a line that differ by more than this share do not draw the same. */
const AGREEMENT = 0.25;

/** Whether one number can stand for the points: they are on a line, and no few of them decide where it runs. */
export const isStraight = ({ slope, theilSen, rSquared }: Line): boolean =>
  rSquared >= LEAST_R_SQUARED && Math.abs(theilSen - slope) <= AGREEMENT * Math.abs(slope);

/** A quotient with the bounds between which it is known. */
export interface SlopeRatio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Two intervals that each miss in 2.5 % of all cases hold together in at least 95 % (Bonferroni). */
const JOINT_LEVEL = 0.975;

/** `arm ÷ base`, at 95 % or better; `undefined` where either has no straight line, or the base may not rise at all. */
export function slopeRatio(arm: readonly Point[], base: readonly Point[]): SlopeRatio | undefined {
  const [above, below] = [fitLine(arm, JOINT_LEVEL), fitLine(base, JOINT_LEVEL)];
  if (above === undefined || below === undefined || below.low <= 0) return undefined;
  if (!isStraight(above) || !isStraight(below)) return undefined;
  return {
    value: above.slope / below.slope,
    low: above.low / (above.low >= 0 ? below.high : below.low),
    high: above.high / (above.high >= 0 ? below.low : below.high),
  };
}
