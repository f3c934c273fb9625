/** Two runs for a terminal, at most a hundred columns wide. */
import { alignColumns } from '../columns.ts';
import { forTerminal } from '../escape.ts';
import { hang, wrap } from '../wrap.ts';
import {
  type ChangeGroup,
  COLUMN_HEADS,
  changeGroups,
  changeText,
  readingNotes,
  type RunsComparison,
  runText,
} from './runs-comparison.ts';
import { verdictTexts } from './verdict.ts';

const WIDTH = 100;

type Lines = readonly string[];

export function tableOf(comparison: RunsComparison): string {
  const { base, head, gate } = comparison;
  const blocks: readonly Lines[] = [
    paragraph(`${head.name} against ${base.name}`),
    [...paragraph(`base: ${runText(base)}`), ...paragraph(`head: ${runText(head)}`)],
    ...changeGroups(comparison).map((group) => groupLines(group, comparison)),
    gate === null ? [] : [heading('Verdict'), ...verdictTexts(gate).flatMap(bullet)],
    [heading('How far to trust this'), ...readingNotes(comparison).flatMap(bullet)],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function groupLines({ title, changes }: ChangeGroup, comparison: RunsComparison): Lines {
  const rows = changes.map((change) => {
    const { base, head, ratio, word, seen } = changeText(change, comparison);
    const where = title === change.cellId ? change.armId : `${change.cellId} · ${change.armId}`;
    return [`${where} · ${change.metric}`, base, head, ratio, word, seen].map(forTerminal);
  });
  return [heading(forTerminal(title)), ...alignColumns([['', ...COLUMN_HEADS], ...rows], WIDTH).flat()];
}

const paragraph = (text: string): Lines => wrap(forTerminal(text), WIDTH);
const heading = (text: string): string => `── ${text} ${'─'.repeat(Math.max(0, WIDTH - text.length - 4))}`;
const bullet = (text: string): Lines => hang(forTerminal(text), { first: '  • ', rest: '    ', width: WIDTH });
