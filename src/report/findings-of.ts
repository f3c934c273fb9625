/** What a report states, as plain values: what the record keeps of it, and what a script reads. */
import type { Findings, RecordedClaim, RecordedComparison, RecordedEstimate } from '../result/findings.ts';
import { type CellSummary, METRIC_NAMES } from '../stats/summary.ts';
import type { Report } from './format.ts';

/** In the order of the plan's cells and arms, and of the metrics' definition. The gate's verdict is the report's own. */
export function findingsOf({ summary, claims, gate }: Report): Findings {
  return {
    estimates: summary.cells.flatMap(estimatesOf),
    comparisons: summary.cells.flatMap(comparisonsOf),
    claims: claims.map(({ id, finding: { verdict } }): RecordedClaim => {
      return { id, word: verdict.word, because: verdict.because };
    }),
    gate,
  };
}

function estimatesOf({ cell, arms }: CellSummary): readonly RecordedEstimate[] {
  return arms.flatMap(({ armId, metrics }) =>
    METRIC_NAMES.flatMap((metric): readonly RecordedEstimate[] => {
      const found = metrics[metric];
      if (found === undefined) return [];
      const { value, low, high, coverage, values } = found;
      return [{ cellId: cell.id, armId, metric, value, low, high, coverage, trials: values.length }];
    }),
  );
}

function comparisonsOf({ cell, comparisons }: CellSummary): readonly RecordedComparison[] {
  return comparisons.map(
    ({ armId, baseArmId, metric, pairs, ratio, low95, high95, coverage95, word, smallestDetectable }) => ({
      cellId: cell.id,
      armId,
      baseArmId,
      metric,
      pairs,
      ratio,
      low95,
      high95,
      coverage95,
      word,
      // JSON has no infinity.
      smallestDetectable: Number.isFinite(smallestDetectable) ? smallestDetectable : null,
    }),
  );
}
