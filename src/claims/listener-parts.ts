/** What the claims about listeners are made of: each condition with what was found. */
import { type ArticleTransport, sideOf } from '../scenario/article-sides.ts';
import type { Arm } from '../scenario/plan.ts';
import { compareArms } from '../stats/compare.ts';
import { chanceOfSplit } from '../stats/estimate.ts';
import { type SlopeRatio, slopeRatio } from '../stats/line.ts';
import {
  cpuShare,
  type ListenersStep,
  type MemoryMeasure,
  memoryPoints,
  stepsOfArm,
  type UpdateMeasure,
  updatePairs,
} from '../stats/listeners.ts';
import { median } from '../stats/order-statistics.ts';
import type { Comparison, MetricName, Summary } from '../stats/summary.ts';
import type { StudyEvidence } from './define-study.ts';
import { percent, size, times, timesWithInterval } from './quantity.ts';
import { everyTruth, isBetter, isNotWorse, type Part, type Truth } from './verdict.ts';

/** The steps of the two sides. */
export interface Sides {
  readonly sse: readonly ListenersStep[];
  readonly websocket: readonly ListenersStep[];
}

/** "Dozens": the smallest number of listeners from here on that was measured. */
const DOZENS = 48;
/** "Next to nothing", for so many: this share of one core, and so much memory. */
const FEW_SHARE = 0.05;
const FEW_BYTES = 50 * 2 ** 20;
/** The margin within which a difference is not worth a choice. */
const MARGIN = 1.05;

/** The arms of every scenario of this study, in the plan's order; not those over an emulated network, whose relay holds bytes too. */
export const armsIn = ({ record }: Summary): readonly Arm[] =>
  record.plan.studies
    .filter(({ study }) => study === 'listeners')
    .flatMap(({ arms }) => arms.filter(({ variant }) => variant.network === 'lo'));

/** `undefined` where one of the two was not measured. */
export function sidesIn({ summary, steps }: StudyEvidence<'listeners'>): Sides | undefined {
  const arms = armsIn(summary);
  const of = (transport: ArticleTransport): readonly ListenersStep[] => {
    const arm = sideOf(arms, transport);
    return arm === undefined ? [] : stepsOfArm(steps, arm.id);
  };
  const sides = { sse: of('sse'), websocket: of('websocket') };
  return sides.sse.length === 0 || sides.websocket.length === 0 ? undefined : sides;
}

/** Slopes of several scenarios are not one slope: the scenario with the most numbers of connections has it. */
export function ladder(steps: readonly ListenersStep[]): readonly ListenersStep[] {
  const levels = (scenario: string): number =>
    new Set(steps.filter((step) => step.scenario === scenario).map(({ data }) => data.listeners)).size;
  const [first] = [...new Set(steps.map(({ scenario }) => scenario))].toSorted((a, b) => levels(b) - levels(a));
  return steps.filter(({ scenario }) => scenario === first);
}

const dozensOf = (steps: readonly ListenersStep[]): readonly ListenersStep[] => {
  const enough = steps.filter(({ data }) => data.listeners >= DOZENS);
  const fewest = Math.min(...enough.map(({ data }) => data.listeners));
  return enough.filter(({ data }) => data.listeners === fewest);
};

const addedBytes = ({ data: { memory } }: ListenersStep): number => memory.connected.rssBytes - memory.before.rssBytes;
const receivingShare = ({ data }: ListenersStep): number => cpuShare(data.receiving);

export function nextToNothing({ sse, websocket }: Sides): Part {
  const [ours, theirs] = [fewSeen(sse), fewSeen(websocket)];
  const both = [sse, websocket].every((steps) => isNextToNothing(dozensOf(steps)) === true) ? ', true of both' : '';
  const seen =
    ours === undefined
      ? `no step had ${DOZENS} listeners`
      : `SSE ${ours}, WebSocket ${theirs ?? 'not measured'}${both}`;
  return { of: 'next to nothing', holds: isNextToNothing(dozensOf(sse)), seen };
}

function isNextToNothing(steps: readonly ListenersStep[]): Truth {
  if (steps.length === 0) return undefined;
  return everyTruth([allWithin(steps.map(addedBytes), FEW_BYTES), allWithin(steps.map(receivingShare), FEW_SHARE)]);
}

function allWithin(values: readonly number[], limit: number): Truth {
  if (values.every((value) => value <= limit)) return true;
  return values.every((value) => value > limit) ? false : undefined;
}

export function fewSeen(steps: readonly ListenersStep[]): string | undefined {
  const few = dozensOf(steps);
  const [first] = few;
  if (first === undefined) return undefined;
  const added = size(Math.max(...few.map(addedBytes)));
  return `${first.data.listeners} listeners at most ${added} and ${percent(Math.max(...few.map(receivingShare)))} of a core`;
}

