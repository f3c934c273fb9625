/** From a record to plain numbers: for each metric of the family, what base and head measured block by block. */
import { countingTrials } from '../result/attempts.ts';
import type { RunRecord } from '../result/record.ts';
import type { GatedComparison } from '../scenario/gate.ts';
import type { Pair } from '../stats/compare.ts';
import { allEqual, isCounted } from '../stats/counted.ts';
import { METRICS } from '../stats/metrics.ts';
import { runsOf, validOf } from '../stats/runs.ts';
import { BEYOND_ANY_RATIO, type Evidence } from './look.ts';

/** What a comparison has in some blocks. */
export interface MeasuredPairs {
  readonly pairs: readonly Pair[];
  /** Blocks in which a side failed, was not valid, or does not have the metric. */
  readonly missing: number;
}

/** The blocks in which every arm was tried, in order; of one that was measured again, by the attempt that counts. */
export function wholeBlocks(record: Pick<RunRecord, 'plan' | 'trials'>): readonly number[] {
  const planned = trialsByBlock(record.plan.trials);
  const tried = trialsByBlock(countingTrials(record));
  return [...planned]
    .filter(([block, trials]) => tried.get(block) === trials)
    .map(([block]) => block)
    .toSorted((a, b) => a - b);
}

function trialsByBlock(trials: readonly { readonly block: number }[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { block } of trials) counts.set(block, (counts.get(block) ?? 0) + 1);
  return counts;
}

/** Block by block what both sides measured; without the blocks in which one of them has no valid value. */
export function pairsByBlock(record: RunRecord, comparison: GatedComparison): ReadonlyMap<number, Pair> {
  const head = valuesByBlock(record, comparison.armId, comparison);
  const base = valuesByBlock(record, comparison.baseArmId, comparison);
  return new Map(
    [...head].flatMap(([block, arm]): readonly [number, Pair][] => {
      const other = base.get(block);
      return other === undefined ? [] : [[block, { arm, base: other }]];
    }),
  );
}

/** None for an arm or a cell that the plan does not have. */
function valuesByBlock(
  record: RunRecord,
  armId: string,
  { cellId, metric }: Pick<GatedComparison, 'cellId' | 'metric'>,
): ReadonlyMap<number, number> {
  const arm = record.plan.arms.find(({ id }) => id === armId);
  const cell = record.plan.cells.find(({ id }) => id === cellId);
  if (arm === undefined || cell === undefined) return new Map();
  return new Map(
    validOf(runsOf(record, arm, cell)).flatMap(({ block, measurement }): readonly [number, number][] => {
      const value = METRICS[metric].valueOf(measurement);
      return value === undefined ? [] : [[block, value]];
    }),
  );
}

/** What a comparison has in these blocks. */
export function measuredIn(byBlock: ReadonlyMap<number, Pair>, blocks: readonly number[]): MeasuredPairs {
  const pairs = blocks.map((block) => byBlock.get(block)).filter((pair) => pair !== undefined);
  return { pairs, missing: blocks.length - pairs.length };
}

/**
 * What a look is shown of a comparison. A count that is worse in some pairs and better in others does not repeat, so
 * that equality says nothing of it; it is then looked at like anything that is timed. And bytes that nobody could know to be
 * counts, because another's server sends them, are counts where every trial of either side has the same.
 */
export function evidenceOf(comparison: GatedComparison, { pairs, missing }: MeasuredPairs): Evidence {
  const sign = METRICS[comparison.metric].higherIsBetter ? -1 : 1;
  const signs = pairs.map(({ arm, base }) => sign * Math.sign(arm - base));
  const repeats = comparison.exact ? !(signs.includes(1) && signs.includes(-1)) : isRepeated(comparison, pairs);
  if (repeats) {
    return { kind: 'counted', pairs: pairs.length, worse: signs.filter((one) => one === 1).length, missing };
  }
  const worsenings = pairs.map(logarithmOf).filter((logarithm) => logarithm !== undefined);
  return {
    kind: 'timed',
    worsenings: worsenings.map((logarithm) => sign * logarithm),
    missing: missing + pairs.length - worsenings.length,
    floor: comparison.floor,
    margin: comparison.margin,
  };
}

/** Bytes alone: a time that is the same twice is a coincidence. */
const isRepeated = ({ metric }: GatedComparison, pairs: readonly Pair[]): boolean =>
  isCounted(metric) &&
  pairs.length >= LEAST_ALIKE &&
  allEqual(pairs.map(({ arm }) => arm)) &&
  allEqual(pairs.map(({ base }) => base));

/** So many trials of a side that agree to the last digit are no coincidence. */
const LEAST_ALIKE = 3;

/** Of `arm ÷ base`, two zeros being equal; `undefined` below 0, where a ratio means nothing. */
function logarithmOf({ arm, base }: Pair): number | undefined {
  if (arm < 0 || base < 0) return undefined;
  if (arm === base) return 0;
  if (arm === 0 || base === 0) return arm === 0 ? -BEYOND_ANY_RATIO : BEYOND_ANY_RATIO;
  return Math.log(arm / base);
}
