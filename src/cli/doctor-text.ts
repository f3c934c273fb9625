/** What `doctor` prints. */
import { count, percent } from '../claims/quantity.ts';
import { type Check, namesWith, worstOf } from '../doctor/check.ts';
import { LOOKS, type Precision, isAsItMust, isReportOnly, untoldOf } from '../doctor/precision.ts';
import { forTerminal } from '../report/escape.ts';
import { wrap } from '../report/wrap.ts';

const WIDTH = 100;
const WORD_WIDTH = 8;
/** What `seen from` is said for. */
const MOST_PAIRS = Math.max(...LOOKS);

/** One entry per check, then what they come to. */
export function checksText(checks: readonly Check[]): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const lines = checks.flatMap((check) => {
    const indent = WORD_WIDTH + nameWidth;
    const text = `${check.saw}: ${check.means}`;
    const todo = check.todo === '' ? [] : wrap(`→ ${check.todo}`, WIDTH - indent);
    return [...wrap(text, WIDTH - indent), ...todo].map((line, at) => {
      const head = at === 0 ? `${check.word.padEnd(WORD_WIDTH)}${check.name.padEnd(nameWidth)}` : ' '.repeat(indent);
      return forTerminal(`${head}${line}`);
    });
  });
  return `${[...lines, '', ...wrap(verdictText(checks), WIDTH)].join('\n')}\n`;
}

function verdictText(checks: readonly Check[]): string {
  switch (worstOf(checks)) {
    case 'cannot':
      return `This machine cannot measure: ${namesWith(checks, 'cannot').join(', ')}.`;
    case 'doubt':
      return `This machine can measure, but times measured here should decide nothing: ${namesWith(checks, 'doubt').join(', ')}. Bytes, round trips and whatever else is counted are safe.`;
    case 'note':
    case 'ok':
      return 'This machine can measure. How small a difference it can tell: doctor --calibrate.';
  }
}

/** A table of what equals differed by, then what follows. */
export function precisionsText(precisions: readonly Precision[], armIds: readonly string[]): string {
  const [first] = precisions;
  if (first === undefined) return 'Nothing was measured twice: there is no precision to tell.\n';
  const head = [
    'arm',
    'metric',
    'spread',
    ...first.halfWidths.map(({ pairs }) => `± at ${pairs}`),
    'seen from',
    'margin',
    'equals come out',
  ];
  const rows = precisions.map((one) => [
    one.armId,
    one.metric,
    percent(one.spread),
    ...one.halfWidths.map(({ share }) => percent(share)),
    percent(one.smallestDetectable - 1),
    percent(one.margin),
    `${one.word}${isAsItMust(one) ? '' : ' (they must not)'}`,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const table = [head, ...rows].map((row) =>
    row
      .map((text, column) => (column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const notes = conclusions(precisions, armIds).flatMap((line) => wrap(line, WIDTH));
  const fewest = Math.min(...precisions.map(({ pairs }) => pairs));
  return `${[`${count(fewest, 'pair')} of equals:`, ...table, '', ...notes].join('\n')}\n`;
}

function conclusions(precisions: readonly Precision[], armIds: readonly string[]): readonly string[] {
  const untold = untoldOf(precisions, armIds);
  const wrong = precisions.filter((one) => !isAsItMust(one));
  const blind = precisions.filter(isReportOnly);
  const names = (some: readonly Pick<Precision, 'armId' | 'metric'>[]): string =>
    some.map(({ armId, metric }) => `${metric} of ${armId}`).join(', ');
  return [
    wrong.length === 0
      ? 'Equals come out as equals, as they must.'
      : `Equals came out as different (${names(wrong)}): what is measured here says more about the machine than about what is compared.`,
    blind.length === 0
      ? `Every one of these metrics may decide here: a change by its margin would be seen with ${MOST_PAIRS} pairs.`
      : `Report-only here, because a change by the margin would go unseen even with ${MOST_PAIRS} pairs: ${names(blind)}.`,
    ...(untold.length === 0 ? [] : [`Not known here, for want of calls in a trial: ${names(untold)}.`]),
  ];
}
