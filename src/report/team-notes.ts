/** Below a load that several drivers shared: what each of them saw, and what the probe beside them saw. */
import { armTitle } from '../claims/arms.ts';
import { time, whole } from '../claims/quantity.ts';
import { FEWEST_PROBED } from '../doubts/probe-bias.ts';
import { median } from '../stats/order-statistics.ts';
import { quantileOf } from '../stats/quantiles.ts';
import { runsOf } from '../stats/runs.ts';
import { type Distribution, isValid, type Team } from '../result/record.ts';
import type { CellSummary, Summary } from '../stats/summary.ts';
import { inLevel } from './cell-text.ts';

/** One for each cell; nothing for runs of a driver alone. Of every driver and of the probe the median over its trials, as for all quantiles. */
export function teamNotes(summary: Summary, cells: readonly CellSummary[]): readonly string[] {
  return cells.flatMap((cell) => {
    const words = cell.arms.flatMap(({ armId }) => {
      const teams = teamsOf(summary, armId, cell);
      if (teams.length === 0) return [];
      const count = Math.max(...teams.map(({ drivers }) => drivers.length));
      const drivers = Array.from({ length: count }, (_, index) =>
        medianTime(teams.flatMap(({ drivers: all }) => all[index]?.serviceTime ?? [])),
      );
      const probe = medianTime(teams.map((team) => team.probe.serviceTime));
      const fewest = Math.min(...teams.map((team) => team.probe.serviceTime.count));
      const few =
        fewest < FEWEST_PROBED
          ? ` (too few calls to tell, ${whole(fewest)} in a trial: a longer --duration has more)`
          : '';
      return [`${armTitle(summary, armId)} ${drivers.join(', ')}, probe ${probe}${few}${failuresOf(teams)}`];
    });
    if (words.length === 0) return [];
    return [`Driver by driver${inLevel(cell)}, p50 of service times, and of a probe beside them: ${words.join('; ')}.`];
  });
}

/** Of the probe, which is in no sum: what it suffered is said beside what it saw. */
function failuresOf(teams: readonly Team[]): string {
  const due = teams.reduce((sum, { probe }) => sum + probe.calls.due, 0);
  const ok = teams.reduce((sum, { probe }) => sum + probe.calls.ok, 0);
  return ok === due ? '' : ` (${whole(due - ok)} of its ${whole(due)} calls failed)`;
}

function teamsOf({ record }: Summary, armId: string, { cell }: CellSummary): readonly Team[] {
  const arm = record.plan.arms.find(({ id }) => id === armId);
  if (arm === undefined) return [];
  return runsOf(record, arm, cell).flatMap(({ measurement }) =>
    measurement !== undefined && isValid(measurement) ? (measurement.team ?? []) : [],
  );
}

/** A dash where nothing was timed. */
function medianTime(distributions: readonly Distribution[]): string {
  const values = distributions.flatMap((distribution) => quantileOf(distribution, 0.5) ?? []);
  return values.length === 0 ? '–' : time(median(values));
}
