/** Two subjects of a study compared pair by pair: what was measured in the same repetition belongs together. */
import { type Pair, compareArms } from './compare.ts';
import type { Comparison, MetricName } from './summary.ts';

/** One subject's value in one repetition. */
export interface Repeated {
  readonly repetition: number;
  readonly value: number;
}

export interface RepeatedComparison {
  /** Numerator of the ratio. */
  readonly of: readonly Repeated[];
  /** Denominator. */
  readonly against: readonly Repeated[];
  /** The metric whose direction and words apply; a study's values are named for it. */
  readonly metric: MetricName;
  /** As a share above 0. */
  readonly margin: number;
  /** Counted rather than timed. */
  readonly exact?: boolean;
}

/** The ratio over all repetitions that both have, less being better; `undefined` where there is none. */
export function compareRepeated({
  of,
  against,
  metric,
  margin,
  exact = false,
}: RepeatedComparison): Comparison | undefined {
  const base = new Map(against.map(({ repetition, value }) => [repetition, value]));
  const pairs = of.flatMap(({ repetition, value }): readonly Pair[] => {
    const other = base.get(repetition);
    return other === undefined ? [] : [{ arm: value, base: other }];
  });
  return compareArms({ metric, armId: 'of', baseArmId: 'against', pairs, higherIsBetter: false, margin, exact });
}
