/** A run held against an earlier one: what was counted by equality, what was timed by the interval of its ratio. */
import type { GateFinding, GateWord } from '../result/findings.ts';
import { countingTrials } from '../result/attempts.ts';
import { type RunRecord, isDisturbed } from '../result/record.ts';
import type { BaselineGate, BaselineValues } from '../scenario/gate.ts';
import { hasBoth } from '../scenario/directions.ts';
import { METRIC_NAMES, METRIC_UNITS, type MetricName } from '../scenario/metric.ts';
import { hasMetric } from '../scenario/metric-scope.ts';
import { isPlanned } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { shownMetricValue } from '../scenario/metric-quantity.ts';
import { compareRuns, keyOf, type MetricChange } from '../stats/compare-runs.ts';
import { isCounted } from '../stats/counted.ts';
import { METRICS } from '../stats/metrics.ts';
import { samplesOf, type SampleChoice } from '../stats/run-samples.ts';
import { trialValues } from '../stats/trial-values.ts';

/** What is timed and may make a run fail: few, so that a run without a change seldom fails by chance. */
const TIMED: readonly MetricName[] = ['response-time.p50', 'delivery.p50', 'endpoint-cpu-per-message'];
/** What is counted and may: what is on the wire, whom it takes, and what went wrong. The rest of the bytes follows from these. */
const COUNTED: readonly MetricName[] = [
  'wire-up-per-message',
  'wire-down-per-message',
  'sockets-per-client',
  'calls-failed',
  'events-lost',
];

export interface BaselineOptions extends SampleChoice {
  readonly base: RunRecord;
  /** Word or path by which it was named. */
  readonly name: string;
  readonly maxRegression: number;
  /** Fields in which the machines differ. */
  readonly differences: readonly string[];
}

/**
 * What of an earlier record a run is to be held against: its values, taken along in the plan. What it should have and has
 * not, because a trial failed or had too few samples, is there without values: it is open, and not forgotten.
 */
export function baselineOf({ base, name, maxRegression, differences, ...choice }: BaselineOptions): BaselineGate {
  const samples = new Map(samplesOf(base, choice).map((one) => [keyOf(one), one]));
  return {
    name,
    startedAt: base.startedAt,
    maxRegression,
    normalised: choice.normalised,
    differences,
    values: familyOf(base, choice).flatMap((one) => {
      const found = samples.get(keyOf(one));
      if (found !== undefined) return [found];
      return isExpected(base, one, choice) ? [{ ...one, values: [] }] : [];
    }),
  };
}

type Member = Omit<BaselineValues, 'values'>;

/** Every metric that may make a run fail, of each arm in each cell, in the order of the plan. */
const familyOf = ({ plan }: RunRecord, { cellIds, armIds }: SampleChoice): readonly Member[] =>
  plan.cells
    .filter(({ id }) => cellIds.includes(id))
    .flatMap(({ id: cellId, scenario }) =>
      armIds
        .filter((armId) => isPlanned(plan, armId, cellId))
        .flatMap((armId) =>
          METRIC_NAMES.filter((metric) => isGated(metric, scenario)).map((metric) => ({ cellId, armId, metric })),
        ),
    );

function isGated(metric: MetricName, scenario: Scenario): boolean {
  // Where both flow, the calls stand for the cell.
  if (metric === 'delivery.p50' && hasBoth(scenario)) return false;
  return (TIMED.includes(metric) || COUNTED.includes(metric)) && hasMetric(scenario, metric);
}

/** Whether it is missing rather than not to be had: no arm without a wire has bytes on it, and not every time has a control. */
const isExpected = (base: RunRecord, { cellId, armId, metric }: Member, { normalised }: SampleChoice): boolean =>
  (!normalised || isCounted(metric)) && trialValues(base, armId, cellId, metric).possible;

/** One finding for each metric of the baseline, in its order. A metric that this run does not have is open, never a pass. */
export function judgeBaseline(record: RunRecord, gate: BaselineGate): readonly GateFinding[] {
  const cellIds = [...new Set(gate.values.map(({ cellId }) => cellId))];
  const armIds = [...new Set(gate.values.map(({ armId }) => armId))];
  const samples = samplesOf(record, { cellIds, armIds, normalised: gate.normalised });
  const changes = new Map(compareRuns(gate.values, samples).map((change) => [keyOf(change), change]));
  return gate.values.map((values) => findingOf(values, changes.get(keyOf(values)), { ...gate, record }));
}

/** What must be said about a comparison with another run. */
export const baselineNotes = ({ name, startedAt, normalised, differences }: BaselineGate): readonly string[] => [
  `Against ${name}, measured ${startedAt}. The two runs share no blocks: what moved the machine from the one to the other is in no interval. Base against head in one run is the stronger test.`,
  ...(normalised
    ? [
        `The machines differ in ${differences.join(', ')}: times are divided by each run's own control workload, and nothing but these and what is counted is compared.`,
      ]
    : []),
];

type Limit = Pick<BaselineGate, 'maxRegression'>;
type Judged = Limit & { readonly record: RunRecord };

