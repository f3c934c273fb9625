/** Below a rate that is as fast as it goes: how much of what the driver can do was asked of it. */
import { armTitle } from '../claims/arms.ts';
import { estimateOf } from '../claims/evidence.ts';
import { percent, rate } from '../claims/quantity.ts';
import type { Ceiling } from '../result/record.ts';
import type { CellSummary, Summary } from '../stats/summary.ts';
import { groupBy } from './group-by.ts';
import { inLevel } from './cell-text.ts';

/** One note for the ceilings of each cell that were measured, one for each reason why one was not. */
export function ceilingNotes(summary: Summary, cells: readonly CellSummary[]): readonly string[] {
  return cells.flatMap((cell) => {
    const own = (summary.record.ceilings ?? []).filter(({ cellId }) => cellId === cell.cell.id);
    return [...measuredNotes(summary, cell, own), ...unmeasuredNotes(summary, cell, own)];
  });
}

function measuredNotes(summary: Summary, cell: CellSummary, ceilings: readonly Ceiling[]): readonly string[] {
  const shares = ceilings.flatMap((ceiling) => {
    if (ceiling.status !== 'measured') return [];
    const found = estimateOf(cell, ceiling.armId, 'rate');
    if (found === undefined) return [];
    const share = found.value / ceiling.perSec;
    const of = `of ${rate(ceiling.perSec)} calls/s`;
    // What answers with less work and is no faster was not what the driver waited for.
    const words =
      share < 1 ? `at ${percent(share)} ${of}` : `no slower than against the mirror (${of}), so at all it can`;
    return [`${armTitle(summary, ceiling.armId)} ${words}`];
  });
  return shares.length === 0
    ? []
    : [
        `The driver${inLevel(cell)}, in shares of what it can against a mirror that answers with the least work: ${shares.join(', ')}.`,
      ];
}

function unmeasuredNotes(summary: Summary, cell: CellSummary, ceilings: readonly Ceiling[]): readonly string[] {
  const missing = ceilings.flatMap((one) => (one.status === 'not-measured' ? [one] : []));
  return [...groupBy(missing, ({ because }) => because)].map(
    ([because, arms]) =>
      `Ceiling of the driver not measured${inLevel(cell)}: ${arms.map(({ armId }) => armTitle(summary, armId)).join(', ')}: ${because}.`,
  );
}
