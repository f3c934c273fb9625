/** Two runs beside each other: what every form of the comparison shows. */
import { percent, times, timesWithInterval } from '../../claims/quantity.ts';
import type { GateVerdict } from '../../result/findings.ts';
import type { MachineDifference } from '../../result/same-machine.ts';
import { METRIC_UNITS } from '../../scenario/metric.ts';
import { shownMetricValue } from '../../scenario/metric-quantity.ts';
import type { MetricChange } from '../../stats/compare-runs.ts';
import { wordOf } from '../comparison-text.ts';

/** One of the two. */
export interface RunHead {
  /** As it was named. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly version: string;
  /** Repetitions of every arm. */
  readonly trials: number;
}

export interface RunsComparison {
  readonly base: RunHead;
  readonly head: RunHead;
  /** Whether times are in exchanges of each run's own control workload, because the machines differ. */
  readonly normalised: boolean;
  readonly differences: readonly MachineDifference[];
  /** What counts first where it differs, then in the order of the plan. */
  readonly changes: readonly MetricChange[];
  /** `null` where nobody said how much worse is too much. */
  readonly gate: GateVerdict | null;
  /** What must be said about the whole. */
  readonly notes: readonly string[];
}

/** The words of one change, before they are laid out. */
export interface ChangeText {
  readonly base: string;
  readonly head: string;
  readonly ratio: string;
  readonly word: string;
  /** The smallest change that would have been seen. */
  readonly seen: string;
}

export function changeText(change: MetricChange, { normalised }: Pick<RunsComparison, 'normalised'>): ChangeText {
  const { metric, counted, baseValue, headValue, ratio, low, high, smallestDetectable } = change;
  const shown = (value: number): string =>
    normalised && !counted ? times(value) : shownMetricValue(value, METRIC_UNITS[metric]);
  return {
    base: shown(baseValue),
    head: shown(headValue),
    ratio: ratio === null || low === null || high === null ? '–' : timesWithInterval({ value: ratio, low, high }),
    word: wordText(change),
    seen: counted || smallestDetectable === null ? '–' : percent(smallestDetectable - 1),
  };
}

function wordText({ metric, counted, word, ratio, coverage }: MetricChange): string {
  if (counted) return word === 'equivalent' ? 'equal' : wordOf(metric, word);
  if (ratio === null) return 'no ratio';
  return coverage !== null && coverage < LEVEL ? 'too few trials' : wordOf(metric, word);
}

/** Of an interval that a word may rest on. */
const LEVEL = 0.95;

/** The heads of the columns after the metric's name. */
export const COLUMN_HEADS = ['base', 'head', 'head ÷ base', '', 'would see'] as const;

/** `base.json (2026-11-22T12:00:00.000Z, 6 trials)`. */
export const runText = ({ name, startedAt, trials }: RunHead): string =>
  `${name} (${startedAt}, ${trials === 1 ? '1 trial' : `${trials} trials`})`;

/** How to read it, what chance alone would do, and what else must be said. */
export function readingNotes({ changes, notes }: RunsComparison): readonly string[] {
  const timed = changes.filter(({ counted, coverage }) => !counted && coverage !== null && coverage >= LEVEL);
  const apart = timed.filter(({ low, high }) => low !== null && high !== null && (low > 1 || high < 1)).length;
  const byChance = Math.round(timed.length * (1 - LEVEL));
  return [
    '“would see” is the smallest change that four of five comparisons like this one would tell from none.',
    ...(timed.length === 0
      ? []
      : [`${apart} of ${timed.length} intervals exclude 1; about ${byChance} would where nothing has changed.`]),
    ...notes,
  ];
}

/** Changes of one cell, or those that come before all cells. */
export interface ChangeGroup {
  readonly title: string;
  readonly changes: readonly MetricChange[];
}

/** What is counted and differs, then cell by cell. */
export function changeGroups({ changes }: RunsComparison): readonly ChangeGroup[] {
  const isFirst = ({ counted, word }: MetricChange): boolean => counted && word !== 'equivalent';
  const cells = [...new Set(changes.map(({ cellId }) => cellId))];
  return [
    { title: 'Counted, and not the same', changes: changes.filter(isFirst) },
    ...cells.map((cell) => ({
      title: cell,
      changes: changes.filter((change) => change.cellId === cell && !isFirst(change)),
    })),
  ].filter((group) => group.changes.length > 0);
}
