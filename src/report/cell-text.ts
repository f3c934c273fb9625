/** One number of a cell as a report prints it, or what stands in its place. */
import { type Direction, estimateOf } from '../claims/evidence.ts';
import { isEmbedded } from '../scenario/article-sides.ts';
import type { Arm } from '../scenario/plan.ts';
import type { CellSummary, Comparison, MetricName } from '../stats/summary.ts';

/** Stands where a number would mislead, and where nobody can know it. */
const NO_NUMBER = '–';
const UNKNOWABLE = 'n/a';

export const noNumber = (arm: Arm): string => (isEmbedded(arm) ? NO_NUMBER : UNKNOWABLE);

export const numberOr = (arm: Arm, value: number | undefined, say: (value: number) => string): readonly [string] => [
  value === undefined ? noNumber(arm) : say(value),
];

/** ` at 64KiB`; empty where the scenario varies nothing. */
export const inLevel = ({ cell }: CellSummary): string => (cell.level === '' ? '' : ` at ${cell.level}`);

/** A comparison, if both numbers are shown. */
export function shownComparison(
  cell: CellSummary,
  metric: MetricName,
  { armId, baseArmId }: Direction,
): Comparison | undefined {
  const found = cell.comparisons.find(
    (entry) => entry.metric === metric && entry.armId === armId && entry.baseArmId === baseArmId,
  );
  const shown = [armId, baseArmId].every((id) => estimateOf(cell, id, metric) !== undefined);
  return shown ? found : undefined;
}
