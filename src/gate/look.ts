/**
 * One look at a comparison of base and head: what the pairs so far say. On plain numbers, without a record, so that the
 * simulation that says what the gate promises runs the very code that gates.
 */
import type { GateWord } from '../result/findings.ts';
import type { PairGate } from '../scenario/gate.ts';
import { holmAdjusted } from '../stats/holm.ts';
import { LEVEL } from '../stats/ratio-words.ts';
import { hodgesLehmann, signedRankInterval, signedRankTest } from '../stats/wilcoxon.ts';

/** One metric of the family, as far as it has been measured. */
export type Evidence = TimedEvidence | CountedEvidence;

export interface TimedEvidence {
  readonly kind: 'timed';
  /** Of each pair the logarithm of head ÷ base, turned round where more is better: above 0 is worse. Finite. */
  readonly worsenings: readonly number[];
  /** Pairs that were due and are not there: a side failed, or was not valid. */
  readonly missing: number;
  /** Shares above 0, as in `GatedComparison`. */
  readonly floor: number;
  readonly margin: number;
}

export interface CountedEvidence {
  readonly kind: 'counted';
  readonly pairs: number;
  /** Pairs in which head is worse than base, by however little. */
  readonly worse: number;
  readonly missing: number;
}

/** What one look says about one metric. */
export interface LookOutcome {
  readonly word: GateWord;
  /** Exact one-sided p of "head is no worse"; `null` for a count. */
  readonly p: number | null;
  /** The same as it counts among all timed metrics of the family. */
  readonly adjustedP: number | null;
}

export interface LookDecision {
  /** `fail`: a metric is surely worse, and by its floor. `pass`: none is worse by its margin. `inconclusive`: neither; go on if there is another look. */
  readonly word: GateWord;
  /** In the order of the evidence. */
  readonly outcomes: readonly LookOutcome[];
}

/** Logarithm of a ratio that stands for more than any ratio: a value against 0, or a pair that is not there. */
export const BEYOND_ANY_RATIO = 1_000;

/** `alphaLook` is the chance of a false alarm that this look may use up, over all of its metrics. */
export function decideLook(family: readonly Evidence[], alphaLook: number): LookDecision {
  const timed = family.filter((evidence) => evidence.kind === 'timed');
  const pValues = timed.map(({ worsenings }) => signedRankTest(worsenings).pGreater);
  const adjusted = holmAdjusted(pValues);
  const outcomes = family.map((evidence): LookOutcome => {
    if (evidence.kind === 'counted') return { word: wordForCounted(evidence), p: null, adjustedP: null };
    const at = timed.indexOf(evidence);
    const adjustedP = adjusted[at] ?? 1;
    return { word: wordForTimed(evidence, adjustedP <= alphaLook), p: pValues[at] ?? 1, adjustedP };
  });
  return { word: overall(outcomes), outcomes };
}

function overall(outcomes: readonly LookOutcome[]): GateWord {
  if (outcomes.some(({ word }) => word === 'fail')) return 'fail';
  return outcomes.length > 0 && outcomes.every(({ word }) => word === 'pass') ? 'pass' : 'inconclusive';
}

/** A count has no noise: one pair that is worse is a change for the worse. */
function wordForCounted({ pairs, worse, missing }: CountedEvidence): GateWord {
  if (worse > 0) return 'fail';
  return pairs > 0 && missing === 0 ? 'pass' : 'inconclusive';
}

function wordForTimed(evidence: TimedEvidence, isRejected: boolean): GateWord {
  if (isRejected && hodgesLehmann(evidence.worsenings) >= Math.log1p(evidence.floor)) return 'fail';
  return isWithinMargin(evidence) ? 'pass' : 'inconclusive';
}

/**
 * Whether a change for the worse of the margin is excluded with 97.5 %: that is the upper end of the interval at 95 %.
 * A pair that is missing counts as worse than any that is there, since head may be what broke it.
 */
function isWithinMargin({ worsenings, missing, margin }: TimedEvidence): boolean {
  if (worsenings.length === 0) return false;
  const assumed = [...worsenings, ...Array.from({ length: missing }, () => BEYOND_ANY_RATIO)];
  const { high, coverage } = signedRankInterval(assumed, LEVEL);
  return coverage >= LEVEL && high < Math.log1p(margin);
}

/** A look that was taken. */
export interface LookTaken {
  /** How many pairs it was over. */
  readonly pairs: number;
  readonly decision: LookDecision;
}

/**
 * The first look that decides among those that so many pairs are enough for; where none does, the last of them;
 * `undefined` before the first. `evidenceAfter` is what the first so many pairs say. The chance of a false alarm is
 * shared equally by all looks, taken or not.
 */
export function takeLooks(
  { looks, alpha }: Pick<PairGate, 'looks' | 'alpha'>,
  measured: number,
  evidenceAfter: (pairs: number) => readonly Evidence[],
): LookTaken | undefined {
  let taken: LookTaken | undefined;
  for (const pairs of looks) {
    if (pairs > measured) break;
    taken = { pairs, decision: decideLook(evidenceAfter(pairs), alpha / looks.length) };
    if (taken.decision.word !== 'inconclusive') break;
  }
  return taken;
}

/**
 * The largest number of timed metrics of which one alone can still fail after so many pairs: the smallest p there is,
 * 2^−pairs, must not exceed α divided by their number. 13 for 12 pairs and a third of 1 %; 0 for six.
 */
export const largestFamily = (pairs: number, alphaLook: number): number => Math.floor(alphaLook * 2 ** pairs);

/** After how many pairs so many timed metrics can be judged: the other way round. */
export const fewestPairs = (metrics: number, alphaLook: number): number =>
  Array.from({ length: MOST_HALVINGS }, (_, pairs) => pairs).find(
    (pairs) => largestFamily(pairs, alphaLook) >= metrics,
  ) ?? MOST_HALVINGS;

/** Nobody asks for an alpha as small as this power of a half. */
const MOST_HALVINGS = 1_000;
