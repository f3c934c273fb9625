/** For a pull request or an issue: the same content in GitHub's Markdown, the doubts folded away. */
import { againCommand } from '../again.ts';
import { answerSentences } from '../answer.ts';
import { armTitle } from '../../claims/arms.ts';
import type { EvaluatedClaim } from '../../claims/claim.ts';
import {
  columnArms,
  measuredByArm,
  measuredLines,
  otherArms,
  sortClaims,
  unmeasuredSentences,
  verdictLines,
  verdictSentence,
} from '../claim-text.ts';
import { doubtLines } from '../doubts.ts';
import { forMarkdown } from '../escape.ts';
import type { Report, ReportFormat } from '../format.ts';
import { headerParts } from '../header.ts';
import { type Block, LEGEND, type ScenarioSection, scenarioSections } from '../scenario-section.ts';

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
    ...folded(
      'How far to trust this',
      doubtLines(summary).map((line) => `- ${forMarkdown(line)}`),
    ),
    [`Again with the same seed: \`${againCommand(summary.record)}\``],
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
  const { rows, measuredProse, unmeasuredProse } = sortClaims(report);
  const { sse, websocket } = columnArms(report.summary);
  const cells = rows.map((claim) => [
    forMarkdown(claim.label),
    claimCell(claim.claimed.sse, measuredLines(claim, sse)),
    claimCell(claim.claimed.websocket, measuredLines(claim, websocket)),
    verdictCell(verdictLines(claim)),
  ]);
  return [
    ['### MCP over SSE vs MCP over WebSockets'],
    ['What the article claims, and → what was measured here.'],
    table(['Metric / Feature', 'MCP over SSE', 'MCP over WebSockets', 'Verdict'], cells),
    ...otherArmsTable(report, rows),
    measuredProse.length === 0 ? [] : ['### What the article argues besides'],
    proseTable(measuredProse),
    [unmeasuredSentences(unmeasuredProse).map(forMarkdown).join('\n\n')].filter((text) => text !== ''),
  ];
}

const claimCell = (claimed: string, measured: Lines): string =>
  cellOf([claimed, ...measured.map((line) => `→ ${line}`)]);

function verdictCell([word = '', ...reasons]: Lines): string {
  return [`**${forMarkdown(word)}**`, ...reasons.map(forMarkdown)].join('<br>');
}

function otherArmsTable({ summary }: Report, rows: readonly EvaluatedClaim[]): readonly Lines[] {
  const others = otherArms(summary);
  if (others.length === 0) return [];
  const cells = rows.map((claim) => [
    forMarkdown(claim.label),
    ...others.map((arm) => cellOf(measuredLines(claim, arm))),
  ]);
  return [
    ['The same measured on the other arms:'],
    table(['Metric / Feature', ...others.map(({ id }) => forMarkdown(armTitle(id)))], cells),
  ];
}

function proseTable(claims: readonly EvaluatedClaim[]): Lines {
  if (claims.length === 0) return [];
  const rows = claims.map((claim) => [
    forMarkdown(`${claim.id}: ${claim.kind === 'prose' ? claim.claimed : claim.label}`),
    cellOf(measuredByArm(claim).map(({ arm, text }) => `${arm}: ${text}`)),
    forMarkdown(verdictSentence(claim)),
  ]);
  return table(['Claim', '→ measured here', 'Verdict'], rows);
}

function numberBlocks({ summary }: Report): readonly Lines[] {
  const sections = scenarioSections(summary);
  if (sections.length === 0) return [];
  return [['### The numbers'], LEGEND.map((line) => `- ${forMarkdown(line)}`), ...sections.flatMap(sectionBlocks)];
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
