/** What calls and pushes do to each other, in words. */
import { armTitle } from '../claims/arms.ts';
import { timesWithInterval } from '../claims/quantity.ts';
import { type Direction, DIRECTIONS } from '../scenario/directions.ts';
import type { Inflation, Interference, Summary } from '../stats/summary.ts';
import { ratioText } from './comparison-text.ts';

const OPENINGS: Readonly<Record<Direction, string>> = {
  calls: 'Calls amid pushes ÷ calls alone',
  pushes: 'Pushes amid calls ÷ pushes alone',
};

/** One line per direction: how many times as long as alone, arm by arm; of the tail without a word. */
export function interferenceNotes(summary: Summary, scenario: string): readonly string[] {
  const own = summary.interferences.filter((one) => one.scenario === scenario && one.inflations.length > 0);
  return DIRECTIONS.flatMap((direction) => {
    const texts = own
      .filter((one) => one.direction === direction)
      .map((one) => `${quantileOf(one)} ${inflationTexts(summary, one).join(', ')}`);
    return texts.length === 0 ? [] : [`${OPENINGS[direction]}: ${texts.join('; ')}.`];
  });
}

const quantileOf = ({ metric }: Interference): string => metric.split('.')[1] ?? metric;

const inflationTexts = (summary: Summary, interference: Interference): readonly string[] =>
  interference.inflations.map((one) => {
    const ratio = quantileOf(interference) === 'p50' ? ratioText(one) : ratioAlone(one);
    return `${armTitle(summary, one.armId)} ${ratio}`;
  });

const ratioAlone = ({ ratio, low95, high95 }: Inflation): string =>
  timesWithInterval({ value: ratio, low: low95, high: high95 });
