/** Looking things up in a summary: cells by scenario, estimates fit to be shown, comparisons in the direction that is wanted. */
import type { ArmFacts } from '../result/record.ts';
import type { ArmCell, CellSummary, Comparison, Estimate, MetricName, Summary, Word } from '../stats/summary.ts';
import { isReportable } from '../stats/quantiles.ts';
import { armTitle } from './arms.ts';
import { whole } from './quantity.ts';

/** The cells of one scenario, one per level of what it varies. */
export const cellsOf = (summary: Summary, scenario: string): readonly CellSummary[] =>
  summary.cells.filter(({ cell }) => cell.scenario.name === scenario);

/** The level in words, or the scenario's name where it varies nothing. */
export const cellLabel = ({ cell }: CellSummary): string => (cell.level === '' ? cell.scenario.name : cell.level);

/** What the probe session saw of an arm. */
export const factsOf = (summary: Summary, armId: string): ArmFacts | undefined =>
  summary.record.matching.facts.find((facts) => facts.armId === armId);

/** One arm in one cell. */
const armCellOf = (cell: CellSummary, armId: string): ArmCell | undefined =>
  cell.arms.find((arm) => arm.armId === armId);

/** An arm's estimate in a cell, if a valid trial has it. */
export const estimateOf = (cell: CellSummary, armId: string, metric: MetricName): Estimate | undefined =>
  armCellOf(cell, armId)?.metrics[metric];

/** Every estimate that an arm has of one metric over several cells. */
export const estimatesOf = (cells: readonly CellSummary[], armId: string, metric: MetricName): readonly Estimate[] =>
  cells.flatMap((cell) => estimateOf(cell, armId, metric) ?? []);

const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

/** Why an estimate is not to be had, in words. */
export function whyNoEstimate(summary: Summary, cell: CellSummary, armId: string, metric: MetricName): string {
  const arm = armCellOf(cell, armId);
  const title = armTitle(summary, armId);
  if (arm === undefined || arm.validTrials === 0) return `no valid trial of ${title} in ${cell.cell.id}`;
  const [kind = '', part = ''] = metric.split('.');
  const share = Object.entries(QUANTILES).find(([name]) => name === part)?.[1];
  if (share !== undefined && !isReportable(arm.fewestSamples, share)) {
    return `${whole(arm.fewestSamples)} samples per trial of ${title} in ${cell.cell.id} are too few for ${kind} ${part}`;
  }
  return `no ${metric} of ${title} in ${cell.cell.id}`;
}

/** What is to be divided by what. */
export interface Direction {
  readonly armId: string;
  readonly baseArmId: string;
}

/** The comparison of two arms in the direction asked for, whichever way round the summary holds it. */
export const comparisonOf = (cell: CellSummary, metric: MetricName, direction: Direction): Comparison | undefined =>
  inDirection(
    cell.comparisons.filter((entry) => entry.metric === metric),
    direction,
  );

/** As above, among comparisons of one thing. */
export function inDirection(
  comparisons: readonly Comparison[],
  { armId, baseArmId }: Direction,
): Comparison | undefined {
  const found = (arm: string, base: string): Comparison | undefined =>
    comparisons.find((entry) => entry.armId === arm && entry.baseArmId === base);
  const reverse = found(baseArmId, armId);
  return found(armId, baseArmId) ?? (reverse === undefined ? undefined : turnedRound(reverse));
}

const OPPOSITE: Readonly<Record<Word, Word>> = {
  faster: 'slower',
  slower: 'faster',
  equivalent: 'equivalent',
  inconclusive: 'inconclusive',
};

/** The same comparison with the arms changed over. */
export const turnedRound = (comparison: Comparison): Comparison => ({
  ...comparison,
  armId: comparison.baseArmId,
  baseArmId: comparison.armId,
  ratio: 1 / comparison.ratio,
  low95: 1 / comparison.high95,
  high95: 1 / comparison.low95,
  low90: 1 / comparison.high90,
  high90: 1 / comparison.low90,
  word: OPPOSITE[comparison.word],
});

/** Smallest and largest value of several estimates. */
export function extremes(estimates: readonly Estimate[]): { readonly low: number; readonly high: number } | undefined {
  if (estimates.length === 0) return undefined;
  const values = estimates.map(({ value }) => value);
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** Plain tool calls if they were run, else the first cell in which all these arms have calls. */
export function callCell(summary: Summary, armIds: readonly string[]): CellSummary | undefined {
  const candidates = [...cellsOf(summary, 'tool-calls'), ...summary.cells];
  return candidates.find((cell) => armIds.every((id) => estimateOf(cell, id, 'response-time.p50') !== undefined));
}
