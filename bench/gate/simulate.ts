/** A rule, many times over. */
import type { GateWord } from '#dist/result/findings.js';
import { signedRankInterval } from '#dist/stats/wilcoxon.js';
import { type NoiseProfile, randomOf } from './noise.js';
import type { RuleUnderTest } from './rules.js';
import { type Change, interleaved, oneWorse } from './run.js';

export interface Shares {
  /** Of all replicates, 0 … 1. */
  readonly fail: number;
  readonly pass: number;
  readonly inconclusive: number;
  readonly meanPairs: number;
}

export interface Replicates {
  readonly count: number;
  readonly seed: number;
}

/** How often a rule says which word of runs with this change. */
export function sharesOf(
  rule: RuleUnderTest,
  profile: NoiseProfile,
  change: Change,
  { count, seed }: Replicates,
): Shares {
  const words: Record<GateWord, number> = { fail: 0, pass: 0, inconclusive: 0 };
  let pairs = 0;
  for (let replicate = 0; replicate < count; replicate += 1) {
    const ruling = rule.judge(profile, change, randomOf(seed, replicate));
    words[ruling.word] += 1;
    pairs += ruling.pairs;
  }
  return {
    fail: words.fail / count,
    pass: words.pass / count,
    inconclusive: words.inconclusive / count,
    meanPairs: pairs / count,
  };
}

const TRUE_CHANGE = 0.05;

/** How often the interval at 95 % of so many pairs holds the true ratio, and the coverage that it states. */
export function coverageOf(
  profile: NoiseProfile,
  pairs: number,
  { count, seed }: Replicates,
): { readonly seen: number; readonly stated: number } {
  let inside = 0;
  let stated = 0;
  for (let replicate = 0; replicate < count; replicate += 1) {
    const { base, head } = interleaved(profile, pairs, oneWorse(TRUE_CHANGE), randomOf(seed, replicate));
    const differences = head.map((values, pair) => (values[0] ?? Number.NaN) - (base[pair]?.[0] ?? Number.NaN));
    const { low, high, coverage } = signedRankInterval(differences, 0.95);
    if (low <= Math.log1p(TRUE_CHANGE) && Math.log1p(TRUE_CHANGE) <= high) inside += 1;
    stated = coverage;
  }
  return { seen: inside / count, stated };
}
