/** The verdict on stderr and as an exit code. */
import type { GateFinding, GateVerdict, GateWord } from '../result/findings.ts';
import { escapeUnprintable } from '../scenario/wording.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { InconclusiveChoice } from './gate-flags.ts';

const WORDS: Readonly<Record<GateWord, string>> = { pass: 'passed', fail: 'FAILED', inconclusive: 'undecided' };
/** Of each word; the report has them all. */
const MOST_LINES = 20;

/** What failed, what is undecided, the whole in one line, and what must be said about it. */
export function verdictLines({ word, findings, notes }: GateVerdict): readonly string[] {
  const of = (one: GateWord): readonly GateFinding[] => findings.filter((finding) => finding.word === one);
  const parts = (['fail', 'inconclusive', 'pass'] as const)
    .filter((one) => of(one).length > 0)
    .map((one) => `${of(one).length} ${WORDS[one].toLowerCase()}`);
  const lines = [
    ...shortened(of('fail')),
    ...shortened(of('inconclusive')),
    ...notes,
    `Gate: ${WORDS[word]} (${parts.length === 0 ? 'nothing to judge' : parts.join(', ')})`,
  ];
  return lines.map(escapeUnprintable);
}

function shortened(findings: readonly GateFinding[]): readonly string[] {
  const lines = findings.slice(0, MOST_LINES).map(lineOf);
  const more = findings.length - lines.length;
  return more === 0 ? lines : [...lines, `… and ${more} more`];
}

function lineOf({ word, name, cellId, armId, because }: GateFinding): string {
  const where = [cellId, armId].filter((part) => part !== null && !name.split(' ').includes(part));
  return `${WORDS[word]}: ${[name, ...where].join(' · ')}: ${because}`;
}

/** 0 for a pass and where nothing was asked. */
export function gateExit(gate: GateVerdict | null, inconclusive: InconclusiveChoice | undefined): ExitCode {
  if (gate === null || gate.word === 'pass') return EXIT.pass;
  if (gate.word === 'fail') return EXIT.gateFailed;
  if (inconclusive === undefined) return EXIT.inconclusive;
  return inconclusive === 'pass' ? EXIT.pass : EXIT.gateFailed;
}

/** Prints the verdict and answers with its exit code. */
export function concludeGate(gate: GateVerdict | null, inconclusive: InconclusiveChoice | undefined): ExitCode {
  const lines = gate === null ? [] : [...verdictLines(gate), ...warningOf(gate, inconclusive)];
  for (const line of lines) process.stderr.write(`${line}\n`);
  return gateExit(gate, inconclusive);
}

const warningOf = ({ word }: GateVerdict, inconclusive: InconclusiveChoice | undefined): readonly string[] =>
  word === 'inconclusive' && inconclusive === 'pass'
    ? ['Warning: nothing is proven; --inconclusive pass lets it through.']
    : [];
