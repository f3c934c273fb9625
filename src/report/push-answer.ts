/** What the answer says about pushes to those who only listen. */
import { cellsOf, comparisonOf } from '../claims/evidence.ts';
import { ratioRange, times, whole } from '../claims/quantity.ts';
import { USUAL_COVERAGE } from '../claims/verdict.ts';
import type { Comparison, Summary, Word } from '../stats/summary.ts';
import type { Pair } from './headline-pair.ts';

/** Where clients only listen, and in what its levels differ. */
const LISTENING = [
  { scenario: 'notifications', by: 'rate', levels: 'rates' },
  { scenario: 'fan-out', by: 'audience and the rate', levels: 'audiences and rates' },
] as const;

/** The first of them that was run. */
const listeningIn = (summary: Summary): (typeof LISTENING)[number] =>
  LISTENING.find(({ scenario }) => cellsOf(summary, scenario).length > 0) ?? LISTENING[0];

const comparisonsOf = (summary: Summary, { base, other }: Pair): readonly Comparison[] =>
  cellsOf(summary, listeningIn(summary).scenario).flatMap(
    (cell) => comparisonOf(cell, 'delivery.p50', { armId: other.id, baseArmId: base.id }) ?? [],
  );

/** The one word for all levels of push; `undefined` when they differ or none was measured. */
export function pushWord(summary: Summary, pair: Pair): Word | undefined {
  const words = new Set(comparisonsOf(summary, pair).map(({ word }) => word));
  return words.size === 1 ? [...words][0] : undefined;
}

/** One sentence, or none if nothing was pushed. */
export function pushSentence(summary: Summary, pair: Pair): readonly string[] {
  const found = comparisonsOf(summary, pair);
  if (found.length === 0) return [];
  const [other, base] = [pair.other.title, pair.base.title];
  const { by, levels } = listeningIn(summary);
  const ratios = ratioWords(found, levels);
  switch (pushWord(summary, pair)) {
    case 'equivalent':
      return [`Pushes to clients that only listen arrive equally fast over both (${ratios}).`];
    case 'faster':
      return [`Pushes to clients that only listen arrive faster over ${other} (${ratios}).`];
    case 'slower':
      return [`Pushes to clients that only listen arrive faster over ${base} (${ratios}).`];
    case 'inconclusive':
      if (found.some(({ coverage95 }) => coverage95 < USUAL_COVERAGE))
        return ['Of pushes there were too few trials to compare them.'];
      return [
        `For pushes to clients that only listen this run cannot tell the two apart, nor call them equal (${ratios}).`,
      ];
    case undefined:
      return [
        `For pushes to clients that only listen it depends on the ${by}: ${tally(found, pair, levels)} (${ratios}).`,
      ];
  }
}

function ratioWords(found: readonly Comparison[], levels: string): string {
  const low = Math.min(...found.map(({ low95 }) => low95));
  const high = Math.max(...found.map(({ high95 }) => high95));
  const [only] = found;
  if (found.length === 1 && only !== undefined) return `${times(only.ratio)}, interval ${ratioRange({ low, high })}×`;
  return `interval ${ratioRange({ low, high })}× over ${whole(found.length)} ${levels}`;
}

function tally(found: readonly Comparison[], { base, other }: Pair, levels: string): string {
  const words: Readonly<Record<Word, string>> = {
    faster: `${other.title} is faster`,
    slower: `${base.title} is faster`,
    equivalent: 'both are equal',
    inconclusive: 'it is unclear',
  };
  const count = (word: Word): number => found.filter((entry) => entry.word === word).length;
  const present = (['faster', 'slower', 'equivalent', 'inconclusive'] as const).filter((word) => count(word) > 0);
  return present
    .map((word) => `at ${whole(count(word))} of ${whole(found.length)} ${levels} ${words[word]}`)
    .join(', ');
}
