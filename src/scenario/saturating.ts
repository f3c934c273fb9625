/** Which loads go as fast as they can, so that their rate is a limit of something: of the endpoint, or of whoever asks. */
import type { Scenario } from './scenario.ts';

/** One client waits for every answer before it asks again, and fills nobody. */
const LEAST_CLIENTS = 2;

/** Whether several clients ask without pause: what is then measured is how much the slower end can do. */
export const isSaturating = ({ load, clients, scripts, publish }: Scenario): boolean =>
  load.kind === 'closed' &&
  load.thinkNs === 0 &&
  clients >= LEAST_CLIENTS &&
  publish.length === 0 &&
  scripts.every(({ steps }) => steps.every(({ kind }) => kind === 'call'));
