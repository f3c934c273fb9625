/** What a record means: per cell and arm an estimate of every metric, per pair of arms a comparison. Types; `summarise.ts` computes them. */
import type { Difference } from '../result/findings.ts';
import type { CallBooks, Doubt, NotificationBooks, RunRecord } from '../result/record.ts';
import type { Direction } from '../scenario/directions.ts';
import type { Arm } from '../scenario/plan.ts';
import type { MetricName } from '../scenario/metric.ts';
import type { Cell } from '../scenario/scenario.ts';

export { METRIC_NAMES, type MetricName } from '../scenario/metric.ts';

/** A value over trials. The trial is the unit of replication: calls within one trial are not independent of each other. */
export interface Estimate {
  /** Median over the trials. */
  readonly value: number;
  /** Order-statistic interval of the median: with six trials the smallest and the largest. */
  readonly low: number;
  readonly high: number;
  /** The interval's true coverage, `1 − 2·Binomial tail`: 0.969 for six trials; below 0.95 no interval of that level exists. */
  readonly coverage: number;
  /** One value per valid trial, in order of execution. */
  readonly values: readonly number[];
}

export type Word = Difference;

/** One metric of two things, measured in pairs. */
export interface Ratio {
  readonly metric: MetricName;
  readonly pairs: number;
  /** Hodges–Lehmann estimate of the ratio, back from logarithms. */
  readonly ratio: number;
  /** Exact Wilcoxon signed-rank interval at 95 %, or the widest there is when the pairs are too few; `coverage95` says which. */
  readonly low95: number;
  readonly high95: number;
  readonly coverage95: number;
  readonly low90: number;
  readonly high90: number;
  /** For metrics where more is better (`rate`), `faster` means more. */
  readonly word: Word;
  /** The smallest ratio above 1 that this comparison would have seen with 80 % power. */
  readonly smallestDetectable: number;
  /** All pairs equal to the last digit: an exact metric such as bytes. */
  readonly exact: boolean;
}

/** Two arms compared pair by pair, block by block. */
export interface Comparison extends Ratio {
  /** The ratio is `armId ÷ baseArmId`. */
  readonly armId: string;
  readonly baseArmId: string;
}

/** What both directions at once cost one arm: its cell with both ÷ its cell with one alone, trial by trial. */
export interface Inflation extends Ratio {
  readonly armId: string;
}

/** What one direction does to the other, where a scenario has a cell with both and, otherwise the same, one with this direction alone. */
export interface Interference {
  /** Whose times they are. */
  readonly direction: Direction;
  readonly scenario: string;
  /** The cells that are divided by each other: with both directions, and with this one alone. */
  readonly cellId: string;
  readonly aloneCellId: string;
  readonly metric: MetricName;
  /** In the plan's order of arms; an arm without pairs has none. */
  readonly inflations: readonly Inflation[];
  /** The inflation of one arm ÷ that of another, block by block: what it costs more than it does there. */
  readonly comparisons: readonly Comparison[];
}

/** One arm in one cell, over its trials. */
export interface ArmCell {
  readonly armId: string;
  /** Trials whose measurement may be shown, and those that may not (see `isValid`) or do not exist. */
  readonly validTrials: number;
  readonly invalidTrials: number;
  /** Absent where the metric does not apply (no calls, no wire) or no valid trial has it. */
  readonly metrics: Partial<Readonly<Record<MetricName, Estimate>>>;
  /** Smallest number of samples behind a trial's quantiles, calls or notifications, whichever the cell has. */
  readonly fewestSamples: number;
  /** Sums over all trials, the invalid included. */
  readonly calls: CallBooks;
  readonly notifications: NotificationBooks;
  readonly progress: NotificationBooks;
  /** Events that were published, and those that not every subscriber got. */
  readonly events: number;
  readonly incompleteEvents: number;
  readonly doubts: readonly { readonly trialIndex: number; readonly doubt: Doubt }[];
}

export interface CellSummary {
  readonly cell: Cell;
  /** In the plan's order of arms. */
  readonly arms: readonly ArmCell[];
  /** Of the pairs in `arm-pairs.ts`, every other arm against the first among them, for every metric that both have. */
  readonly comparisons: readonly Comparison[];
}

export interface Summary {
  readonly record: RunRecord;
  /** The arms of the plan that could run. */
  readonly arms: readonly Arm[];
  readonly cells: readonly CellSummary[];
  /** Of every scenario with a cell for both directions. */
  readonly interferences: readonly Interference[];
  /**
   * How noisy the machine was: half the spread of the middle half of the trials around their median, as a share, over
   * all cells and arms (median), for p50 of response time or delivery. `undefined` with fewer than two trials.
   */
  readonly noiseShare: number | undefined;
  readonly longestHiccupNs: number;
  readonly completedTrials: number;
  readonly failedTrials: readonly { readonly trialIndex: number; readonly armId: string; readonly error: string }[];
}
