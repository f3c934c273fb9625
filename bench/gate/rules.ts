/** Rules by which a change could be called worse: ours, and those that other tools use. Each on runs of its own design. */
import { DEFAULT_PAIR_GATE, defaultLimitsOf } from '#dist/gate/defaults.js';
import { takeLooks } from '#dist/gate/look.js';
import type { GateWord } from '#dist/result/findings.js';
import type { Random } from '#dist/scenario/random.js';
import { rankSumTest } from '#dist/stats/rank-sum.js';
import { signedRankTest } from '#dist/stats/wilcoxon.js';
import type { NoiseProfile } from './noise.js';
import { againstStored, type Change, interleaved, METRICS, oneAfterTheOther, type Sides } from './run.js';

/** What a rule makes of one run. */
export interface Ruling {
  readonly word: GateWord;
  /** Trials of each side that the run took. */
  readonly pairs: number;
}

export interface RuleUnderTest {
  readonly name: string;
  readonly judge: (profile: NoiseProfile, change: Change, random: Random) => Ruling;
}

const LAST_LOOK = Math.max(...DEFAULT_PAIR_GATE.looks);

/** As `run --arm base=… --arm head=…` judges: the same function over the same looks. */
export const OURS: RuleUnderTest = {
  name: 'pairs, looks after 12, 20, 30 (this gate)',
  judge: (profile, change, random) => {
    const sides = interleaved(profile, LAST_LOOK, change, random);
    const limits = defaultLimitsOf('response-time.p50');
    const taken = takeLooks(DEFAULT_PAIR_GATE, LAST_LOOK, (pairs) =>
      everyMetric((metric) => ({
        kind: 'timed',
        worsenings: differencesOf(sides, metric).slice(0, pairs),
        missing: 0,
        ...limits,
      })),
    );
    return { word: taken?.decision.word ?? 'inconclusive', pairs: taken?.pairs ?? LAST_LOOK };
  },
};

/** Fails if any of the metrics is more than so much above what was stored. */
const stored = (trials: number, share: number): RuleUnderTest => ({
  name: `${trials === 1 ? 'one run' : `mean of ${trials}`} against a stored value, worse by more than ${share * 100} %`,
  judge: (profile, change, random) => {
    const sides = againstStored(profile, trials, change, random);
    return fails(everyMetric((metric) => meanRatio(sides, metric) > 1 + share).includes(true), trials);
  },
});

/** The test that benchstat prints, without the interleaving that its documentation asks for. */
const unpaired = (trials: number): RuleUnderTest => ({
  name: `${trials} runs of base, then ${trials} of head, rank test p < 0.05`,
  judge: (profile, change, random) => {
    const { base, head } = oneAfterTheOther(profile, trials, change, random);
    const worse = everyMetric((metric) => {
      const { pTwoSided, pGreater, pLess } = rankSumTest(valuesOf(head, metric), valuesOf(base, metric));
      return pTwoSided < 0.05 && pGreater < pLess;
    });
    return fails(worse.includes(true), trials);
  },
});

const FEWEST_TO_PEEK = 6;

/** The right test in the right design, asked again after every pair until it says what one is waiting for. */
const peeking: RuleUnderTest = {
  name: `pairs, a test at p ≤ 0.05 after every pair from ${FEWEST_TO_PEEK} to ${LAST_LOOK}`,
  judge: (profile, change, random) => {
    const sides = interleaved(profile, LAST_LOOK, change, random);
    const differences = everyMetric((metric) => differencesOf(sides, metric));
    for (let pairs = FEWEST_TO_PEEK; pairs <= LAST_LOOK; pairs += 1) {
      if (differences.some((values) => signedRankTest(values.slice(0, pairs)).pGreater <= 0.05)) {
        return { word: 'fail', pairs };
      }
    }
    return { word: 'pass', pairs: LAST_LOOK };
  },
};

export const OTHERS: readonly RuleUnderTest[] = [stored(1, 0.1), stored(LAST_LOOK, 0.05), unpaired(12), peeking];

const fails = (isWorse: boolean, pairs: number): Ruling => ({ word: isWorse ? 'fail' : 'pass', pairs });

const everyMetric = <Result>(result: (metric: number) => Result): Result[] =>
  Array.from({ length: METRICS }, (_, metric) => result(metric));

const valuesOf = (side: Sides['base'], metric: number): number[] => side.map((trial) => trial[metric] ?? Number.NaN);

function differencesOf({ base, head }: Sides, metric: number): number[] {
  const others = valuesOf(base, metric);
  return valuesOf(head, metric).map((value, pair) => value - (others[pair] ?? Number.NaN));
}

function meanRatio({ base, head }: Sides, metric: number): number {
  const mean = (side: Sides['base']): number =>
    valuesOf(side, metric).reduce((total, value) => total + Math.exp(value), 0) / side.length;
  return mean(head) / mean(base);
}