function ratioOf({ sse, websocket }: Sides, measure: MemoryMeasure): SlopeRatio | undefined {
  const points = (steps: readonly ListenersStep[]) => memoryPoints(ladder(steps), measure);
  return slopeRatio(points(sse), points(websocket));
}

const ratioSeen = (ratio: SlopeRatio | undefined): string =>
  ratio === undefined ? 'no straight line to compare' : `SSE ${timesWithInterval(ratio)} WebSocket`;

export function lessMemory(of: string, sides: Sides, measure: MemoryMeasure): Part {
  const ratio = ratioOf(sides, measure);
  return { of, holds: isLess(ratio), seen: ratioSeen(ratio) };
}

function isLess(ratio: SlopeRatio | undefined): Truth {
  if (ratio === undefined) return undefined;
  if (ratio.high <= 1 / MARGIN) return true;
  return ratio.low > 1 / MARGIN ? false : undefined;
}

export function lessCpu(sides: Sides): Part {
  const found = compared(sides, { measure: 'cpu', metric: 'endpoint-cpu-per-message' });
  return { of: 'CPU per update', holds: isBetter(found), seen: comparisonSeen(found) };
}

export function memoryNotWorse(sides: Sides): Part {
  const ratio = ratioOf(sides, 'heap-resting');
  return { of: 'memory at rest', holds: isWithinMargin(ratio), seen: ratioSeen(ratio) };
}

function isWithinMargin(ratio: SlopeRatio | undefined): Truth {
  if (ratio === undefined) return undefined;
  if (ratio.high <= MARGIN) return true;
  return ratio.low > MARGIN ? false : undefined;
}

interface Question {
  readonly measure: UpdateMeasure;
  readonly metric: MetricName;
  readonly exact?: boolean;
}

/** SSE ÷ WebSocket. */
const compared = ({ sse, websocket }: Sides, { measure, metric, exact = false }: Question): Comparison | undefined =>
  compareArms({
    metric,
    armId: 'sse',
    baseArmId: 'websocket',
    pairs: updatePairs(sse, websocket, measure),
    higherIsBetter: false,
    margin: MARGIN - 1,
    exact,
  });

const comparisonSeen = (found: Comparison | undefined): string =>
  found === undefined
    ? 'no pair of steps to compare'
    : `SSE ${times(found.ratio)} WebSocket${found.word === 'inconclusive' ? ', which is not sure' : ''}`;

export function notWorse(of: string, sides: Sides, question: Question): Part {
  const found = compared(feedOf(sides), question);
  return { of, holds: question.exact === true ? countedWithin(found) : isNotWorse(found), seen: comparisonSeen(found) };
}

/** What is counted has no interval, but the margin is the same. */
const countedWithin = (found: Comparison | undefined): Truth =>
  found?.exact === true ? found.ratio <= MARGIN : isNotWorse(found);

/** The scenario in which a listener is cut off is the feed of somebody who only listens; without one, all steps are. */
export function feedOf({ sse, websocket }: Sides): Sides {
  const cut = (steps: readonly ListenersStep[]) => steps.filter(({ data }) => data.cutOff !== null);
  const [ours, theirs] = [cut(sse), cut(websocket)];
  return ours.length === 0 || theirs.length === 0 ? { sse, websocket } : { sse: ours, websocket: theirs };
}

interface Losses {
  readonly cuts: number;
  readonly published: number;
  readonly own: number;
  readonly others: number;
  /** Cut → listening again, the median; `undefined` where the clients came back by themselves. */
  readonly backNs: number | undefined;
}

export function lossesOf(steps: readonly ListenersStep[]): Losses {
  const cuts = steps.flatMap(({ data }) => data.cutOff ?? []);
  const back = cuts.flatMap(({ backNs }) => backNs ?? []);
  return {
    cuts: cuts.length,
    published: cuts.reduce((sum, { cut }) => sum + cut.published, 0),
    own: cuts.reduce((sum, { cut }) => sum + cut.lost, 0),
    others: cuts.reduce((sum, { others }) => sum + others.lost, 0),
    backNs: back.length === 0 ? undefined : median(back),
  };
}

const SURE = 0.05;

export function lossWhenCut(sides: Sides): Part {
  const [ours, theirs] = [lossesOf(sides.sse), lossesOf(sides.websocket)];
  const of = 'loss when cut off';
  if (ours.cuts === 0 || theirs.cuts === 0) return { of, holds: undefined, seen: 'no listener was cut off' };
  const seen = `SSE ${ours.own} of ${ours.published}, WebSocket ${theirs.own} of ${theirs.published}, the others ${ours.others} and ${theirs.others}`;
  return { of, holds: everyTruth([losesNoMore(ours.own, theirs.own), ours.others <= theirs.others]), seen };
}

function losesNoMore(ours: number, theirs: number): Truth {
  if (ours <= theirs) return true;
  return chanceOfSplit(ours, theirs) < SURE ? false : undefined;
}
