/** Why a metric of the family has the word it has, in one sentence with its numbers. */
import type { GateWord } from '../result/findings.ts';
import type { GatedComparison } from '../scenario/gate.ts';
import { METRICS } from '../stats/metrics.ts';
import type { Ratio } from '../stats/summary.ts';
import type { CountedEvidence, LookOutcome, TimedEvidence } from './look.ts';
import type { MeasuredPairs } from './pair-evidence.ts';

/** What the look found of one metric, and what it held it against. */
export interface LookFacts extends LookOutcome {
  readonly alphaLook: number;
  /** Metrics of the family that share the chance of a false alarm. */
  readonly timed: number;
  /** `false` before the first look, when there is nothing to be held against yet. */
  readonly isLook: boolean;
}

/** Of a gated metric: where a smaller change than this stays unseen, a machine can gate. */
const LARGEST_USEFUL = 1.1;

export function whyTimed(
  evidence: TimedEvidence,
  ratio: Ratio | undefined,
  comparison: GatedComparison,
  facts: LookFacts,
): string {
  const parts = [
    ratio === undefined ? 'no ratio' : ratioText(ratio),
    pairsText(evidence.worsenings.length, evidence.missing),
    `p ${chance(facts.p ?? 1)}, ${chance(facts.adjustedP ?? 1)} among ${facts.timed} (limit ${chance(facts.alphaLook)})`,
    ...(ratio === undefined ? [] : [`smallest change seen in 4 of 5 runs ${detectableText(ratio)}`]),
  ];
  return `${parts.join('; ')}: ${timedConclusion(evidence, comparison, facts)}${isBlind(ratio) && facts.isLook && facts.word === 'inconclusive' ? '; this machine cannot gate it' : ''}`;
}

function timedConclusion({ missing }: TimedEvidence, { floor, margin }: GatedComparison, facts: LookFacts): string {
  if (!facts.isLook) return 'before the first look';
  const conclusions: Readonly<Record<GateWord, string>> = {
    fail: `worse, and by at least ${percent(floor)}`,
    pass: `a change for the worse of ${percent(margin)} is excluded`,
    inconclusive: inconclusiveText(facts, { floor, margin }),
  };
  const absent = missing > 0 && facts.word !== 'fail' ? ', a missing pair counting as the worst of all' : '';
  return `${conclusions[facts.word]}${absent}`;
}

function inconclusiveText(
  { adjustedP, alphaLook }: LookFacts,
  { floor, margin }: Pick<GatedComparison, 'floor' | 'margin'>,
): string {
  return adjustedP !== null && adjustedP <= alphaLook
    ? `worse, but by less than ${percent(floor)}, and ${percent(margin)} is not excluded`
    : `neither surely worse nor is ${percent(margin)} excluded`;
}

export function whyCounted(
  evidence: CountedEvidence,
  { pairs }: MeasuredPairs,
  { metric }: GatedComparison,
  { isLook }: LookFacts,
): string {
  const seen = pairsText(evidence.pairs, evidence.missing);
  const sign = METRICS[metric].higherIsBetter ? -1 : 1;
  const worst = pairs.toSorted((a, b) => sign * (b.arm - b.base - (a.arm - a.base)))[0];
  if (worst === undefined) return `${seen}: nothing to count`;
  const values = `${plain(worst.arm)} against ${plain(worst.base)} ${METRICS[metric].unit}`;
  if (evidence.worse > 0) return `${seen}, worse in ${evidence.worse}: at worst ${values}`;
  const absent = evidence.missing > 0 ? '; a missing pair may have been' : '';
  return `${seen}, none worse: ${values}${absent}${isLook ? '' : '; before the first look'}`;
}

/** Whether even a change of 10 % would not have been seen. */
const isBlind = (ratio: Ratio | undefined): boolean => ratio !== undefined && ratio.smallestDetectable > LARGEST_USEFUL;

/** Said of a metric in which even a change of 10 % would not have been seen; `undefined` otherwise. */
export function cannotGate({ metric, armId, cellId }: GatedComparison, ratio: Ratio | undefined): string | undefined {
  if (ratio === undefined) return `No evidence: ${metric} of ${armId} in ${cellId} has no ratio to the base.`;
  if (!isBlind(ratio)) return undefined;
  return (
    `No evidence: this machine cannot gate ${metric} of ${armId} in ${cellId}: ` +
    `the smallest change that 4 of 5 such runs would see is ${detectableText(ratio)}.`
  );
}

const ratioText = ({ ratio, low95, high95 }: Ratio): string => `${times(ratio)} [${times(low95)}, ${times(high95)}]`;

function pairsText(count: number, missing: number): string {
  const pairs = `${count} ${count === 1 ? 'pair' : 'pairs'}`;
  return missing === 0 ? pairs : `${pairs}, ${missing} missing`;
}

const times = (ratio: number): string => `${ratio.toFixed(3)}×`;

/** 0.05 → `5 %`. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** Two digits, and never 0: no number of pairs makes a change impossible. */
const chance = (p: number): string =>
  p < 1e-6
    ? '< 0.000001'
    : Number(p.toPrecision(2))
        .toFixed(6)
        .replace(/\.?0+$/, '');

const detectableText = ({ smallestDetectable }: Ratio): string =>
  Number.isFinite(smallestDetectable) ? percent(smallestDetectable - 1) : 'unknown, for want of pairs';

const plain = (value: number): string => String(Number(value.toPrecision(6)));
