/** From what holds and what does not to a verdict: the one place that decides between the words. */
import type { Comparison, Estimate, Ratio } from '../stats/summary.ts';
import type { Judgement } from './claim.ts';

/** Whether something holds; `undefined` when this run cannot decide it. */
export type Truth = boolean | undefined;

/** One condition of a claim and what was found. */
export interface Part {
  /** What it is about: a side, a level, a scenario. */
  readonly of: string;
  readonly holds: Truth;
  /** What was seen, in a few words; empty where nothing needs saying. */
  readonly seen: string;
}

/** All parts hold: confirmed. None does: refuted. Anything else depends, and on what is said. */
export function verdictOf(parts: readonly Part[]): Judgement {
  if (parts.every(({ holds }) => holds === true)) return { word: 'confirmed', because: seenOf(parts) };
  if (parts.every(({ holds }) => holds === false)) return { word: 'refuted', because: seenOf(parts) };
  const groups = [
    { opening: 'true for', members: parts.filter(({ holds }) => holds === true) },
    { opening: 'not for', members: parts.filter(({ holds }) => holds === false) },
    { opening: 'undecided for', members: parts.filter(({ holds }) => holds === undefined) },
  ];
  const because = groups
    .filter(({ members }) => members.length > 0)
    .map(({ opening, members }) => `${opening} ${named(members)}`);
  return { word: 'depends', because: because.join('; ') };
}

const seenOf = (parts: readonly Part[]): string =>
  parts
    .filter(({ seen }) => seen !== '')
    .map(({ of, seen }) => `${of}: ${seen}`)
    .join('; ');

const named = (parts: readonly Part[]): string =>
  parts.map(({ of, seen }) => (seen === '' ? of : `${of} (${seen})`)).join(', ');

/** The verdict with something more to its reason. */
export const withNote = (verdict: Judgement, note: string): Judgement =>
  note === '' ? verdict : { ...verdict, because: verdict.because === '' ? note : `${verdict.because}; ${note}` };

/** All of them, where one that fails outweighs one that is undecided. */
export function everyTruth(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

/** As `everyTruth`, of what was measured; of nothing, nothing is known. */
export const everyMeasured = (truths: readonly Truth[]): Truth =>
  truths.length === 0 ? undefined : everyTruth(truths);

/** Below a limit: true when the whole interval is, false when none of it is. */
export function isBelow(estimate: Pick<Estimate, 'low' | 'high'>, limit: number): Truth {
  if (estimate.high < limit) return true;
  return estimate.low >= limit ? false : undefined;
}

/** At or above a limit: true when the whole interval is, false when none of it is. */
export function isAtLeast(estimate: Pick<Estimate, 'low' | 'high'>, limit: number): Truth {
  if (estimate.low >= limit) return true;
  return estimate.high < limit ? false : undefined;
}

/** Better by the margin of the comparison: `equivalent` is a no, `inconclusive` is no answer. */
export function isBetter(comparison: Comparison | undefined): Truth {
  if (comparison === undefined || comparison.word === 'inconclusive') return undefined;
  return comparison.word === 'faster';
}

/** What an interval must cover to be one at 95 %; six trials do. */
export const USUAL_COVERAGE = 0.95;

/** The margin within which a difference is not worth a choice. */
const MARGIN = 1.05;

/** Not worse by more than the margin, at one-sided 95 %; for metrics where less is better. */
export function isNotWorse(ratio: Ratio | undefined): Truth {
  if (ratio === undefined) return undefined;
  if (ratio.word === 'slower') return false;
  if (ratio.word !== 'inconclusive') return true;
  return ratio.coverage95 >= USUAL_COVERAGE && ratio.high90 < MARGIN ? true : undefined;
}
