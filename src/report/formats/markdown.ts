/** For a pull request or an issue: the same content in GitHub's Markdown, the doubts folded away. */
import { againCommand, againNote } from '../again.ts';
import { answerSentences } from '../answer.ts';
import { isAboutBuilds, isAgainstTargets } from '../../claims/arms.ts';
import type { EvaluatedClaim } from '../../claims/claim.ts';
import {
  columnArms,
  measuredByArm,
  measuredLines,
  otherArmTables,
  sortClaims,
  unmeasuredSentences,
  verdictLines,
  verdictSentence,
} from '../claim-text.ts';
import { doubtLines } from '../doubts.ts';
import { forMarkdown } from '../escape.ts';
import type { Report, ReportFormat } from '../format.ts';
import { headerParts } from '../header.ts';
import { ENVELOPE_LEGEND, envelopeTable } from '../envelope-cost.ts';
import { studySections } from '../study-section.ts';
import type { StudySection } from '../studies/rendering.ts';
import { type Block, legendOf, type ScenarioSection, scenarioSections } from '../scenario-section.ts';

/** What a reviewer sees. */
export const format: ReportFormat = {
  name: 'markdown',
  fileExtension: '.md',
  summary: 'for pull requests and issues: GitHub tables, doubts folded away',
  render: (report) =>
    `${blocksOf(report)
      .map((lines) => lines.join('\n'))
      .join('\n\n')}\n`,
};

type Lines = readonly string[];

function blocksOf(report: Report): readonly Lines[] {
  const { summary } = report;
  const [tool = '', ...facts] = headerParts(summary);
  return [
    [`## ${forMarkdown(tool)}`],
    [forMarkdown(facts.join(' · '))],
    [answerSentences(summary).map(forMarkdown).join(' ')],
    ...claimBlocks(report),
    ...numberBlocks(report),
    ...envelopeBlock(report),
    ...studySections(summary).flatMap(studyBlocks),
    ...folded(
      'How far to trust this',
      doubtLines(summary).map((line) => `- ${forMarkdown(line)}`),
    ),
    [`Again with the same seed: \`${againCommand(summary.record)}\`${againNote(summary.record)}`],
  ].filter((lines) => lines.length > 0);
}

const folded = (title: string, lines: Lines): readonly Lines[] => [
  [`<details><summary>${title}</summary>`],
  lines,
  ['</details>'],
];

const table = (heads: Lines, rows: readonly Lines[]): Lines => [
  tableRow(heads),
  `|${heads.map(() => ' --- ').join('|')}|`,
  ...rows.map(tableRow),
];

const tableRow = (cells: Lines): string => `| ${cells.join(' | ')} |`;
const cellOf = (lines: Lines): string => lines.map(forMarkdown).join('<br>');

function claimBlocks(report: Report): readonly Lines[] {
  const { rows, measuredProse, unmeasured } = sortClaims(report);
  if (isAboutBuilds(report.summary)) return [];
  // The article says nothing about servers that are somebody else's.
  if (isAgainstTargets(report.summary)) return otherArmBlocks(report, rows, 'Measured, row by row:');
  const { sse, websocket } = columnArms(report.summary);
  const cells = rows.map((claim) => [
    forMarkdown(claim.label),
    claimCell(claim.claimed.sse, measuredLines(claim, sse)),
    claimCell(claim.claimed.websocket, measuredLines(claim, websocket)),
    verdictCell(verdictLines(claim)),
  ]);
  return [
    ...(cells.length === 0
      ? []
      : [
          ['### MCP over SSE vs MCP over WebSockets'],
          ['What the article claims, and → what was measured here.'],
          table(['Metric / Feature', 'MCP over SSE', 'MCP over WebSockets', 'Verdict'], cells),
        ]),
    ...otherArmBlocks(report, rows, 'The same measured on the other arms:'),
    measuredProse.length === 0 ? [] : ['### What the article argues besides'],
    proseTable(report, measuredProse),
    [unmeasuredSentences(unmeasured).map(forMarkdown).join('\n\n')].filter((text) => text !== ''),
  ];
}

