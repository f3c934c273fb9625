/** A comparison in words: which word fits depends on whether less is faster, less, or worse. */
import { armTitle } from '../claims/arms.ts';
import { percent, ratioRange, times, timesWithInterval, whole } from '../claims/quantity.ts';
import { USUAL_COVERAGE } from '../claims/verdict.ts';
import type { Comparison, MetricName, Ratio, Summary, Word } from '../stats/summary.ts';

type Words = Readonly<Record<Word, string>>;

const NEUTRAL = { equivalent: 'equivalent', inconclusive: 'inconclusive' } as const;
const TIME_WORDS: Words = { ...NEUTRAL, faster: 'faster', slower: 'slower' };
const COST_WORDS: Words = { ...NEUTRAL, faster: 'less', slower: 'more' };
const RATE_WORDS: Words = { ...NEUTRAL, faster: 'more', slower: 'less' };

const RATES: readonly MetricName[] = ['rate', 'events-rate', 'within-100ms'];
const TIMES =
  /^(?:response-time|service-time|script-time|send-lag|delivery|(?:first|median|last)-receiver|receiver-spread)\./;

const wordsFor = (metric: MetricName): Words => {
  if (TIMES.test(metric)) return TIME_WORDS;
  return RATES.includes(metric) ? RATE_WORDS : COST_WORDS;
};

/** The word as it is said of this metric: faster, less or more. */
export const wordOf = (metric: MetricName, word: Word): string => wordsFor(metric)[word];

/** The word as it is said of this metric; where nothing was found, what would have been, or that the pairs are too few. */
function comparisonWord({ metric, word, smallestDetectable, coverage95 }: Ratio): string {
  const said = wordOf(metric, word);
  if (word !== 'inconclusive') return said;
  if (coverage95 < USUAL_COVERAGE) return `${said}, too few pairs`;
  return Number.isFinite(smallestDetectable)
    ? `${said} (could have detected ${times(smallestDetectable)} or more)`
    : said;
}

/** `WebSocket ÷ SSE`. */
export const ratioName = (summary: Summary, { armId, baseArmId }: Pick<Comparison, 'armId' | 'baseArmId'>): string =>
  `${armTitle(summary, armId)} ÷ ${armTitle(summary, baseArmId)}`;

/** `0.48× [0.45–0.52] faster`; exact metrics have no interval. */
export function ratioText(found: Ratio): string {
  const { ratio, low95, high95 } = found;
  return `${timesWithInterval({ value: ratio, low: low95, high: high95 })} ${comparisonWord(found)}`;
}

/** `95 % interval 1.80–1.90×`, or as much of it as the pairs allow. */
export function intervalText({ pairs, low95, high95, coverage95 }: Comparison): string {
  if (pairs === 1) return 'one pair of trials, so no interval';
  const level = coverage95 >= USUAL_COVERAGE ? '95 %' : percent(coverage95);
  return `${level} interval ${ratioRange({ low: low95, high: high95 })}×`;
}

/** `6 pairs`. */
export const pairWords = ({ pairs }: Comparison): string => (pairs === 1 ? '1 pair' : `${whole(pairs)} pairs`);
