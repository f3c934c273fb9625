/** How a scenario loads the endpoint, in words. */
import { plain, whole } from '../claims/quantity.ts';
import type { LoadModel, Scenario } from '../scenario/scenario.ts';

/** `1 client, the next call when the last was answered`. */
export function loadText(scenario: Scenario): string {
  const clients = scenario.clients === 1 ? '1 client' : `${whole(scenario.clients)} clients`;
  const load = loadWords(scenario.load);
  const pushes = scenario.publish.map(
    ({ ratePerSec, subscribers }) => `${plain(ratePerSec)} events/s to ${whole(subscribers)}`,
  );
  return [clients, ...(load === '' ? [] : [load]), ...pushes].join(', ');
}

function loadWords(load: LoadModel): string {
  switch (load.kind) {
    case 'none':
      return '';
    case 'closed':
      return 'each starts again when its last answer is in';
    case 'open':
      return `${plain(load.ratePerSec)} starts/s by the calendar, timed from when they were due`;
    case 'sessions':
      return `${plain(load.ratePerSec)} sessions/s of ${whole(load.repeats)} in a row`;
  }
}

/** Whether a start is more than one call. */
export const hasLongScripts = ({ scripts }: Scenario): boolean => scripts.some(({ steps }) => steps.length > 1);
