/** For a terminal: the answer, the evidence, the doubts, at most a hundred columns wide, without colours. */
import CliTable3 from 'cli-table3';
import { answerSentences } from '../answer.ts';
import { againCommand, againNote } from '../again.ts';
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
import { alignColumns } from '../columns.ts';
import { isAboutBuilds, isAgainstTargets } from '../../claims/arms.ts';
import type { EvaluatedClaim } from '../../claims/claim.ts';
import type { GateFinding, GateVerdict } from '../../result/findings.ts';
import { doubtLines } from '../doubts.ts';
import { forTerminal } from '../escape.ts';
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
import { headerParts } from '../header.ts';
import { ENVELOPE_LEGEND, envelopeTable } from '../envelope-cost.ts';
import { studySections } from '../study-section.ts';
import type { StudySection, StudyTable } from '../studies/rendering.ts';
import { type Block, legendOf, type ScenarioSection, scenarioSections } from '../scenario-section.ts';
import { displayWidth, hang, padding, widest, wrap } from '../wrap.ts';

const WIDTH = 100;
/** Outer widths, padding included; with five vertical lines they make up the whole width. */
const ROW_WIDTHS = [18, 25, 25, 27] as const;

/** What a person sees who ran the bench by hand. */
export const format: ReportFormat = {
  name: 'table',
  fileExtension: '.txt',
  summary: 'for reading in a terminal: answer, comparison, numbers, doubts',
  render: (report) =>
    `${blocksOf(report)
      .map((lines) => lines.join('\n'))
      .join('\n\n')}\n`,
};

type Lines = readonly string[];

function blocksOf(report: Report): readonly Lines[] {
  const { summary } = report;
  return [
    paragraph(headerParts(summary).join(' · ')),
    paragraph(answerSentences(summary).join(' ')),
    ...(report.gate === null ? [] : [gateLines(report.gate)]),
    ...claimBlocks(report),
    ...numberBlocks(report),
    ...envelopeBlock(report),
    ...studySections(summary).map(studyLines),
    [heading('How far to trust this'), ...doubtLines(summary).flatMap(bullet)],
    paragraph(`Again with the same seed: ${againCommand(summary.record)}${againNote(summary.record)}`),
  ].filter((lines) => lines.length > 0);
}

const paragraph = (text: string): Lines => wrap(forTerminal(text), WIDTH);
const heading = (text: string): string => `── ${text} ${'─'.repeat(WIDTH - text.length - 4)}`;
const bullet = (text: string): Lines => hang(forTerminal(text), { first: '  • ', rest: '    ', width: WIDTH });

function gateLines(gate: GateVerdict): Lines {
  const { shown, passedBesides } = findingsByWeight(gate);
  const rows = shown.map((finding) => [
    `  ${GATE_WORDS[finding.word]}: ${forTerminal(askedText(finding))}`,
    findingValue(finding),
    limitText(finding),
    detectableText(finding),
  ]);
  const [head = [], ...aligned] = alignColumns([['', 'measured', 'limit', 'detectable'], ...rows], WIDTH);
  return [
    heading('Verdict'),
    ...hang(forTerminal(gateHeadline(gate)), { first: '  ', rest: '  ', width: WIDTH }),
    ...(shown.length === 0 ? [] : head),
    ...shown.flatMap((finding, at) => [...(aligned[at] ?? []), ...(finding.word === 'pass' ? [] : reason(finding))]),
    ...gateNotes(gate, passedBesides).flatMap(bullet),
  ];
}

const reason = ({ because }: GateFinding): Lines =>
  hang(forTerminal(because), { first: '    ', rest: '    ', width: WIDTH });

function claimBlocks(report: Report): readonly Lines[] {
  const { rows, measuredProse, unmeasured } = sortClaims(report);
  if (isAboutBuilds(report.summary)) return [];
  // The article says nothing about servers that are somebody else's.
  if (isAgainstTargets(report.summary)) return otherArmBlocks(report, rows, 'Measured, row by row');
  const { sse, websocket } = columnArms(report.summary);
  const table = rows.map((claim) => [
    [claim.label],
    claimCell(claim.claimed.sse, measuredLines(claim, sse)),
    claimCell(claim.claimed.websocket, measuredLines(claim, websocket)),
    verdictLines(claim),
  ]);
  const heads = ['Metric / Feature', 'MCP over SSE', 'MCP over WebSockets', 'Verdict'];
  return [
    table.length === 0
      ? []
      : [heading('MCP over SSE vs MCP over WebSockets: claimed, and → measured here'), ...grid(heads, table)],
    ...otherArmBlocks(report, rows, 'The same measured on the other arms'),
    measuredProse.length === 0
      ? []
      : [heading('What the article argues besides'), ...measuredProse.flatMap((claim) => proseLines(report, claim))],
    unmeasuredSentences(unmeasured).flatMap(paragraph),
  ];
}

const claimCell = (claimed: string, measured: Lines): Lines => [claimed, ...measured.map((line) => `→ ${line}`)];

/** Arms beside the two that the comparison is about, a few per table. */
const otherArmBlocks = ({ summary }: Report, rows: readonly EvaluatedClaim[], title: string): readonly Lines[] =>
  otherArmTables(summary, rows).map(({ arms, rows: measured }) => [
    heading(title),
    ...grid(
      ['Metric / Feature', ...arms.map((arm) => arm.title)],
      measured.map((claim) => [[claim.label], ...arms.map((arm) => measuredLines(claim, arm))]),
    ),
  ]);

