/** Two runs for a pull request. */
import { forMarkdown } from '../escape.ts';
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

export function markdownOf(comparison: RunsComparison): string {
  const { base, head, gate } = comparison;
  const blocks = [
    [`## ${forMarkdown(`${head.name} against ${base.name}`)}`],
    [`Base: ${forMarkdown(runText(base))}  `, `Head: ${forMarkdown(runText(head))}`],
    gate === null ? [] : verdictTexts(gate).map((text) => `- ${forMarkdown(text)}`),
    ...changeGroups(comparison).map((group) => groupLines(group, comparison)),
    readingNotes(comparison).map((note) => `- ${forMarkdown(note)}`),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function groupLines({ title, changes }: ChangeGroup, comparison: RunsComparison): readonly string[] {
  const rows = changes.map((change) => {
    const { base, head, ratio, word, seen } = changeText(change, comparison);
    const where = title === change.cellId ? change.armId : `${change.cellId} · ${change.armId}`;
    return [`${where} · ${change.metric}`, base, head, ratio, word, seen].map(forMarkdown);
  });
  return [
    `### ${forMarkdown(title)}`,
    '',
    rowText(['metric', ...COLUMN_HEADS]),
    '|---|--:|--:|--:|---|--:|',
    ...rows.map(rowText),
  ];
}

const rowText = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