function findingOf(
  { cellId, armId, metric, values }: BaselineValues,
  change: MetricChange | undefined,
  gate: Judged,
): GateFinding {
  const head = {
    kind: 'baseline',
    name: `${metric} of ${armId} in ${cellId} against the baseline`,
    cellId,
    armId,
    metric,
  } as const;
  if (change === undefined) {
    const because = `${values.length === 0 ? 'the baseline' : 'this run'} has no value of it in every trial`;
    return { ...head, ...NO_DATA, limit: limitOf(metric, gate), because };
  }
  return { ...head, ...(change.counted ? countedOutcome(change) : timedOutcome(change, gate)) };
}

const NO_DATA = {
  word: 'inconclusive',
  difference: 'inconclusive',
  unit: 'ratio',
  value: null,
  low: null,
  high: null,
  smallestDetectable: null,
  count: 0,
} as const;

type Outcome = Omit<GateFinding, 'kind' | 'name' | 'cellId' | 'armId' | 'metric'>;

/** Any change for the worse is one. */
function countedOutcome({ metric, baseValue, headValue, headTrials, word: difference }: MetricChange): Outcome {
  const word: GateWord = difference === 'slower' ? 'fail' : 'pass';
  const shown = (value: number): string => shownMetricValue(value, METRIC_UNITS[metric]);
  const verdict = { fail: 'worse', pass: difference === 'equivalent' ? 'equal' : 'better', inconclusive: '' }[word];
  return {
    word,
    difference,
    unit: METRIC_UNITS[metric],
    value: headValue,
    low: headValue,
    high: headValue,
    limit: baseValue,
    smallestDetectable: 1,
    count: headTrials,
    because: `${shown(headValue)} against ${shown(baseValue)}, counted: ${verdict}`,
  };
}

/** Of an interval that may decide. */
const LEVEL = 0.95;

/** The ratio that is just not too bad. */
const limitOf = (metric: MetricName, { maxRegression }: Limit): number =>
  METRICS[metric].higherIsBetter ? 1 / (1 + maxRegression) : 1 + maxRegression;

/** Trials of this run that something disturbed, and all of them that count; of a run of its own nothing but their share can be told apart from a change. */
function disturbedOf(
  { record }: Judged,
  { cellId, armId }: MetricChange,
): { readonly disturbed: number; readonly all: number } {
  const own = countingTrials(record)
    .filter((trial) => trial.armId === armId)
    .flatMap(({ measurements }) => measurements.filter((measurement) => measurement.cellId === cellId));
  return { disturbed: own.filter(isDisturbed).length, all: own.length };
}

function timedOutcome(change: MetricChange, gate: Judged): Outcome {
  const { metric, ratio, low, high, word: difference, smallestDetectable, baseTrials, headTrials } = change;
  const limit = limitOf(metric, gate);
  const { word, conclusion } = unlessDisturbed(
    conclude(change, limit, percent(gate.maxRegression)),
    disturbedOf(gate, change),
  );
  const sizes = `${headTrials} against ${baseTrials} trials`;
  const because = `${ratioText({ ratio, low, high })}, ${sizes}${detectable(smallestDetectable)}: ${conclusion}`;
  return {
    word,
    difference,
    unit: 'ratio',
    value: ratio,
    low,
    high,
    limit,
    smallestDetectable,
    count: headTrials,
    because,
  };
}

interface Conclusion {
  readonly word: GateWord;
  readonly conclusion: string;
}

/** What the machine did besides is in none of the baseline's trials: half of a run made beside it does not show that the code is slower. */
function unlessDisturbed(
  found: Conclusion,
  { disturbed, all }: { readonly disturbed: number; readonly all: number },
): Conclusion {
  if (found.word !== 'fail' || 2 * disturbed < all) return found;
  const why = `but something disturbed ${disturbed} of ${all} trials of this run, which is not the code’s`;
  return { word: 'inconclusive', conclusion: `${found.conclusion}, ${why}` };
}

function conclude({ metric, low, high, coverage }: MetricChange, limit: number, most: string) {
  const open = (conclusion: string) => ({ word: 'inconclusive', conclusion }) as const;
  if (low === null || high === null) return open('a value of 0 or below has no ratio');
  if (coverage === null || coverage < LEVEL) return open('too few trials for an interval of 95 %');
  const [isWithin, isBeyond] = METRICS[metric].higherIsBetter
    ? [low >= limit, high < limit]
    : [high <= limit, low > limit];
  if (isWithin) return { word: 'pass', conclusion: `a change for the worse of more than ${most} is excluded` } as const;
  if (isBeyond) return { word: 'fail', conclusion: `worse by more than ${most}` } as const;
  return open(`neither surely worse by more than ${most} nor is that excluded`);
}

const times = (ratio: number): string => `${ratio.toFixed(3)}×`;

const ratioText = ({ ratio, low, high }: Pick<MetricChange, 'ratio' | 'low' | 'high'>): string =>
  ratio === null || low === null || high === null ? 'no ratio' : `${times(ratio)} [${times(low)} … ${times(high)}]`;

const detectable = (smallest: number | null): string =>
  smallest === null ? '' : `, smallest change seen in 4 of 5 such comparisons ${percent(smallest - 1)}`;

/** 0.05 → `5 %`. */
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
