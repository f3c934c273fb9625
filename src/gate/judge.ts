/** What a run was judged to be, from its record alone: every part of its gate, one after the other, and one word for all. */
import { discardedTrials, withDiscardedPutBack } from '../result/attempts.ts';
import type { GateFinding, GateVerdict, GateWord } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import type { GatePlan, PairGate } from '../scenario/gate.ts';
import { baselineNotes, judgeBaseline } from './baseline.ts';
import { judgePairs } from './pairs.ts';
import { judgeThresholds } from './thresholds.ts';

/** One part of a gate. */
interface Part {
  readonly word: GateWord;
  readonly findings: readonly GateFinding[];
  readonly notes: readonly string[];
}

/**
 * The verdict that the plan's gate asks for; `null` where it asks for nothing. The same record gives the same verdict.
 * One that would be another with the disturbed attempts put back is no verdict: what was measured again has decided it.
 */
export function judge(record: RunRecord): GateVerdict | null {
  const verdict = judgeCounting(record);
  if (verdict === null || verdict.word === 'inconclusive' || discardedTrials(record).length === 0) return verdict;
  const word = judgeCounting(withDiscardedPutBack(record))?.word;
  if (word === verdict.word) return verdict;
  const note = `Of the blocks as they are the verdict is ${verdict.word}; with their disturbed attempts put back it is ${word ?? 'none'}: undecided.`;
  return { ...verdict, word: 'inconclusive', notes: [...verdict.notes, note] };
}

/** Whether more pairs could change nothing: the pairs have decided, and would have with their disturbed attempts put back. */
export function isDecided(record: RunRecord, gate: PairGate): boolean {
  const verdict = judgePairs(record, gate);
  if (!verdict.decided || discardedTrials(record).length === 0) return verdict.decided;
  return judgePairs(withDiscardedPutBack(record), gate).word === verdict.word;
}

/** Over the attempts that count. */
function judgeCounting(record: RunRecord): GateVerdict | null {
  const { gate } = record.plan;
  if (gate === undefined || asksNothing(gate)) return null;
  const parts = partsOf(record, gate);
  return {
    word: wordOf(parts.map(({ word }) => word)),
    findings: parts.flatMap((part) => part.findings),
    notes: [...parts.flatMap((part) => part.notes), ...notesOn(record)],
  };
}

const asksNothing = ({ thresholds, pairs, baseline }: GatePlan): boolean =>
  thresholds.length === 0 && pairs === undefined && baseline === undefined;

/** In the order in which they are shown. */
const partsOf = (record: RunRecord, gate: GatePlan): readonly Part[] => [
  ...(gate.thresholds.length === 0 ? [] : [partOf(judgeThresholds(record, gate.thresholds), [])]),
  ...(gate.pairs === undefined ? [] : [judgePairs(record, gate.pairs)]),
  ...(gate.baseline === undefined ? [] : [partOf(judgeBaseline(record, gate.baseline), baselineNotes(gate.baseline))]),
];

const partOf = (findings: readonly GateFinding[], notes: readonly string[]): Part => ({
  word: wordOf(findings.map(({ word }) => word)),
  findings,
  notes,
});

/** One that fails makes the whole fail; one that is open leaves it open; and nothing judged is not a pass. */
export function wordOf(words: readonly GateWord[]): GateWord {
  if (words.includes('fail')) return 'fail';
  return words.length === 0 || words.includes('inconclusive') ? 'inconclusive' : 'pass';
}

function notesOn(record: RunRecord): readonly string[] {
  const again = new Set(discardedTrials(record).map(({ block }) => block)).size;
  const isCutOff = record.status === 'partial' || record.status === 'running';
  return [
    ...(again === 0 ? [] : [`${again === 1 ? '1 block was' : `${again} blocks were`} disturbed and measured again.`]),
    ...(isCutOff ? [`The run was cut off after ${record.trials.length} of ${record.plan.trials.length} trials.`] : []),
  ];
}
