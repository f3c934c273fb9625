/** Two arms, block by block: by what factor they differ, how sure that is, and the word for it. */
import type { Comparison, MetricName, Ratio, Word } from './summary.ts';
import { hodgesLehmann, signedRankInterval } from './wilcoxon.ts';

/** One block: what each arm measured in it. */
export interface Pair {
  readonly arm: number;
  readonly base: number;
}

export interface RatioOptions {
  readonly metric: MetricName;
  readonly pairs: readonly Pair[];
  readonly higherIsBetter: boolean;
  /** The difference that matters, as a share above 0: 0.05 calls ratios of 1/1.05 … 1.05 equivalent. */
  readonly margin: number;
  /** The metric is counted rather than timed (bytes, sockets): if every pair has the same ratio, that is the answer and no sample. */
  readonly exact?: boolean;
}

export interface ComparisonOptions extends RatioOptions {
  readonly armId: string;
  readonly baseArmId: string;
}

/** A word other than `inconclusive` needs an interval that covers at least this: six pairs. */
const LEVEL = 0.95;

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
  const exact = options.exact === true && ratios.every((ratio) => ratio === ratios[0]);
  const findings = exact ? counted(ratios[0] ?? 1) : sampled(ratios);
  return {
    metric: options.metric,
    pairs: ratios.length,
    ...findings,
    word: exact ? wordForCount(findings.ratio, options) : wordForSample(findings, options),
    exact,
  };
}

type Findings = Pick<Ratio, 'ratio' | 'low95' | 'high95' | 'coverage95' | 'low90' | 'high90' | 'smallestDetectable'>;

function ratioOf({ arm, base }: Pair): number | undefined {
  if (arm === 0 && base === 0) return 1;
  return arm > 0 && base > 0 ? arm / base : undefined;
}

/** Nothing to estimate: the ratio is known, and every other one would have been seen. */
function counted(ratio: number): Findings {
  return { ratio, low95: ratio, high95: ratio, coverage95: 1, low90: ratio, high90: ratio, smallestDetectable: 1 };
}

function sampled(ratios: readonly number[]): Findings {
  const logarithms = ratios.map(Math.log);
  const at95 = signedRankInterval(logarithms, LEVEL);
  const at90 = signedRankInterval(logarithms, 0.9);
  return {
    ratio: Math.exp(hodgesLehmann(logarithms)),
    low95: Math.exp(at95.low),
    high95: Math.exp(at95.high),
    coverage95: at95.coverage,
    low90: Math.exp(at90.low),
    high90: Math.exp(at90.high),
    smallestDetectable:
      at95.coverage >= LEVEL ? smallestDetectable((at95.high - at95.low) / 2) : Number.POSITIVE_INFINITY,
  };
}

/** Of the normal distribution: z(0.975), for an interval at 95 % has 2.5 % on the side in question, and z(0.8), for 80 % power. */
const Z_975 = 1.959964;
const Z_80 = 0.841621;

/**
 * The smallest ratio above 1 that an interval of this half width, in logarithms, would exclude 1 for in four runs of
 * five. An approximation, for the half width is itself only as good as the pairs are many.
 */
export function smallestDetectable(halfWidth: number): number {
  return Math.exp((halfWidth * (Z_975 + Z_80)) / Z_975);
}

type Direction = Pick<RatioOptions, 'higherIsBetter' | 'margin'>;

const larger = ({ higherIsBetter }: Direction): Word => (higherIsBetter ? 'faster' : 'slower');
const smaller = ({ higherIsBetter }: Direction): Word => (higherIsBetter ? 'slower' : 'faster');

function wordForCount(ratio: number, direction: Direction): Word {
  if (ratio === 1) return 'equivalent';
  return ratio > 1 ? larger(direction) : smaller(direction);
}

/** `equivalent` is the two one-sided tests of Schuirmann 1987. A difference that is sure but within the margin is equivalent too. */
function wordForSample({ ratio, low95, high95, coverage95, low90, high90 }: Findings, direction: Direction): Word {
  const limit = 1 + direction.margin;
  if (coverage95 < LEVEL) return 'inconclusive';
  if (low95 > 1 && ratio >= limit) return larger(direction);
  if (high95 < 1 && ratio <= 1 / limit) return smaller(direction);
  return low90 > 1 / limit && high90 < limit ? 'equivalent' : 'inconclusive';
}
