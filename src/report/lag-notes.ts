/** How late the driver itself was with what the calendar called for: response times contain it. */
import { armTitle } from '../claims/arms.ts';
import { estimateOf } from '../claims/evidence.ts';
import { time } from '../claims/quantity.ts';
import { hasCalendar, pacingOf } from '../scenario/pacing.ts';
import type { CellSummary, Summary } from '../stats/summary.ts';
import { inLevel } from './cell-text.ts';

/** One for each cell with a calendar, of runs whose plan says how it was kept. */
export function lagNotes(summary: Summary, cells: readonly CellSummary[]): readonly string[] {
  const { plan } = summary.record;
  if (plan.pacing === undefined) return [];
  return cells
    .filter(({ cell }) => hasCalendar(cell.scenario))
    .flatMap((cell) => {
      const lags = cell.arms.flatMap(({ armId }) => {
        const [p50, p99] = [estimateOf(cell, armId, 'send-lag.p50'), estimateOf(cell, armId, 'send-lag.p99')];
        // A short window has too few starts for a p99.
        const tail = p99 === undefined ? '–' : time(p99.value);
        return p50 === undefined ? [] : [`${armTitle(summary, armId)} ${time(p50.value)}/${tail}`];
      });
      if (lags.length === 0) return [];
      const pacing = pacingOf(plan, cell.cell.scenario);
      return [
        `Sent late by${inLevel(cell)}, p50/p99, pacing ${pacing}: ${lags.join(', ')}; response times contain it.`,
      ];
    });
}
