/** Drivers that worked beside each other in several runs, as one team. */
import { mergeDistributions } from '../measure/histogram.ts';
import type { Measurement } from '../result/record.ts';
import { addCalls, NO_CALLS } from '../stats/books.ts';

/** Nothing where one of the runs had a driver alone: what is then known of each driver is not known of all. */
export function mergeTeams(all: readonly Measurement[]): Pick<Measurement, 'team'> {
  const teams = all.flatMap(({ team }) => team ?? []);
  if (teams.length < all.length) return {};
  return {
    team: {
      drivers: teams.flatMap(({ drivers }) => drivers),
      probe: {
        calls: teams.reduce((books, { probe }) => addCalls(books, probe.calls), NO_CALLS),
        serviceTime: mergeDistributions(teams.map(({ probe }) => probe.serviceTime)),
      },
    },
  };
}
