/** Two arms, block by block: by what factor they differ, how sure that is, and the word for it. */
import { countedRatio, EQUIVALENCE_LEVEL, LEVEL, type RatioQuestion, sampledRatio } from './ratio-words.ts';
import type { Comparison, Ratio } from './summary.ts';
import { hodgesLehmann, signedRankInterval } from './wilcoxon.ts';

/** One block: what each arm measured in it. */
export interface Pair {
  readonly arm: number;
  readonly base: number;
}

export interface RatioOptions extends RatioQuestion {
  readonly pairs: readonly Pair[];
  /** The metric is counted rather than timed (bytes, sockets): if every pair has the same ratio, that is the answer and no sample. */
  readonly exact?: boolean;
}

export interface ComparisonOptions extends RatioOptions {
  readonly armId: string;
  readonly baseArmId: string;
}

/**
 * The paired comparison on logarithms of the ratios, or `undefined` where no ratio exists: without
 * pairs, or when a value is 0 in one arm only, or below 0. Two zeros are equal.
 */
export function compareArms({ armId, baseArmId, ...options }: ComparisonOptions): Comparison | undefined {
  const ratio = ratioOfPairs(options);
  return ratio && { ...ratio, armId, baseArmId };
}

/** As `compareArms`, of any two things that were measured in pairs. */
export function ratioOfPairs(options: RatioOptions): Ratio | undefined {
  const ratios = options.pairs.map(ratioOf).filter((ratio) => ratio !== undefined);
  if (ratios.length === 0 || ratios.length < options.pairs.length) return undefined;
  if (options.exact === true && ratios.every((ratio) => ratio === ratios[0])) {
    return countedRatio(options, ratios.length, ratios[0] ?? 1);
  }
  const logarithms = ratios.map(Math.log);
  return sampledRatio(options, ratios.length, {
    centre: hodgesLehmann(logarithms),
    at95: signedRankInterval(logarithms, LEVEL),
    at90: signedRankInterval(logarithms, EQUIVALENCE_LEVEL),
  });
}

/** `arm ÷ base`; `undefined` where there is none, 1 for two zeros. */
function ratioOf({ arm, base }: Pair): number | undefined {
  if (arm === 0 && base === 0) return 1;
  return arm > 0 && base > 0 ? arm / base : undefined;
}
