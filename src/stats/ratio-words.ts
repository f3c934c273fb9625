/** From an estimate with its intervals to a ratio and the word for it: the same rules for pairs and for two samples. */
import type { ExactInterval } from './inversion.ts';
import type { MetricName, Ratio, Word } from './summary.ts';

/** What a ratio is asked about. */
export interface RatioQuestion {
  readonly metric: MetricName;
  readonly higherIsBetter: boolean;
  /** The difference that matters, as a share above 0: 0.05 calls ratios of 1/1.05 … 1.05 equivalent. */
  readonly margin: number;
}

/** In logarithms of the ratio. */
export interface SampledLogarithm {
  readonly centre: number;
  readonly at95: ExactInterval;
  readonly at90: ExactInterval;
}

/** A word other than `inconclusive` needs an interval that covers at least this: six pairs. */
export const LEVEL = 0.95;
/** Of the interval that equivalence is asked of: 5 % on each side. */
export const EQUIVALENCE_LEVEL = 0.9;

/** Nothing to estimate: the ratio is known, and every other one would have been seen. */
export function countedRatio(question: RatioQuestion, pairs: number, ratio: number): Ratio {
  return {
    metric: question.metric,
    pairs,
    ratio,
    low95: ratio,
    high95: ratio,
    coverage95: 1,
    low90: ratio,
    high90: ratio,
    smallestDetectable: 1,
    word: wordForCount(ratio, question),
    exact: true,
  };
}

/** A sample's estimate and intervals, back from logarithms. */
export function sampledRatio(question: RatioQuestion, pairs: number, { centre, at95, at90 }: SampledLogarithm): Ratio {
  const findings = {
    ratio: Math.exp(centre),
    low95: Math.exp(at95.low),
    high95: Math.exp(at95.high),
    coverage95: at95.coverage,
    low90: Math.exp(at90.low),
    high90: Math.exp(at90.high),
    smallestDetectable:
      at95.coverage >= LEVEL ? smallestDetectable((at95.high - at95.low) / 2) : Number.POSITIVE_INFINITY,
  };
  return { metric: question.metric, pairs, ...findings, word: wordForSample(findings, question), exact: false };
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

type Direction = Pick<RatioQuestion, 'higherIsBetter' | 'margin'>;

const larger = ({ higherIsBetter }: Direction): Word => (higherIsBetter ? 'faster' : 'slower');
const smaller = ({ higherIsBetter }: Direction): Word => (higherIsBetter ? 'slower' : 'faster');

function wordForCount(ratio: number, direction: Direction): Word {
  if (ratio === 1) return 'equivalent';
  return ratio > 1 ? larger(direction) : smaller(direction);
}

type Sampled = Pick<Ratio, 'ratio' | 'low95' | 'high95' | 'coverage95' | 'low90' | 'high90'>;

/** `equivalent` is the two one-sided tests of Schuirmann 1987. A difference that is sure but within the margin is equivalent too. */
function wordForSample({ ratio, low95, high95, coverage95, low90, high90 }: Sampled, direction: Direction): Word {
  const limit = 1 + direction.margin;
  if (coverage95 < LEVEL) return 'inconclusive';
  if (low95 > 1 && ratio >= limit) return larger(direction);
  if (high95 < 1 && ratio <= 1 / limit) return smaller(direction);
  return low90 > 1 / limit && high90 < limit ? 'equivalent' : 'inconclusive';
}