const claimCell = (claimed: string, measured: Lines): string =>
  cellOf([claimed, ...measured.map((line) => `→ ${line}`)]);

function verdictCell([word = '', ...reasons]: Lines): string {
  return [`**${forMarkdown(word)}**`, ...reasons.map(forMarkdown)].join('<br>');
}

function otherArmBlocks({ summary }: Report, rows: readonly EvaluatedClaim[], title: string): readonly Lines[] {
  const tables = otherArmTables(summary, rows).map(({ arms, rows: measured }) =>
    table(
      ['Metric / Feature', ...arms.map((arm) => forMarkdown(arm.title))],
      measured.map((claim) => [forMarkdown(claim.label), ...arms.map((arm) => cellOf(measuredLines(claim, arm)))]),
    ),
  );
  return tables.length === 0 ? [] : [[title], ...tables];
}

function envelopeBlock({ summary }: Report): readonly Lines[] {
  const costs = envelopeTable(summary);
  if (costs === undefined) return [];
  const rows = costs.groups.flatMap(({ what, rows: own }) =>
    own.map(([name = '', ...more]) => [what, name, ...more].map(forMarkdown)),
  );
  return [
    ['### What the revision costs, and what the transport'],
    [ENVELOPE_LEGEND],
    table(['What', ' ', ...costs.heads.map(forMarkdown)], rows),
  ];
}

function proseTable({ summary }: Report, claims: readonly EvaluatedClaim[]): Lines {
  if (claims.length === 0) return [];
  const rows = claims.map((claim) => [
    forMarkdown(`${claim.id}: ${claim.kind === 'prose' ? claim.claimed : claim.label}`),
    cellOf(measuredByArm(summary, claim).map(({ arm, text }) => `${arm}: ${text}`)),
    forMarkdown(verdictSentence(claim)),
  ]);
  return table(['Claim', '→ measured here', 'Verdict'], rows);
}

function numberBlocks({ summary }: Report): readonly Lines[] {
  const sections = scenarioSections(summary);
  if (sections.length === 0) return [];
  return [
    ['### The numbers'],
    legendOf(summary).map((line) => `- ${forMarkdown(line)}`),
    ...sections.flatMap(sectionBlocks),
  ];
}

function sectionBlocks({ name, title, load, blocks, notes }: ScenarioSection): readonly Lines[] {
  const bullets = [...blocks.flatMap(ratioBullets), ...notes].map((line) => `- ${forMarkdown(line)}`);
  return [
    [`**${forMarkdown(name)}**: ${forMarkdown(title)}${load === '' ? '' : ` (${forMarkdown(load)})`}`],
    ...blocks.map((block) => blockTable(block, blocks.length > 1)),
    bullets,
  ];
}

function blockTable({ what, heads, groups }: Block, named: boolean): Lines {
  const rows = groups.flatMap(({ level, rows: own }) =>
    own.map(([arm = '', ...numbers]) => [
      cellOf([level === '' ? arm : `${level} ${arm}`]),
      ...numbers.map(forMarkdown),
    ]),
  );
  return table([named ? what : ' ', ...heads.map(forMarkdown)], rows);
}

const ratioBullets = ({ groups }: Block): Lines =>
  groups.flatMap(({ level, ratios }) => ratios.map((ratio) => (level === '' ? ratio : `${level}: ${ratio}`)));

const studyBlocks = ({ name, title, lines, tables, notes }: StudySection): readonly Lines[] => [
  [`### ${forMarkdown(name)}`],
  [[title, ...lines].map(forMarkdown).join('\n\n')],
  ...tables.flatMap(({ caption, heads, rows }) => [
    caption === '' ? [] : [`**${forMarkdown(caption)}**`],
    table(
      heads.map((head) => (head === '' ? ' ' : forMarkdown(head))),
      rows.map((row) => row.map(forMarkdown)),
    ),
  ]),
  notes.map((note) => `- ${forMarkdown(note)}`),
];
