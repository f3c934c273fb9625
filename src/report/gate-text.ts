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

/** How a word is said to people. */
export const GATE_WORDS: Readonly<Record<GateWord, string>> = {
  pass: 'passed',
  fail: 'FAILED',
  inconclusive: 'could not tell',
};

/** What was asked, where, and of which arm: unique where one question is asked of several cells and arms. */
export const askedText = ({ name, cellId, armId }: GateFinding): string =>
  [name, cellId, armId].filter((part, at) => part !== null && (at === 0 || !name.includes(part))).join(' · ');

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
  return `${quantityText(value, unit)} [${quantityText(low, unit)}–${quantityText(high, unit)}]`;
}

/** What the value is held against. */
export const limitText = ({ limit, unit }: GateFinding): string => quantityText(limit, unit);

/** The smallest change that would have been seen, as a ratio; a dash where there is none. */
export const detectableText = ({ smallestDetectable }: GateFinding): string =>
  smallestDetectable === null ? '–' : times(smallestDetectable);

const ORDER: readonly GateWord[] = ['fail', 'inconclusive', 'pass'];

/** What failed first, then what could not be told; within a word as the gate has them. */
export const byWeight = (findings: readonly GateFinding[]): readonly GateFinding[] =>
  ORDER.flatMap((word) => findings.filter((finding) => finding.word === word));

/** The whole in one sentence: the word, how many, and the finding that stands for it, with its numbers. */
export function gateHeadline({ word, findings, notes }: GateVerdict): string {
  const own = findings.filter((finding) => finding.word === word);
  const [first] = own.toSorted((a, b) => distance(b) - distance(a));
  const closest = word === 'pass' ? own.toSorted((a, b) => distance(a) - distance(b))[0] : first;
  if (closest === undefined) return withoutExample(word, findings, notes);
  const seen = `${askedText(closest)}: ${findingValue(closest)} against ${limitText(closest)}`;
  const [share, all] = [counted(own.length), counted(findings.length)];
  switch (word) {
    case 'pass':
      return `Passed: ${all === '1' ? 'the one check holds' : `all ${all} checks hold`}; closest to its limit is ${seen}.`;
    case 'fail':
      return `FAILED: ${share} of ${checks(findings.length)} ${own.length === 1 ? 'does' : 'do'} not hold; furthest from its limit is ${seen}.`;
    case 'inconclusive':
      return `Could not tell: ${share} of ${checks(findings.length)} ${own.length === 1 ? 'is' : 'are'} undecided and none failed; among them ${seen}.`;
  }
}

/** Where the word is not that of any finding, a note says whose it is. */
function withoutExample(word: GateWord, findings: GateVerdict['findings'], [note]: GateVerdict['notes']): string {
  const said = { pass: 'Passed', fail: 'FAILED', inconclusive: 'Could not tell' }[word];
  const why = note ?? (findings.length === 0 ? 'nothing was there to be judged' : 'no single check says why');
  return `${said}: ${why.replace(/\.$/, '')}.`;
}

const counted = (count: number): string => String(count);
const checks = (count: number): string => (count === 1 ? '1 check' : `${count} checks`);

/** How far the value lies from its limit, as a share of either; nothing measured is furthest of all. */
function distance({ value, limit }: GateFinding): number {
  if (value === null) return Number.POSITIVE_INFINITY;
  if (value === limit) return 0;
  return value > 0 && limit > 0 ? Math.abs(Math.log(value / limit)) : Math.abs(value - limit);
}
