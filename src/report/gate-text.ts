/** What the gate said, in words: one sentence for the whole, one row for each thing that was asked. */
import {
  cpu,
  percent,
  plain,
  rate,
  size,
  time,
  times,
  timesWithInterval,
  timeWithInterval,
} from '../claims/quantity.ts';
import type { GateFinding, GateVerdict, GateWord } from '../result/findings.ts';
import { NS_PER_US } from '../units.ts';

/** A word before what it is said of. */
export const GATE_WORDS: Readonly<Record<GateWord, string>> = {
  pass: 'passed',
  fail: 'FAILED',
  inconclusive: 'undecided',
};

/** What was asked, where, and of which arm: unique where one question is asked of several cells and arms. */
export const askedText = ({ name, cellId, armId }: GateFinding): string =>
  [name, ...[cellId, armId].filter((id) => id !== null).filter((id) => !names(name, id))].join(' · ');

/** What may stand before or behind an id within a longer one. */
const OF_LONGER_ID = /[\w.+@#[\]/-]/;

/** Whether the id stands in the text by itself: `sse` does not in `sse+wan`. */
function names(text: string, id: string): boolean {
  if (id === '') return true;
  const between = text.split(id);
  return between
    .slice(1)
    .some((after, at) => !OF_LONGER_ID.test(between[at]?.at(-1) ?? '') && !OF_LONGER_ID.test(after.at(0) ?? ''));
}

type Unit = GateFinding['unit'];

const SAY: Readonly<Record<Unit, (value: number) => string>> = {
  ns: time,
  us: cpu,
  'per-second': (value) => `${rate(value)}/s`,
  bytes: size,
  share: percent,
  count: plain,
  ratio: times,
};

/** A number of a finding, in the unit that fits. */
const quantityText = (value: number, unit: Unit): string => SAY[unit](value);

/** `1.12× [1.08–1.16]`; the value alone where it has no interval, and what it says where nothing was measured. */
export function findingValue({ value, low, high, unit }: GateFinding): string {
  if (value === null) return 'nothing measured';
  if (low === null || high === null || low === high) return quantityText(value, unit);
  const span = { value, low, high };
  if (unit === 'ns') return timeWithInterval(span);
  if (unit === 'us')
    return timeWithInterval({ value: value * NS_PER_US, low: low * NS_PER_US, high: high * NS_PER_US });
  if (unit === 'ratio') return timesWithInterval(span);
  if (unit === 'per-second') return `${rate(value)}/s [${rate(low)}–${rate(high)}]`;
  return `${quantityText(value, unit)} [${quantityText(low, unit)}–${quantityText(high, unit)}]`;
}

/** What the value is held against. */
export const limitText = ({ limit, unit }: GateFinding): string => quantityText(limit, unit);

/** The smallest change that would have been seen, as a ratio; a dash where there is none. */
export const detectableText = ({ smallestDetectable }: GateFinding): string =>
  smallestDetectable === null ? '–' : times(smallestDetectable);

/** The findings that a page shows, and how many passed that it does not. */
export interface ShownFindings {
  readonly shown: readonly GateFinding[];
  readonly passedBesides: number;
}

/** What passed is listed up to here; what failed or is undecided always is. */
const MOST_PASSED = 20;

/** What failed first, then what could not be told; within a word as the gate has them. */
export function findingsByWeight({ findings }: GateVerdict): ShownFindings {
  const of = (word: GateWord): readonly GateFinding[] => findings.filter((finding) => finding.word === word);
  const passed = of('pass');
  return {
    shown: [...of('fail'), ...of('inconclusive'), ...passed.slice(0, MOST_PASSED)],
    passedBesides: Math.max(0, passed.length - MOST_PASSED),
  };
}

/** What stands below the rows: that some are not shown, and what must be said about the whole. */
export const gateNotes = ({ notes }: GateVerdict, passedBesides: number): readonly string[] => [
  ...(passedBesides === 0 ? [] : [`${passedBesides} more passed; they are in the record`]),
  ...notes,
];

/** The whole in one sentence: the word, how many, and the finding that stands for it, with its numbers. */
export function gateHeadline({ word, findings, notes }: GateVerdict): string {
  const own = findings.filter((finding) => finding.word === word);
  const byDistance = own.toSorted((a, b) => distance(b) - distance(a));
  // What passed is as safe as the one that came closest; what failed is as bad as the worst.
  const example = word === 'pass' ? byDistance.at(-1) : byDistance[0];
  if (example === undefined) return withoutExample(word, findings, notes);
  const seen = `${askedText(example)}: ${findingValue(example)} against ${limitText(example)}`;
  const checks = findings.length === 1 ? 'the one check' : `${own.length} of ${findings.length} checks`;
  const isOne = own.length === 1;
  switch (word) {
    case 'pass':
      return `Passed: ${checks} ${isOne ? 'holds' : 'hold'}; closest to its limit is ${seen}.`;
    case 'fail':
      return `FAILED: ${checks} ${isOne ? 'does' : 'do'} not hold; furthest from its limit is ${seen}.`;
    case 'inconclusive':
      return `Could not tell: ${checks} ${isOne ? 'is' : 'are'} undecided, for example ${seen}.`;
  }
}

const SAID: Readonly<Record<GateWord, string>> = { pass: 'Passed', fail: 'FAILED', inconclusive: 'Could not tell' };

/** Where the word is not that of any finding, a note says whose it is. */
function withoutExample(word: GateWord, findings: GateVerdict['findings'], notes: GateVerdict['notes']): string {
  // What overturns all findings is said last.
  const note = findings.length === 0 ? notes[0] : notes.at(-1);
  const why = note ?? (findings.length === 0 ? 'nothing was there to be judged' : 'no single check says why');
  return `${SAID[word]}: ${why.replace(/\.$/, '')}.`;
}

/** How far the value lies from its limit, as a share of either; nothing measured is furthest of all. */
function distance({ value, limit }: GateFinding): number {
  if (value === null) return Number.POSITIVE_INFINITY;
  if (value === limit) return 0;
  return value > 0 && limit > 0 ? Math.abs(Math.log(value / limit)) : Math.abs(value - limit);
}
