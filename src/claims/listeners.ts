/** Prose: what those who only listen cost a server, and how they fare. */
import { sideOf } from '../scenario/article-sides.ts';
import type { Arm } from '../scenario/plan.ts';
import {
  fullest,
  type ListenersStep,
  type MemoryMeasure,
  memorySlope,
  stepsOfArm,
  UPDATE_MEASURES,
} from '../stats/listeners.ts';
import { median } from '../stats/order-statistics.ts';
import { defineStudyClaim, type StudyEvidence, type StudyMeasured } from './define-study.ts';
import {
  armsIn,
  feedOf,
  fewSeen,
  ladder,
  lessCpu,
  lessMemory,
  lossesOf,
  lossWhenCut,
  memoryNotWorse,
  nextToNothing,
  notWorse,
  sidesIn,
} from './listener-parts.ts';
import { cpu, size, time } from './quantity.ts';
import { verdictOf } from './verdict.ts';

export const manyListeners = defineStudyClaim({
  kind: 'prose',
  id: 'many-listeners',
  label: 'Many listeners',
  claimed: 'Dozens of listeners cost a server next to nothing over SSE, and less than over WebSockets.',
  rule:
    'Next to nothing: true if, with the smallest number of listeners from 48 on, every repetition added at most 50 MiB of resident memory and used at most 5 % of a core while receiving. ' +
    'Less: true if memory per listener (slope over the numbers of connections; heap just connected, and heap at rest) and endpoint CPU per update are at least 5 % below WebSocket at 95 %.',
  study: 'listeners',
  wouldAnswer: 'run idle-listeners: memory and CPU of the endpoint over a growing number of listeners',
  measure: (evidence) => measuredBy(evidence, (steps) => [fewSeen(steps), slopeLine(steps), updateLine(steps)]),
  judge: (evidence) => {
    const sides = sidesIn(evidence);
    if (sides === undefined) return undefined;
    return verdictOf([
      nextToNothing(sides),
      lessMemory('memory just connected', sides, 'heap-connected'),
      lessMemory('memory at rest', sides, 'heap-resting'),
      lessCpu(sides),
    ]);
  },
});

export const passiveListener = defineStudyClaim({
  kind: 'prose',
  id: 'passive-listener',
  label: 'Passive listeners',
  claimed: 'SSE suits those who only listen better: dashboards, change feeds, updates of records.',
  rule:
    'True if SSE is not worse than WebSocket by more than 5 % in each of: memory per listener at rest (slope, 95 %), endpoint CPU per update and median delivery (one-sided 95 % over pairs of repetitions), bytes per update (counted); ' +
    'and if a listener that is cut off and opens a new session at once does not lose more (sign test, 95 %), nor the others anything.',
  study: 'listeners',
  wouldAnswer: 'run idle-listeners ticket-updates: memory, CPU, bytes and delivery, and one listener cut off',
  measure: (evidence) => measuredBy(evidence, (steps) => [slopeLine(steps), updateLine(steps), cutLine(steps)]),
  judge: (evidence) => {
    const sides = sidesIn(evidence);
    if (sides === undefined) return undefined;
    return verdictOf([
      memoryNotWorse(sides),
      notWorse('CPU per update', sides, { measure: 'cpu', metric: 'endpoint-cpu-per-message' }),
      notWorse('bytes per update', sides, { measure: 'bytes', metric: 'wire-down-per-message', exact: true }),
      notWorse('delivery', sides, { measure: 'delivery', metric: 'delivery.p50' }),
      lossWhenCut(sides),
    ]);
  },
});

function measuredBy(
  { summary, steps }: StudyEvidence<'listeners'>,
  linesOf: (steps: readonly ListenersStep[]) => readonly (string | undefined)[],
): StudyMeasured {
  const arms = armsIn(summary);
  const lines = (own: readonly ListenersStep[]): readonly string[] => linesOf(own).filter((line) => line !== undefined);
  const [sse, websocket] = [sideOf(arms, 'sse'), sideOf(arms, 'websocket')];
  const others = arms.filter(({ id }) => id !== sse?.id && id !== websocket?.id);
  const ofArm = (arm: Arm | undefined): readonly string[] =>
    arm === undefined ? [] : lines(stepsOfArm(steps, arm.id));
  return {
    sse: ofArm(sse),
    websocket: ofArm(websocket),
    others: Object.fromEntries(others.map((arm) => [arm.title, ofArm(arm)])),
  };
}

function slopeLine(steps: readonly ListenersStep[]): string | undefined {
  const rungs = ladder(steps);
  const slope = (measure: MemoryMeasure): string => {
    const line = memorySlope(rungs, measure);
    return line === undefined ? 'no line' : size(line.slope);
  };
  const most = fullest(rungs);
  const [first] = most;
  if (first === undefined || new Set(rungs.map(({ data }) => data.listeners)).size < 2) return undefined;
  const sockets = (state: 'connected' | 'resting'): string =>
    (first.data.sockets[state].endpoint / first.data.listeners).toFixed(1);
  return `per listener: ${sockets('connected')} sockets, ${slope('heap-connected')}; at rest ${sockets('resting')}, ${slope('heap-resting')}`;
}

function updateLine(steps: readonly ListenersStep[]): string | undefined {
  const most = fullest(feedOf({ sse: steps, websocket: steps }).sse);
  const [used, wire, delivered] = (['cpu', 'bytes', 'delivery'] as const).map((measure) =>
    most.flatMap((step) => UPDATE_MEASURES[measure](step) ?? []),
  );
  if (used === undefined || wire === undefined || delivered === undefined || used.length === 0) return undefined;
  return `per update: CPU ${cpu(median(used))}, ${size(median(wire))}, p50 ${time(median(delivered))}`;
}

function cutLine(steps: readonly ListenersStep[]): string | undefined {
  const { cuts, own, published, backNs } = lossesOf(steps);
  if (cuts === 0) return undefined;
  return `cut off: lost ${own} of ${published}${backNs === undefined ? '' : `, back after ${time(backNs)}`}`;
}
