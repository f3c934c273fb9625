/** By what a run is judged as a whole: everything about it is decided before the first trial, and stands in the plan. */
import type { Nanoseconds } from '../units.ts';
import type { MetricName } from './metric.ts';

/** What is asked of a run beyond its numbers. Each part is there or not; a run may have several. */
export interface GatePlan {
  readonly thresholds: readonly Threshold[];
  /** Base against head, in this run. */
  readonly pairs?: PairGate | undefined;
  /** Against an earlier record. */
  readonly baseline?: BaselineGate | undefined;
  /** How many blocks may be measured again because something disturbed them. */
  readonly reruns: number;
}

/** A limit that a metric is to keep. */
export interface Threshold {
  /** As it was written. */
  readonly text: string;
  /** Name of a scenario, or id of one of its cells; absent: every cell that has the metric. */
  readonly scenario?: string | undefined;
  /** Id of an arm, or the transport of several; absent: every arm. */
  readonly arm?: string | undefined;
  readonly metric: MetricName;
  readonly comparison: ThresholdComparison;
  /** In the metric's unit. */
  readonly limit: number;
}

export const THRESHOLD_COMPARISONS = ['<', '<=', '>', '>='] as const;
export type ThresholdComparison = (typeof THRESHOLD_COMPARISONS)[number];

/** One metric of one arm that is compared with the same of another: what may make the run fail. */
export interface GatedComparison {
  readonly cellId: string;
  /** The ratio is `armId ÷ baseArmId`. */
  readonly armId: string;
  readonly baseArmId: string;
  readonly metric: MetricName;
  /** A change for the worse below this share is not reported as a failure, however sure it is. */
  readonly floor: number;
  /** A change for the worse of this share must be excluded before the metric has passed. */
  readonly margin: number;
  /** Counted, not timed: compared by equality. */
  readonly exact: boolean;
}

/** Base and head measured in pairs, judged after so many pairs, with one error rate for all of it. */
export interface PairGate {
  /** Names of two builds of the plan. */
  readonly base: string;
  readonly head: string;
  readonly family: readonly GatedComparison[];
  /** Numbers of pairs, ascending, after which the run may end. */
  readonly looks: readonly number[];
  /** Chance of a false alarm of the whole run, over all its looks and metrics. */
  readonly alpha: number;
  /** No pair begins later than this after the first; absent: the last look bounds it. */
  readonly budgetNs?: Nanoseconds | undefined;
}

/** An earlier record's values, as far as this run is held against them: the run's own record is enough to judge it again. */
export interface BaselineGate {
  /** Word or path by which it was named. */
  readonly name: string;
  /** ISO 8601, UTC, of the earlier run. */
  readonly startedAt: string;
  /** Share by which a metric may be worse. */
  readonly maxRegression: number;
  /** Whether times are divided by each run's own control workload, because the machines differ. */
  readonly normalised: boolean;
  /** Fields in which the machines differ; empty on the same one. */
  readonly differences: readonly string[];
  readonly values: readonly BaselineValues[];
}

/** One metric of one arm in one cell, one value per trial; divided by the control where the comparison is normalised. */
export interface BaselineValues {
  readonly cellId: string;
  readonly armId: string;
  readonly metric: MetricName;
  readonly values: readonly number[];
}

/** Where the code of some arms comes from: a folder, or a commit that was checked out for the run. */
export interface Build {
  /** Unique in a plan: `base`, `head`. */
  readonly name: string;
  /** As it was written: a folder or a git ref. */
  readonly from: string;
  /** The commit, where git knows one; its files may have changed since where `from` is a folder. */
  readonly commit?: string | undefined;
  /** The command that prepared it; absent for none. */
  readonly setup?: string | undefined;
}
