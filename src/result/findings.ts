/** What a run came to, as its record keeps it: so that anybody can compute it again from the trials and see the same. */
import type { MetricName, MetricUnit } from '../scenario/metric.ts';

/** What the gate says, of one thing or of everything. */
export type GateWord = 'pass' | 'fail' | 'inconclusive';

/** In what way one thing differs from another. */
export type Difference = 'faster' | 'slower' | 'equivalent' | 'inconclusive';

/** One thing that was asked of the run, and what came of it. */
export interface GateFinding {
  readonly kind: 'threshold' | 'pair' | 'baseline';
  /** What was asked, in words that are the same in every run of the same plan. */
  readonly name: string;
  /** `null` where nothing in the plan has it. */
  readonly cellId: string | null;
  readonly armId: string | null;
  readonly metric: MetricName;
  readonly word: GateWord;
  /** Of a comparison; `null` for a threshold. */
  readonly difference: Difference | null;
  /** Of `value`, `low`, `high` and `limit`. */
  readonly unit: MetricUnit | 'ratio';
  /** The estimate, or the ratio to the base, with its interval; `null` without data. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** What the value is held against. */
  readonly limit: number;
  /** The smallest ratio above 1 that would have been seen with 80 % power; `null` for a threshold, or where no such ratio is known. */
  readonly smallestDetectable: number | null;
  /** Trials, or pairs of trials, behind the value. */
  readonly count: number;
  /** Why, in one sentence with its numbers. */
  readonly because: string;
}

export interface GateVerdict {
  readonly word: GateWord;
  readonly findings: readonly GateFinding[];
  /** What must be said about the whole: where it stopped, what was measured again, what would change the word. */
  readonly notes: readonly string[];
}

/** One metric of one arm in one cell, over its trials: see `Estimate` of the statistics. */
export interface RecordedEstimate {
  readonly cellId: string;
  readonly armId: string;
  readonly metric: MetricName;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly coverage: number;
  readonly trials: number;
}

/** `armId ÷ baseArmId`: see `Comparison` of the statistics. */
export interface RecordedComparison {
  readonly cellId: string;
  readonly armId: string;
  readonly baseArmId: string;
  readonly metric: MetricName;
  readonly pairs: number;
  readonly ratio: number;
  readonly low95: number;
  readonly high95: number;
  readonly coverage95: number;
  readonly word: Difference;
  /** `null` where so few pairs could have seen nothing. */
  readonly smallestDetectable: number | null;
}

export interface RecordedClaim {
  readonly id: string;
  readonly word: string;
  readonly because: string;
}

/** Everything that a report of the record states, computed once when the run ended. */
export interface Findings {
  readonly estimates: readonly RecordedEstimate[];
  readonly comparisons: readonly RecordedComparison[];
  readonly claims: readonly RecordedClaim[];
  /** `null` where nothing was asked of the run. */
  readonly gate: GateVerdict | null;
}
