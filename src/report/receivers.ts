/** One event and its many receivers: the first, the middle one, the last, and those who never got it. */
import { armTitle } from '../claims/arms.ts';
import { estimateOf } from '../claims/evidence.ts';
import { cpu, time, timeWithInterval, whole } from '../claims/quantity.ts';
import { hasCalls } from '../scenario/directions.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { CellSummary, MetricName, Summary } from '../stats/summary.ts';
import { numberOr } from './cell-text.ts';

/** Whether events have several receivers. */
export const hasReceivers = (scenario: Scenario): boolean =>
  scenario.publish.some(({ subscribers }) => subscribers > 1);

export const RECEIVER_LEGEND =
  'first, median, last: of an event’s receivers, from its sending on; spread: from the first to the last; missed: events that somebody never got.';

export const RECEIVER_HEADS = ['first p50', 'median p50', 'last p50', 'last p99', 'spread p50', 'missed'] as const;

export const RECEIVER_RATIOS: readonly { readonly metric: MetricName; readonly label: string }[] = [
  { metric: 'last-receiver.p50', label: 'last' },
  { metric: 'receiver-spread.p50', label: 'spread' },
];

/** One text per head. */
export function receiverTexts(cell: CellSummary, arm: Arm): readonly string[] {
  const of = (metric: MetricName): readonly [string] => numberOr(arm, estimateOf(cell, arm.id, metric)?.value, time);
  const last = estimateOf(cell, arm.id, 'last-receiver.p50');
  const found = cell.arms.find(({ armId }) => armId === arm.id);
  const missed = found !== undefined && found.events > 0 ? found : undefined;
  return [
    ...of('first-receiver.p50'),
    ...of('median-receiver.p50'),
    ...(last === undefined ? of('last-receiver.p50') : [timeWithInterval(last)]),
    ...of('last-receiver.p99'),
    ...of('receiver-spread.p50'),
    ...numberOr(arm, missed?.incompleteEvents, (incomplete) => `${whole(incomplete)} of ${whole(missed?.events ?? 0)}`),
  ];
}

/** Whether a scenario is about receivers: at none of its levels do clients call, whose own calls would be in their times. */
export const isForReceivers = (cells: readonly CellSummary[]): boolean =>
  cells.some(({ cell }) => hasReceivers(cell.scenario)) && !cells.some(({ cell }) => hasCalls(cell.scenario));

/** How much of the last receiver's time is the bench's own: said where there are most receivers, and among those most events. */
export function driverNotes(summary: Summary, cells: readonly CellSummary[]): readonly string[] {
  const [largest] = cells.toSorted((a, b) => receiversIn(b) - receiversIn(a) || eventsIn(b) - eventsIn(a));
  if (largest === undefined || !isForReceivers(cells)) return [];
  const used = largest.arms.flatMap(({ armId }) => {
    const found = estimateOf(largest, armId, 'driver-cpu-per-event');
    const last = estimateOf(largest, armId, 'last-receiver.p50');
    const beside = last === undefined ? '' : ` beside ${time(last.value)}`;
    return found === undefined ? [] : [`${armTitle(summary, armId)} ${cpu(found.value)}${beside}`];
  });
  if (used.length === 0) return [];
  return [
    `One driver process reads for all ${whole(receiversIn(largest))} receivers, one after the other: the last one’s time contains the reading of the others. Processor time of the driver per event, its timers included, beside the last receiver’s p50: ${used.join(', ')}.`,
  ];
}

const receiversIn = ({ cell }: CellSummary): number =>
  Math.max(0, ...cell.scenario.publish.map(({ subscribers }) => subscribers));

/** Per second. */
const eventsIn = ({ cell }: CellSummary): number =>
  cell.scenario.publish.reduce((sum, { ratePerSec }) => sum + ratePerSec, 0);
