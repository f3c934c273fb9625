/** Two runs compared, metric by metric: as two samples that share no blocks. */
import type { Difference } from '../result/findings.ts';
import type { BaselineValues } from '../scenario/gate.ts';
import type { MetricName } from '../scenario/metric.ts';
import { allEqual, isCounted, isTally } from './counted.ts';
import { METRICS } from './metrics.ts';
import { median } from './order-statistics.ts';
import { twoSampleRatio } from './rank-sum.ts';

/** One metric of one arm in one cell, in both runs. */
export interface MetricChange {
  readonly cellId: string;
  readonly armId: string;
  readonly metric: MetricName;
  /** Counted, and the same in all trials of each run: compared by equality. */
  readonly counted: boolean;
  /** Medians over the trials; of calls that failed and events that were lost, the most of any trial. */
  readonly baseValue: number;
  readonly headValue: number;
  readonly baseTrials: number;
  readonly headTrials: number;
  /** Head ÷ base; `null` where no ratio exists, as when one of them is 0. */
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Of the interval, 0 … 1; 1 for what is counted. */
  readonly coverage: number | null;
  /** For metrics where more is better, `faster` means more; for others less. */
  readonly word: Difference;
  /** The smallest ratio above 1 that would have been seen with 80 % power; `null` where none is known. */
  readonly smallestDetectable: number | null;
}

/** What both have, in the base's order. */
export function compareRuns(base: readonly BaselineValues[], head: readonly BaselineValues[]): readonly MetricChange[] {
  const heads = new Map(head.map((one) => [keyOf(one), one]));
  return base.flatMap((one) => {
    const other = heads.get(keyOf(one));
    return other === undefined || one.values.length === 0 ? [] : [changeOf(one, other.values)];
  });
}

/** JSON keeps apart what a separator would join. */
export const keyOf = ({ cellId, armId, metric }: Pick<BaselineValues, 'cellId' | 'armId' | 'metric'>): string =>
  JSON.stringify([cellId, armId, metric]);

/** What counts first, when it differs; otherwise as they were. */
export const changesFirst = (changes: readonly MetricChange[]): readonly MetricChange[] => [
  ...changes.filter((change) => change.counted && change.word !== 'equivalent'),
  ...changes.filter((change) => !(change.counted && change.word !== 'equivalent')),
];

/** Of at least one value in each. */
function changeOf({ cellId, armId, metric, values: base }: BaselineValues, head: readonly number[]): MetricChange {
  const where = { cellId, armId, metric, baseTrials: base.length, headTrials: head.length };
  if (isTally(metric)) return { ...where, ...byEquality(metric, Math.max(...base), Math.max(...head)) };
  const [baseValue, headValue] = [median(base), median(head)];
  if (isCounted(metric) && allEqual(base) && allEqual(head))
    return { ...where, ...byEquality(metric, baseValue, headValue) };
  return { ...where, counted: false, baseValue, headValue, ...asSamples(metric, base, head) };
}

type Numbers = Omit<MetricChange, 'cellId' | 'armId' | 'metric' | 'baseTrials' | 'headTrials'>;

function byEquality(metric: MetricName, baseValue: number, headValue: number): Numbers {
  const ratio = baseValue === headValue ? 1 : baseValue > 0 && headValue > 0 ? headValue / baseValue : null;
  const isMore = headValue > baseValue;
  const changed: Difference = isMore === METRICS[metric].higherIsBetter ? 'faster' : 'slower';
  return {
    counted: true,
    baseValue,
    headValue,
    ratio,
    low: ratio,
    high: ratio,
    coverage: 1,
    word: baseValue === headValue ? 'equivalent' : changed,
    smallestDetectable: 1,
  };
}

function asSamples(
  metric: MetricName,
  base: readonly number[],
  head: readonly number[],
): Pick<Numbers, 'ratio' | 'low' | 'high' | 'coverage' | 'word' | 'smallestDetectable'> {
  const { higherIsBetter, margin } = METRICS[metric];
  const found = twoSampleRatio({ metric, higherIsBetter, margin, arm: head, base });
  if (found === undefined) {
    return { ratio: null, low: null, high: null, coverage: null, word: 'inconclusive', smallestDetectable: null };
  }
  const { ratio, low95, high95, coverage95, word, smallestDetectable } = found;
  return {
    ratio,
    low: low95,
    high: high95,
    coverage: coverage95,
    word,
    // JSON has no infinity.
    smallestDetectable: Number.isFinite(smallestDetectable) ? smallestDetectable : null,
  };
}