/** A ruled table whose cells are lists of paragraphs. */
function grid(heads: Lines, rows: readonly (readonly Lines[])[]): Lines {
  const widths = ROW_WIDTHS.slice(0, heads.length);
  const table = new CliTable3({
    head: heads.map((head, index) => cellText([head], (widths[index] ?? 0) - 2)),
    colWidths: [...widths],
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push(row.map((cell, index) => cellText(cell, (widths[index] ?? 0) - 2)));
  return table.toString().split('\n');
}

const cellText = (lines: Lines, width: number): string =>
  lines
    .flatMap((line) => hang(forTerminal(line), { first: '', rest: line.startsWith('→ ') ? '  ' : '', width }))
    .join('\n');

function proseLines({ summary }: Report, claim: EvaluatedClaim): Lines {
  const claimed = claim.kind === 'prose' ? claim.claimed : claim.label;
  const arms = measuredByArm(summary, claim);
  const width = Math.min(LONGEST_LABEL, widest(arms.map(({ arm }) => arm)));
  return [
    ...hang(forTerminal(`${claim.id}: ${claimed}`), { first: '  ', rest: '  ', width: WIDTH }),
    ...arms.flatMap(({ arm, text }) => labelledLines(arm, text, width)),
    ...hang(forTerminal(verdictSentence(claim)), { first: '    = ', rest: '      ', width: WIDTH }),
  ];
}

/** Longer names stand on a line of their own. */
const LONGEST_LABEL = 24;

function labelledLines(label: string, text: string, width: number): Lines {
  const rest = ' '.repeat(width + 8);
  const fits = displayWidth(label) <= width;
  const first = fits ? `    → ${label}${padding(label, width)}  ` : rest;
  const lines = hang(forTerminal(text), { first, rest, width: WIDTH });
  return fits ? lines : [...hang(forTerminal(label), { first: '    → ', rest: '      ', width: WIDTH }), ...lines];
}

function envelopeBlock({ summary }: Report): readonly Lines[] {
  const costs = envelopeTable(summary);
  if (costs === undefined) return [];
  const { heads, groups } = costs;
  const rows = groups.flatMap((group) => group.rows.map(([name = '', ...more]) => [`    ${name}`, ...more]));
  const [head = [], ...aligned] = alignColumns([['', ...heads], ...rows], WIDTH);
  return [
    [
      heading('What the revision costs, and what the transport'),
      ...hang(ENVELOPE_LEGEND, { first: '  ', rest: '  ', width: WIDTH }),
      ...head,
      ...groups.flatMap(({ what, rows: own }) => [`  ${what}`, ...aligned.splice(0, own.length).flat()]),
    ],
  ];
}

function numberBlocks({ summary }: Report): readonly Lines[] {
  const sections = scenarioSections(summary);
  if (sections.length === 0) return [];
  return [
    [
      heading('The numbers'),
      ...legendOf(summary).flatMap((line) => hang(line, { first: '  ', rest: '  ', width: WIDTH })),
    ],
    ...sections.map(sectionLines),
  ];
}

function sectionLines({ name, title, load, blocks, notes }: ScenarioSection): Lines {
  return [
    ...hang(forTerminal(`${name}: ${title}`), { first: '', rest: '  ', width: WIDTH }),
    ...hang(forTerminal(load), { first: '  ', rest: '  ', width: WIDTH }),
    ...blocks.flatMap((block) => blockLines(block, blocks.length > 1 ? block.what : '')),
    ...notes.flatMap((note) => hang(forTerminal(note), { first: '  ', rest: '    ', width: WIDTH })),
  ];
}

/** The rows of all levels aligned with each other, each level's ratios below its rows. */
function blockLines({ heads, groups }: Block, label: string): Lines {
  const rows = groups.flatMap((group) =>
    group.rows.map(([arm = '', ...numbers]) => [`${nameIndent(group.level)}${forTerminal(arm)}`, ...numbers]),
  );
  const [head = [], ...aligned] = alignColumns([[`  ${label}`, ...heads], ...rows], WIDTH);
  const lines: string[] = [...head];
  for (const { level, load, rows: own, ratios } of groups) {
    const title = load === '' ? level : `${level}: ${load}`;
    if (level !== '') lines.push(...hang(forTerminal(title), { first: '  ', rest: '  ', width: WIDTH }));
    lines.push(...aligned.splice(0, own.length).flat());
    const indent = nameIndent(level);
    for (const ratio of ratios)
      lines.push(...hang(forTerminal(ratio), { first: indent, rest: `${indent}  `, width: WIDTH }));
  }
  return lines;
}

function studyLines({ name, title, lines, tables, notes }: StudySection): Lines {
  return [
    heading(forTerminal(name)),
    ...[title, ...lines].flatMap((line) => hang(forTerminal(line), { first: '  ', rest: '  ', width: WIDTH })),
    ...tables.flatMap(studyTableLines),
    ...notes.flatMap((note) => hang(forTerminal(note), { first: '  • ', rest: '    ', width: WIDTH })),
  ];
}

function studyTableLines({ caption, heads, rows }: StudyTable): Lines {
  const cells = [heads, ...rows].map(([name = '', ...more]) => [`  ${forTerminal(name)}`, ...more.map(forTerminal)]);
  return [
    '',
    ...(caption === '' ? [] : hang(forTerminal(caption), { first: '  ', rest: '  ', width: WIDTH })),
    ...alignColumns(cells, WIDTH).flat(),
  ];
}

const nameIndent = (level: string): string => (level === '' ? '  ' : '    ');
