/** What a machine can tell apart: from pairs of equals, how far they differ by chance, and what would be seen through that. */
import type { MetricName } from '../scenario/metric.ts';
import type { Difference } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import type { Cell } from '../scenario/scenario.ts';
import { type Pair, ratioOfPairs } from '../stats/compare.ts';
import { smallestDetectable } from '../stats/ratio-words.ts';
import { METRICS } from '../stats/metrics.ts';
import { runsOf, validOf } from '../stats/runs.ts';
import { tQuantile } from '../stats/student-t.ts';

/** The metrics that a gate would use. */
export const GATED_METRICS: readonly MetricName[] = [
  'response-time.p50',
  'response-time.p99',
  'endpoint-cpu-per-message',
  'wire-up-per-message',
  'wire-down-per-message',
];

/** Numbers of pairs after which a gate looks. */
export const LOOKS = [12, 20, 30] as const;

/** One metric of one arm against the same arm. */
export interface Precision {
  readonly armId: string;
  readonly metric: MetricName;
  readonly pairs: number;
  /** Standard deviation of the logarithms of the ratios: 0.03 reads "3 %". */
  readonly spread: number;
  /** Half of the 95 % interval of the ratio after so many pairs, as a share: Student's t on the logarithms. */
  readonly halfWidths: readonly { readonly pairs: number; readonly share: number }[];
  /** Smallest ratio above 1 that the most pairs would show with 80 % power. */
  readonly smallestDetectable: number;
  /** The difference that matters, as a share. */
  readonly margin: number;
  /** What the comparison says of the two. Of equals it must not be `faster` or `slower`. */
  readonly word: Difference;
}

/** Two of a kind. */
export interface Equals {
  readonly armId: string;
  readonly twinId: string;
}

const LEVEL = 0.95;
/** A standard deviation takes two. */
const FEWEST_PAIRS = 2;

/** Every gated metric of every pair of equals, in this order; none of a metric that fewer than two blocks have on both. */
export const precisionsOf = (record: RunRecord, equals: readonly Equals[]): readonly Precision[] =>
  equals.flatMap((pair) =>
    record.plan.cells.flatMap((cell) =>
      GATED_METRICS.flatMap((metric) => precisionOf(record, cell, pair, metric) ?? []),
    ),
  );

function precisionOf(
  record: RunRecord,
  cell: Cell,
  { armId, twinId }: Equals,
  metric: MetricName,
): Precision | undefined {
  const { higherIsBetter, exact, margin } = METRICS[metric];
  const base = valuesByBlock(record, cell, armId, metric);
  const pairs = [...valuesByBlock(record, cell, twinId, metric)].flatMap(([block, arm]): Pair[] => {
    const other = base.get(block);
    return other === undefined ? [] : [{ arm, base: other }];
  });
  const ratio = ratioOfPairs({ metric, pairs, higherIsBetter, margin, exact });
  if (ratio === undefined || pairs.length < FEWEST_PAIRS) return undefined;
  const spread = deviation(pairs.map((pair) => Math.log(pair.arm / pair.base)));
  const halfWidths = LOOKS.map((count) => ({ pairs: count, share: Math.expm1(halfWidthAt(spread, count)) }));
  const seen = smallestDetectable(halfWidthAt(spread, Math.max(...LOOKS)));
  return { armId, metric, pairs: pairs.length, spread, halfWidths, smallestDetectable: seen, margin, word: ratio.word };
}

function valuesByBlock(record: RunRecord, cell: Cell, armId: string, metric: MetricName): ReadonlyMap<number, number> {
  const arm = record.plan.arms.find(({ id }) => id === armId);
  if (arm === undefined) throw new RangeError(`${armId} is not an arm of the plan`);
  return new Map(
    validOf(runsOf(record, arm, cell)).flatMap(({ block, measurement }): [number, number][] => {
      const value = METRICS[metric].valueOf(measurement);
      // Where one is 0 there is no ratio.
      return value === undefined || value <= 0 ? [] : [[block, value]];
    }),
  );
}

/** In logarithms. */
const halfWidthAt = (spread: number, pairs: number): number =>
  (tQuantile(LEVEL, pairs - 1) * spread) / Math.sqrt(pairs);

/** Of a sample: over n − 1. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** What the run cannot tell of these arms: it did not measure it, or with too few samples for its quantile. */
export const untoldOf = (
  precisions: readonly Precision[],
  armIds: readonly string[],
): readonly Pick<Precision, 'armId' | 'metric'>[] =>
  armIds.flatMap((armId) =>
    GATED_METRICS.filter((metric) => !precisions.some((one) => one.armId === armId && one.metric === metric)).map(
      (metric) => ({ armId, metric }),
    ),
  );

/** Whether equals came out as equals. */
export const isAsItMust = ({ word }: Precision): boolean => word === 'equivalent' || word === 'inconclusive';

/** Whether a change that matters would go unseen here: such a metric is shown, and decides nothing. */
export const isReportOnly = (precision: Precision): boolean => precision.smallestDetectable > 1 + precision.margin;
