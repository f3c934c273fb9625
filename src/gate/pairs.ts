/** Base against head: at which look the record's pairs decide, and what they say there. */
import type { Difference, GateFinding, GateWord } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import type { GatedComparison, PairGate } from '../scenario/gate.ts';
import { ratioOfPairs } from '../stats/compare.ts';
import { METRICS } from '../stats/metrics.ts';
import type { Ratio } from '../stats/summary.ts';
import { decideLook, type Evidence, largestFamily, type LookOutcome, type LookTaken, takeLooks } from './look.ts';
import { evidenceOf, measuredIn, type MeasuredPairs, pairsByBlock, wholeBlocks } from './pair-evidence.ts';
import { cannotGate, type LookFacts, percent, whyCounted, whyTimed } from './pair-wording.ts';

export interface PairVerdict {
  readonly word: GateWord;
  /** Whether more pairs would not change the verdict: something failed, everything is proven, or the last look is over. */
  readonly decided: boolean;
  /** One per comparison of the family, in its order. */
  readonly findings: readonly GateFinding[];
  readonly notes: readonly string[];
}

/**
 * The verdict of a record's pairs. The looks that the record has reached are taken in order, each over the first so many
 * whole blocks, and the first that decides is the verdict: the same record gives the same one, whenever it is asked and
 * whatever was measured after. Before the first look, and where no look decides, it is inconclusive.
 */
export function judgePairs(record: RunRecord, gate: PairGate): PairVerdict {
  const blocks = wholeBlocks(record);
  const family = gate.family.map((comparison) => ({ comparison, byBlock: pairsByBlock(record, comparison) }));
  const comparedAfter = (pairs: number): readonly Compared[] =>
    family.map(({ comparison, byBlock }) => {
      const measured = measuredIn(byBlock, blocks.slice(0, pairs));
      return { comparison, measured, evidence: evidenceOf(comparison, measured) };
    });
  const taken = takeLooks(gate, blocks.length, (pairs) => comparedAfter(pairs).map(({ evidence }) => evidence));
  if (taken === undefined) return beforeTheFirstLook(comparedAfter(blocks.length), blocks.length, gate);
  const { pairs, decision } = taken;
  const compared = comparedAfter(pairs);
  const said = { ...sharedBy(gate, compared), isLook: true };
  return {
    word: decision.word,
    decided: decision.word !== 'inconclusive' || pairs === gate.looks.at(-1),
    findings: findingsOf(compared, decision.outcomes, said),
    notes: [...notesOf(compared, taken, { gate, measured: blocks.length }), ...attainability(pairs, said)],
  };
}

/** One comparison of the family, and what some blocks have of it. */
interface Compared {
  readonly comparison: GatedComparison;
  readonly measured: MeasuredPairs;
  readonly evidence: Evidence;
}

/** The same for the whole family: what its timed metrics share. */
type Shared = Pick<LookFacts, 'alphaLook' | 'timed'>;

const sharedBy = ({ alpha, looks }: PairGate, compared: readonly Compared[]): Shared => ({
  alphaLook: alpha / looks.length,
  timed: compared.filter(({ evidence }) => evidence.kind === 'timed').length,
});

/** What there is, described: a word before the first look would be a look of its own. */
function beforeTheFirstLook(compared: readonly Compared[], pairs: number, gate: PairGate): PairVerdict {
  const shared = sharedBy(gate, compared);
  const { outcomes } = decideLook(
    compared.map(({ evidence }) => evidence),
    shared.alphaLook,
  );
  const open = outcomes.map((outcome): LookOutcome => ({ ...outcome, word: 'inconclusive' }));
  return {
    word: 'inconclusive',
    decided: false,
    findings: findingsOf(compared, open, { ...shared, isLook: false }),
    notes: [`${counted(pairs, 'pair')} measured; the first look is after ${gate.looks[0] ?? 0}.`],
  };
}

function findingsOf(
  compared: readonly Compared[],
  outcomes: readonly LookOutcome[],
  said: Omit<LookFacts, keyof LookOutcome>,
): GateFinding[] {
  return compared.flatMap((one, at) => {
    const outcome = outcomes[at];
    return outcome === undefined ? [] : [findingOf(one, { ...outcome, ...said })];
  });
}

