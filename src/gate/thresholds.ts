/** Limits held against what was measured: the interval over trials decides, never a single number. */
import type { GateFinding, GateWord } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import type { Threshold, ThresholdComparison } from '../scenario/gate.ts';
import { METRIC_UNITS, type MetricName } from '../scenario/metric.ts';
import { shownMetricValue } from '../scenario/metric-quantity.ts';
import { type Concerned, concernedBy, thresholdText } from '../scenario/threshold.ts';
import { allEqual, isCounted, isTally } from '../stats/counted.ts';
import { estimate } from '../stats/estimate.ts';
import type { Estimate } from '../stats/summary.ts';
import { type TrialValues, trialValues } from '../stats/trial-values.ts';

/** One finding for each threshold, cell and arm, in this order; one without a cell for a threshold that nothing measured could answer. */
export const judgeThresholds = (record: RunRecord, thresholds: readonly Threshold[]): readonly GateFinding[] =>
  thresholds.flatMap((threshold) => judgeThreshold(record, threshold));

function judgeThreshold(record: RunRecord, threshold: Threshold): readonly GateFinding[] {
  const found = concernedBy(threshold, record.plan)
    .map((where) => ({ where, values: trialValues(record, where.armId, where.cellId, threshold.metric) }))
    // Whoever names no arm does not mean those that cannot have the metric.
    .filter(({ values }) => values.possible || threshold.arm !== undefined);
  if (found.length === 0) return [findingOf(threshold, NOWHERE, NOTHING_HAS_IT)];
  return found.map(({ where, values }) => findingOf(threshold, where, outcomeOf(threshold, values)));
}

const NOWHERE = { cellId: null, armId: null } as const;

/** What came of it, and the numbers that it rests on. */
interface Outcome {
  readonly word: GateWord;
  readonly because: string;
  /** Median with its interval; `undefined` without data. */
  readonly span?: Pick<Estimate, 'value' | 'low' | 'high'> | undefined;
  /** Trials behind it. */
  readonly count: number;
}

const NOTHING_HAS_IT: Outcome = { word: 'inconclusive', because: 'nothing in the run has this metric', count: 0 };

type Where = Concerned | typeof NOWHERE;

function findingOf(
  threshold: Threshold,
  { cellId, armId }: Where,
  { word, because, span, count }: Outcome,
): GateFinding {
  return {
    kind: 'threshold',
    name: thresholdText(threshold),
    cellId,
    armId,
    metric: threshold.metric,
    word,
    difference: null,
    unit: METRIC_UNITS[threshold.metric],
    value: span?.value ?? null,
    low: span?.low ?? null,
    high: span?.high ?? null,
    limit: threshold.limit,
    smallestDetectable: null,
    count,
    because,
  };
}

/** Of an interval for the median over trials. */
const LEVEL = 0.95;

/** A trial that failed, or whose numbers are wrong, has not kept the limit: the others do not answer for it. */
function outcomeOf(threshold: Threshold, found: TrialValues): Outcome {
  const outcome = outcomeOfValid(threshold, found);
  if (outcome.word !== 'pass' || found.invalid === 0) return outcome;
  const because = `${outcome.because}, but ${found.invalid} of ${trials(outcome.count + found.invalid)} failed or gave no number that is right`;
  return { ...outcome, word: 'inconclusive', because };
}

function outcomeOfValid(threshold: Threshold, { values: found, lacking, invalid }: TrialValues): Outcome {
  const { metric } = threshold;
  const values = found.map(({ value }) => value);
  const span = estimate(values);
  const count = values.length;
  if (span === undefined || lacking > 0) return { ...noData({ count, lacking, invalid }), count };
  if (isTally(metric)) return { ...tallied(threshold, values), span: { ...span, ...extremes(values) }, count };
  if (isCounted(metric) && allEqual(values)) {
    const said = `${shown(span.value, metric)} in ${each(count)}, counted`;
    return { ...decided(keeps(threshold, span.value), said), span, count };
  }
  const said = `${spanText(span, metric)} over ${trials(count)}`;
  if (span.coverage < LEVEL) {
    return { word: 'inconclusive', because: `${said}: too few for an interval of 95 %, which takes six`, span, count };
  }
  const [low, high] = [keeps(threshold, span.low), keeps(threshold, span.high)];
  if (low === high) return { ...decided(low, `${said}, all of the interval`), span, count };
  return { word: 'inconclusive', because: `${said}: the limit lies within the interval`, span, count };
}

/** What is not known in every trial is not known: those that have it may be the quick ones. */
function noData({ count, lacking, invalid }: { count: number; lacking: number; invalid: number }) {
  const because =
    lacking === 0
      ? `no valid measurement in ${trials(invalid)}`
      : `not to be had in ${lacking} of ${trials(count + lacking)}: too few samples, or calls that were never answered`;
  return { word: 'inconclusive', because } as const;
}

function tallied(threshold: Threshold, values: readonly number[]): Pick<Outcome, 'word' | 'because'> {
  const { low, high } = extremes(values);
  const said = low === high ? `${low} in ${each(values.length)}` : `${low} to ${high} over ${trials(values.length)}`;
  const breaking = values.filter((value) => !keeps(threshold, value)).length;
  return breaking === 0
    ? decided(true, `${said}, counted`)
    : { word: 'fail', because: `${said}, counted: the limit is broken in ${breaking} of ${trials(values.length)}` };
}

const decided = (kept: boolean, said: string): Pick<Outcome, 'word' | 'because'> =>
  kept
    ? { word: 'pass', because: `${said}: within the limit` }
    : { word: 'fail', because: `${said}: beyond the limit` };

const extremes = (values: readonly number[]) => ({ low: Math.min(...values), high: Math.max(...values) });

const KEEPS: Readonly<Record<ThresholdComparison, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

const keeps = ({ comparison, limit }: Threshold, value: number): boolean => KEEPS[comparison](value, limit);

const shown = (value: number, metric: MetricName): string => shownMetricValue(value, METRIC_UNITS[metric]);

function spanText({ value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>, metric: MetricName): string {
  const interval = low === high ? '' : ` [${shown(low, metric)} … ${shown(high, metric)}]`;
  return `${shown(value, metric)}${interval}`;
}

const trials = (count: number): string => (count === 1 ? '1 trial' : `${count} trials`);
const each = (count: number): string => (count === 1 ? '1 trial' : `each of ${count} trials`);
