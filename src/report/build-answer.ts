/** The answer of a run that holds two builds against each other: for each way of speaking MCP what the newer code costs. */
import { callCell, comparisonOf, estimateOf } from '../claims/evidence.ts';
import { size, time } from '../claims/quantity.ts';
import { type BuildPair, buildPairs, idWithoutBuild } from '../scenario/builds.ts';
import type { CellSummary, Comparison, MetricName, Summary } from '../stats/summary.ts';
import { pairWords, ratioText } from './comparison-text.ts';

const CALL = 'response-time.p50';

/** One sentence for each pair of arms; none for a run without builds. */
export const buildSentences = (summary: Summary): readonly string[] =>
  buildPairs(summary.arms).map((pair) => {
    const cell = callCell(summary, [pair.base.id, pair.head.id]) ?? summary.cells.find((one) => hasBoth(one, pair));
    const name = `${idWithoutBuild(pair.head)}, ${pair.head.build ?? ''} against ${pair.base.build ?? ''}`;
    const found = cell === undefined ? [] : partsOf(cell, pair);
    return found.length === 0
      ? `${name}: no trial gave a valid number of both.`
      : `${name} in ${cell?.cell.id ?? ''}: ${found.join('; ')}.`;
  });

const hasBoth = (cell: CellSummary, { base, head }: BuildPair): boolean =>
  cell.arms.filter(({ armId, validTrials }) => validTrials > 0 && [base.id, head.id].includes(armId)).length === 2;

function partsOf(cell: CellSummary, pair: BuildPair): readonly string[] {
  const found = (metric: MetricName): Comparison | undefined =>
    comparisonOf(cell, metric, { armId: pair.head.id, baseArmId: pair.base.id });
  const median = found(CALL) ?? found('delivery.p50');
  const processor = found('endpoint-cpu-per-message');
  return [
    ...(median === undefined ? [] : [`the median ${timesOf(cell, pair, median)} (${pairWords(median)})`]),
    ...(processor === undefined ? [] : [`the server's processor time per message ${ratioText(processor)}`]),
    ...bytesOf(cell, pair),
  ];
}

function timesOf(cell: CellSummary, { base, head }: BuildPair, comparison: Comparison): string {
  const [before, after] = [base, head].map(({ id }) => estimateOf(cell, id, comparison.metric));
  const values = before && after ? `${time(after.value)} after ${time(before.value)}, ` : '';
  return `${values}${ratioText(comparison)}`;
}

function bytesOf(cell: CellSummary, { base, head }: BuildPair): readonly string[] {
  const [before, after] = [base, head].map(({ id }) => {
    const up = estimateOf(cell, id, 'wire-up-per-message');
    const down = estimateOf(cell, id, 'wire-down-per-message');
    return up && down && up.value + down.value;
  });
  if (before === undefined || after === undefined) return [];
  return [
    before === after ? `${size(after)} on the wire as before` : `${size(after)} on the wire instead of ${size(before)}`,
  ];
}
