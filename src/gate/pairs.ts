/** Base against head: at which look the record's pairs decide, and what they say there. */
import type { Difference, GateFinding, GateWord } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import type { GatedComparison, PairGate } from '../scenario/gate.ts';
import { ratioOfPairs } from '../stats/compare.ts';
import { METRICS } from '../stats/metrics.ts';
import type { Ratio } from '../stats/summary.ts';
import { decideLook, type Evidence, largestFamily, type LookDecision, type LookOutcome } from './look.ts';
import { evidenceOf, measuredPairs, type MeasuredPairs, wholeBlocks } from './pair-evidence.ts';
import { cannotGate, type LookFacts, whyCounted, whyTimed } from './pair-wording.ts';

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
  const reached = gate.looks.filter((look) => look <= blocks.length);
  const alphaLook = gate.alpha / gate.looks.length;
  let judged: Judged | undefined;
  for (const look of reached) {
    judged = judgeBlocks(record, gate, blocks.slice(0, look));
    if (judged.decision.word !== 'inconclusive') break;
  }
  if (judged === undefined) return beforeTheFirstLook(judgeBlocks(record, gate, blocks), gate, alphaLook);
  const { word, outcomes } = judged.decision;
  return {
    word,
    decided: word !== 'inconclusive' || reached.length === gate.looks.length,
    findings: findingsOf(judged, { alphaLook, outcomes, isLook: true }),
    notes: [...notesOf(judged, gate, blocks.length), ...attainability(judged, alphaLook)],
  };
}

/** Some blocks, and what they say. */
interface Judged {
  readonly pairs: number;
  readonly compared: readonly Compared[];
  readonly decision: LookDecision;
}

interface Compared {
  readonly comparison: GatedComparison;
  readonly measured: MeasuredPairs;
  readonly evidence: Evidence;
}

function judgeBlocks(record: RunRecord, gate: PairGate, blocks: readonly number[]): Judged {
  const compared = gate.family.map((comparison) => {
    const measured = measuredPairs(record, comparison, blocks);
    return { comparison, measured, evidence: evidenceOf(comparison, measured) };
  });
  const family = compared.map(({ evidence }) => evidence);
  return { pairs: blocks.length, compared, decision: decideLook(family, gate.alpha / gate.looks.length) };
}

/** What there is, described: a word before the first look would be a look of its own. */
function beforeTheFirstLook(judged: Judged, gate: PairGate, alphaLook: number): PairVerdict {
  const outcomes = judged.decision.outcomes.map((outcome): LookOutcome => ({ ...outcome, word: 'inconclusive' }));
  return {
    word: 'inconclusive',
    decided: false,
    findings: findingsOf(judged, { alphaLook, outcomes, isLook: false }),
    notes: [`${counted(judged.pairs, 'pair')} measured; the first look is after ${gate.looks[0] ?? 0}.`],
  };
}

interface Said {
  readonly alphaLook: number;
  readonly outcomes: readonly LookOutcome[];
  readonly isLook: boolean;
}

function findingsOf({ compared, pairs }: Judged, { alphaLook, outcomes, isLook }: Said): GateFinding[] {
  const timed = compared.filter(({ evidence }) => evidence.kind === 'timed').length;
  return compared.flatMap((one, at) => {
    const outcome = outcomes[at];
    if (outcome === undefined) return [];
    return [findingOf(one, { ...outcome, alphaLook, timed, due: pairs, isLook })];
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
  const { higherIsBetter } = METRICS[metric];
  const ratio = ratioOfPairs({ metric, pairs: measured.pairs, higherIsBetter, margin: comparison.margin });
  return { ...head, ...timedNumbers(ratio, comparison, facts), because: whyTimed(evidence, ratio, comparison, facts) };
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

function notesOf({ pairs, compared, decision }: Judged, gate: PairGate, measured: number): string[] {
  const looks = gate.looks.join(', ');
  const further = measured > pairs ? `; ${measured} pairs were measured` : '';
  return [
    `Judged after ${counted(pairs, 'pair')} (looks after ${looks}; false alarms in at most ${gate.alpha * 100} % of runs)${further}.`,
    ...compared.flatMap(({ comparison, measured: { pairs: found } }, at) => {
      if (decision.outcomes[at]?.word === 'fail' || comparison.exact) return [];
      const { metric, margin } = comparison;
      const { higherIsBetter } = METRICS[metric];
      return cannotGate(comparison, ratioOfPairs({ metric, pairs: found, higherIsBetter, margin })) ?? [];
    }),
  ];
}

function attainability({ pairs, compared }: Judged, alphaLook: number): string[] {
  const timed = compared.filter(({ evidence }) => evidence.kind === 'timed').length;
  const largest = largestFamily(pairs, alphaLook);
  if (timed <= largest) return [];
  return [
    `After ${counted(pairs, 'pair')} no single one of ${timed} metrics could have failed: at most ${largest} can be gated by so few.`,
  ];
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
