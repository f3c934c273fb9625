/** What disturbed a block, in few words, and which blocks were measured again for it. */
import { count, percent, time, whole } from '../claims/quantity.ts';
import { attemptOf, discardedTrials } from '../result/attempts.ts';
import { type Doubt, type RunRecord, disturbancesOf } from '../result/record.ts';
import { severityOf } from './doubt-text.ts';
import { groupBy } from './group-by.ts';

/** Of all the trials of a block. */
export interface Disturbed {
  readonly doubts: readonly Doubt[];
  readonly failedTrials: number;
}

/** `hiccup 31.0 ms, load 63 % of a core`: the worst of each kind; empty for nothing. */
export function disturbanceText({ doubts, failedTrials }: Disturbed): string {
  const worst = [...groupBy(doubts, ({ kind }) => kind).values()].flatMap((group) =>
    group.toSorted((a, b) => severityOf(b) - severityOf(a)).slice(0, 1),
  );
  const failed = failedTrials === 0 ? [] : [`${count(failedTrials, 'trial')} failed`];
  return [...worst.map(shortText), ...failed].join(', ');
}

/** Kinds that disturb say how much; the others are named. */
function shortText(doubt: Doubt): string {
  switch (doubt.kind) {
    case 'hiccup':
    case 'gc-pause':
      return `${doubt.kind} ${time(doubt.maxNs)}`;
    case 'send-lag':
      return `${doubt.kind} ${time(doubt.p99Ns)}`;
    case 'driver-saturated':
      return `driver ${percent(doubt.utilisation)} busy`;
    case 'arrivals':
      return `arrivals ${percent(doubt.distance)} off`;
    case 'load':
      return `load ${percent(doubt.cores)} of a core`;
    case 'throttled':
      return `throttled ${time(doubt.throttledNs)}`;
    default:
      return doubt.kind;
  }
}

/** More than this are counted. */
const MOST_NAMED = 3;

/** One line for all blocks that were measured again; none where none was. */
export function measuredAgainLines(record: RunRecord): readonly string[] {
  const byBlock = [...groupBy(discardedTrials(record), ({ block }) => String(block))];
  const texts = byBlock.map(([block, trials]) => {
    const why = disturbanceText({
      doubts: trials.flatMap(({ measurements }) => measurements.flatMap(disturbancesOf)),
      failedTrials: trials.filter(({ status }) => status === 'failed').length,
    });
    const times = new Set(trials.map(attemptOf)).size;
    return `block ${whole(Number(block) + 1)} (${why === '' ? 'cut off' : why}${times > 1 ? `; ${whole(times)} times` : ''})`;
  });
  const [only] = texts;
  if (only === undefined) return [];
  if (texts.length === 1) return [`${only.replace(' (', ' was disturbed (')} and measured again`];
  const more = texts.length > MOST_NAMED ? ` and ${whole(texts.length - MOST_NAMED)} more` : '';
  const blocks = count(record.plan.blocks, 'block');
  return [
    `${whole(texts.length)} of ${blocks} were disturbed and measured again: ${texts.slice(0, MOST_NAMED).join(', ')}${more}`,
  ];
}
