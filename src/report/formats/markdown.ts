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
import {
  askedText,
  detectableText,
  findingsByWeight,
  findingValue,
  GATE_WORDS,
  gateHeadline,
  gateNotes,
  limitText,
} from '../gate-text.ts';
import { type Part, pageOf, partOf } from '../page.ts';
import type { GateVerdict } from '../../result/findings.ts';
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
  render: (report) => pageOf(partsOf(report), { limit: MOST_CHARACTERS, leftOut }),
};

/** A comment on GitHub holds 65,536 characters, and somebody may want to say something above it. */
const MOST_CHARACTERS = 60_000;

const leftOut = (count: number, all: number): string =>
  `${count} of the ${all} parts of this page are left out, because a comment has room for 60,000 characters; the whole is in the run's record, which \`npx mcp-transport-bench report <record>\` prints.`;

type Lines = readonly string[];

/** What comes first when room is short. */
const RANK = { always: 0, answer: 1, doubts: 2, numbers: 3 } as const;

function partsOf(report: Report): readonly Part[] {
  const { summary, gate } = report;
  const [tool = ''] = headerParts(summary);
  const title = partOf(RANK.always, [[`## ${forMarkdown(cut(tool, LONGEST_CELL))}`]]);
  const again = partOf(RANK.answer, [
    [`Again with the same seed: \`${againCommand(summary.record)}\`${againNote(summary.record)}`],
  ]);
  if (gate === null) return [title, ...contentOf(report), again];
  return [
    title,
    ...gateParts(gate),
    partOf(RANK.always, [['<details><summary>Everything that was measured</summary>']]),
    ...contentOf(report),
    partOf(RANK.always, [['</details>']]),
    again,
  ];
}

function contentOf(report: Report): readonly Part[] {
  const { summary } = report;
  const [, ...facts] = headerParts(summary);
  const doubts = doubtLines(summary).map((line) => `- ${forMarkdown(line)}`);
  return [
    partOf(RANK.answer, [[forMarkdown(facts.join(' · '))]]),
    partOf(RANK.answer, [[answerSentences(summary).map(forMarkdown).join(' ')]]),
    ...upToTables(claimBlocks(report)).map((blocks) => partOf(RANK.answer, blocks)),
    ...numberBlocks(report).map((blocks) => partOf(RANK.numbers, blocks)),
    partOf(RANK.numbers, envelopeBlock(report)),
    ...studySections(summary).map((section) => partOf(RANK.numbers, studyBlocks(section))),
    partOf(RANK.doubts, folded('How far to trust this', doubts)),
  ];
}

/** Each table with what stands above it: a heading without its table says nothing. */
function upToTables(blocks: readonly Lines[]): readonly (readonly Lines[])[] {
  const groups: Lines[][] = [[]];
  for (const block of blocks) {
    groups.at(-1)?.push(block);
    if (block[0]?.startsWith('|') === true) groups.push([]);
  }
  return groups;
}

const folded = (title: string, lines: Lines): readonly Lines[] => [
  [`<details><summary>${title}</summary>`],
  lines,
  ['</details>'],
];

/** A sentence and a table, each short enough to be there whatever else is said. */
function gateParts(gate: GateVerdict): readonly Part[] {
  const { shown, passedBesides } = findingsByWeight(gate);
  const rows = shown.map((finding) => [
    finding.word === 'pass' ? GATE_WORDS.pass : `**${GATE_WORDS[finding.word]}**`,
    forMarkdown(cut(askedText(finding), LONGEST_CELL)),
    forMarkdown(findingValue(finding)),
    forMarkdown(limitText(finding)),
    detectableText(finding),
    forMarkdown(cut(finding.because, LONGEST_CELL)),
  ]);
  const fitting = rows.slice(0, countWithin(rows.map(tableRow), MOST_TABLE_CHARACTERS));
  const more = rows.length - fitting.length;
  const notes = [
    ...(more === 0 ? [] : [`${more} more findings have no room here; they are in the record`]),
    ...gateNotes(gate, passedBesides),
  ];
  return [
    partOf(RANK.always, [[`**${forMarkdown(cut(gateHeadline(gate), LONGEST_HEADLINE))}**`]]),
    partOf(RANK.always, [rows.length === 0 ? [] : table(GATE_HEADS, fitting)]),
    partOf(RANK.answer, [notes.map((note) => `- ${forMarkdown(note)}`)]),
  ];
}

const GATE_HEADS = ['Verdict', 'What', 'Measured', 'Limit', 'Detectable', 'Why'] as const;
/** Characters before they are escaped, which makes ten of one at worst. */
const LONGEST_CELL = 300;
const LONGEST_HEADLINE = 1_000;
const MOST_TABLE_CHARACTERS = 20_000;

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/** How many of the first rows stay within so many characters. */
function countWithin(rows: Lines, most: number): number {
  let used = 0;
  const tooLong = rows.findIndex((row) => (used += row.length + 1) > most);
  return tooLong < 0 ? rows.length : tooLong;
}

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

/** The legend, and each scenario by itself. */
function numberBlocks({ summary }: Report): readonly (readonly Lines[])[] {
  const sections = scenarioSections(summary);
  if (sections.length === 0) return [];
  const legend = legendOf(summary).map((line) => `- ${forMarkdown(line)}`);
  return [[['### The numbers'], legend], ...sections.map(sectionBlocks)];
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