function findingOf({ comparison, measured, evidence }: Compared, facts: LookFacts): GateFinding {
  const { cellId, armId, baseArmId, metric } = comparison;
  const head = {
    kind: 'pair',
    name: `${metric} of ${armId} against ${baseArmId} in ${cellId}`,
    cellId,
    armId,
    metric,
    word: facts.word,
    unit: 'ratio',
    count: measured.pairs.length,
  } as const;
  if (evidence.kind === 'counted') {
    const because = whyCounted(evidence, measured, comparison, facts);
    return { ...head, ...countedNumbers(measured, comparison), because };
  }
  const ratio = ratioOf(comparison, measured);
  return { ...head, ...timedNumbers(ratio, comparison, facts), because: whyTimed(evidence, ratio, comparison, facts) };
}

function ratioOf({ metric, margin }: GatedComparison, { pairs }: MeasuredPairs): Ratio | undefined {
  return ratioOfPairs({ metric, pairs, higherIsBetter: METRICS[metric].higherIsBetter, margin });
}

type Numbers = Pick<GateFinding, 'difference' | 'value' | 'low' | 'high' | 'limit' | 'smallestDetectable'>;

function timedNumbers(ratio: Ratio | undefined, { metric, margin }: GatedComparison, { word }: LookFacts): Numbers {
  return {
    // A floor is lower than the margin that the word is about: what fails is surely slower.
    difference: word === 'fail' ? 'slower' : (ratio?.word ?? 'inconclusive'),
    value: ratio?.ratio ?? null,
    low: ratio?.low95 ?? null,
    high: ratio?.high95 ?? null,
    limit: METRICS[metric].higherIsBetter ? 1 / (1 + margin) : 1 + margin,
    smallestDetectable:
      ratio !== undefined && Number.isFinite(ratio.smallestDetectable) ? ratio.smallestDetectable : null,
  };
}

/** The value is the worst pair's ratio; the interval holds all of them. */
function countedNumbers({ pairs }: MeasuredPairs, { metric }: GatedComparison): Numbers {
  const ratios = pairs.flatMap(({ arm, base }) => (arm === base ? [1] : arm > 0 && base > 0 ? [arm / base] : []));
  const isKnown = ratios.length === pairs.length && pairs.length > 0;
  const [low, high] = isKnown ? [Math.min(...ratios), Math.max(...ratios)] : [null, null];
  const signs = pairs.map(({ arm, base }) => Math.sign(arm - base) * (METRICS[metric].higherIsBetter ? -1 : 1));
  return {
    difference: countedDifference(signs),
    value: METRICS[metric].higherIsBetter ? low : high,
    low,
    high,
    limit: 1,
    smallestDetectable: pairs.length > 0 ? 1 : null,
  };
}

function countedDifference(signs: readonly number[]): Difference {
  if (signs.length === 0) return 'inconclusive';
  if (signs.includes(1)) return 'slower';
  return signs.includes(-1) ? 'faster' : 'equivalent';
}

function notesOf(
  compared: readonly Compared[],
  { pairs, decision }: LookTaken,
  { gate, measured }: { readonly gate: PairGate; readonly measured: number },
): string[] {
  const looks = gate.looks.join(', ');
  const alarms = `false alarms in at most ${percent(gate.alpha)} of runs`;
  const further = measured > pairs ? `; ${measured} pairs were measured` : '';
  return [
    `Judged after ${counted(pairs, 'pair')} (looks after ${looks}; ${alarms})${further}.`,
    ...compared.flatMap(({ comparison, measured: found, evidence }, at) => {
      if (decision.outcomes[at]?.word !== 'inconclusive' || evidence.kind === 'counted') return [];
      return cannotGate(comparison, ratioOf(comparison, found)) ?? [];
    }),
  ];
}

function attainability(pairs: number, { alphaLook, timed }: Shared): string[] {
  const largest = largestFamily(pairs, alphaLook);
  if (timed <= largest) return [];
  return [
    `After ${counted(pairs, 'pair')} no single one of ${timed} metrics could have failed: at most ${largest} can be gated by so few.`,
  ];
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
