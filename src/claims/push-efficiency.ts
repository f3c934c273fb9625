/** Row: what a pushed message costs, one-way and amid calls. */
import type { Arm } from '../scenario/plan.ts';
import { hasBoth } from '../scenario/directions.ts';
import type { CellSummary, MetricName, Summary } from '../stats/summary.ts';
import { defineClaim, type Evidence } from './define.ts';
import { cellLabel, cellsOf, comparisonOf, estimateOf, estimatesOf, extremes, whyNoEstimate } from './evidence.ts';
import { cpu, cpuRange, sizeRange, time, timeRange, times } from './quantity.ts';
import { isBetter, isNotWorse, type Part, type Truth, verdictOf } from './verdict.ts';

const CPU = 'endpoint-cpu-per-message';

/** One-way: SSE need only not be worse. Interactive: WebSocket must be better. Endpoint processor time decides. */
export const pushEfficiency = defineClaim({
  kind: 'row',
  id: 'push-efficiency',
  label: 'Server Push Efficiency',
  claimed: { sse: 'High for frequent, one-way updates', websocket: 'High for interactive, bidirectional flows' },
  rule:
    'One-way (each level of notifications and, where it was run, of fan-out): true if endpoint CPU per event over SSE is not more than 5 % above WebSocket (one-sided 95 %); false if it is clearly above. ' +
    'Interactive (duplex with both directions under way): true if endpoint CPU per message over WebSocket is at least 5 % below SSE and neither pushes nor calls are slower.',
  needs: [
    { scenario: 'notifications', metrics: [CPU] },
    { scenario: 'duplex', metrics: [CPU] },
  ],
  wouldAnswer: 'the notifications and duplex scenarios',
  looksAt: 'cells',
  measure: (summary, arm) => [
    ...oneWayLines(summary, arm),
    ...fanOutLines(summary, arm),
    ...interactiveLines(summary, arm),
  ],
  judge: (evidence) =>
    verdictOf([
      ...evidence.cells('notifications').map((cell) => oneWay(cell, 'one-way', evidence)),
      ...evidence.cells('fan-out').map((cell) => oneWay(cell, 'fan-out', evidence)),
      ...interactiveCells(evidence.summary).map((cell) => interactive(cell, evidence)),
    ]),
});

/** Clients that listen while they call; the levels with one direction alone are for comparing with. */
const interactiveCells = (summary: Summary): readonly CellSummary[] =>
  cellsOf(summary, 'duplex').filter(({ cell }) => hasBoth(cell.scenario));

function oneWay(cell: CellSummary, how: string, { summary, sse, websocket }: Evidence): Part {
  const found = comparisonOf(cell, CPU, { armId: sse.id, baseArmId: websocket.id });
  const of = `${how} ${cellLabel(cell)}`;
  if (found === undefined) return { of, holds: undefined, seen: whyNoPair(summary, cell, [sse, websocket]) };
  return { of, holds: isNotWorse(found), seen: `SSE ${times(found.ratio)} the CPU of WebSocket` };
}

function interactive(cell: CellSummary, { summary, sse, websocket }: Evidence): Part {
  const direction = { armId: websocket.id, baseArmId: sse.id };
  const found = comparisonOf(cell, CPU, direction);
  if (found === undefined)
    return { of: 'interactive', holds: undefined, seen: whyNoPair(summary, cell, [sse, websocket]) };
  const latencies: readonly MetricName[] = ['delivery.p50', 'response-time.p50'];
  const slower = latencies.filter((metric) => comparisonOf(cell, metric, direction)?.word === 'slower');
  const holds: Truth = slower.length > 0 ? false : isBetter(found);
  const seen = `WebSocket ${times(found.ratio)} the CPU of SSE${slower.length > 0 ? `, slower ${slower.join(', ')}` : ''}`;
  return { of: 'interactive', holds, seen };
}

/** Why two arms have no comparison of processor time in a cell. */
function whyNoPair(summary: Summary, cell: CellSummary, arms: readonly Arm[]): string {
  const without = arms.find((arm) => estimateOf(cell, arm.id, CPU) === undefined);
  return without === undefined ? 'no pair of trials to compare' : whyNoEstimate(summary, cell, without.id, CPU);
}

function oneWayLines(summary: Summary, arm: Arm): readonly string[] {
  const cells = cellsOf(summary, 'notifications');
  const used = extremes(estimatesOf(cells, arm.id, CPU));
  const wire = extremes(estimatesOf(cells, arm.id, 'wire-down-per-message'));
  const delivered = extremes(estimatesOf(cells, arm.id, 'delivery.p50'));
  const texts = [
    used && `CPU ${cpuRange(used.low, used.high)}`,
    wire && sizeRange(wire.low, wire.high),
    delivered && `p50 ${timeRange(delivered.low, delivered.high)}`,
  ];
  return labelled('one-way, per event:', texts);
}

/** Over all audiences and rates. */
function fanOutLines(summary: Summary, arm: Arm): readonly string[] {
  const cells = cellsOf(summary, 'fan-out');
  const used = extremes(estimatesOf(cells, arm.id, CPU));
  const last = extremes(estimatesOf(cells, arm.id, 'last-receiver.p50'));
  const texts = [
    used && `CPU ${cpuRange(used.low, used.high)}`,
    last && `last receiver p50 ${timeRange(last.low, last.high)}`,
  ];
  return labelled('fan-out, per delivery:', texts);
}

function interactiveLines(summary: Summary, arm: Arm): readonly string[] {
  const [cell] = interactiveCells(summary);
  if (cell === undefined) return [];
  const used = estimateOf(cell, arm.id, CPU);
  const delivered = estimateOf(cell, arm.id, 'delivery.p50');
  const answered = estimateOf(cell, arm.id, 'response-time.p50');
  const texts = [
    used && `CPU ${cpu(used.value)}`,
    delivered && `push p50 ${time(delivered.value)}`,
    answered && `call p50 ${time(answered.value)}`,
  ];
  return labelled('interactive:', texts);
}

function labelled(label: string, texts: readonly (string | undefined)[]): readonly string[] {
  const present = texts.filter((text) => text !== undefined);
  return present.length === 0 ? [] : [`${label} ${present.join(', ')}`];
}
