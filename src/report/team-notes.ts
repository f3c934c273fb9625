/** Below a load that several drivers shared: what each of them saw, and what the probe beside them saw. */
import { armTitle } from '../claims/arms.ts';
import { time, whole } from '../claims/quantity.ts';
import { median } from '../stats/order-statistics.ts';
import { quantileOf } from '../stats/quantiles.ts';
import { runsOf } from '../stats/runs.ts';
import { type Distribution, isValid, type Team } from '../result/record.ts';
import type { CellSummary, Summary } from '../stats/summary.ts';
import { inLevel } from './cell-text.ts';

/** With fewer calls of the probe nobody says whether it saw something else. */
const FEWEST_PROBED = 30;

/** One for each cell; nothing for runs of a driver alone. Of every driver and of the probe the median over its trials, as for all quantiles. */
export function teamNotes(summary: Summary, cells: readonly CellSummary[]): readonly string[] {
  return cells.flatMap((cell) => {
    const words = cell.arms.flatMap(({ armId }) => {
      const teams = teamsOf(summary, armId, cell);
      const probe = medianOf(teams.map((team) => team.probe.serviceTime));
      const count = teams[0]?.drivers.length ?? 0;
      const drivers = Array.from({ length: count }, (_, index) =>
        medianOf(teams.flatMap(({ drivers: all }) => all[index]?.serviceTime ?? [])),
      );
      if (probe === undefined) return [];
      const seen = drivers.map((value) => (value === undefined ? '–' : time(value))).join(', ');
      const fewest = Math.min(...teams.map((team) => team.probe.serviceTime.count));
      const few = fewest < FEWEST_PROBED ? ` (too few calls to tell: ${whole(fewest)} in a trial)` : '';
      return [`${armTitle(summary, armId)} ${seen}, probe ${time(probe)}${few}`];
    });
    if (words.length === 0) return [];
    return [`Driver by driver${inLevel(cell)}, p50 of service times, and of a probe beside them: ${words.join('; ')}.`];
  });
}

function teamsOf({ record }: Summary, armId: string, { cell }: CellSummary): readonly Team[] {
  const arm = record.plan.arms.find(({ id }) => id === armId);
  if (arm === undefined) return [];
  return runsOf(record, arm, cell).flatMap(({ measurement }) =>
    measurement !== undefined && isValid(measurement) ? (measurement.team ?? []) : [],
  );
}

function medianOf(distributions: readonly Distribution[]): number | undefined {
  const values = distributions.flatMap((distribution) => quantileOf(distribution, 0.5) ?? []);
  return values.length === 0 ? undefined : median(values);
}
