/** What one step of the study `proxies` amounts to: passed, held back, or failed; and over repetitions. */
import type { StudyData } from '../result/study-data.ts';
import { median } from './order-statistics.ts';

type Data = StudyData['proxies'];

/** `held`: everything came, but some of it later than the bound. */
export type HopOutcome = 'pass' | 'held' | 'fail';

/** One client on its way through a hop. What was not reached for want of a session has failed. */
export interface HopOutcomes {
  readonly session: HopOutcome;
  readonly calls: HopOutcome;
  readonly events: HopOutcome;
  /** After a silence longer than the hop's patience, without heartbeats and with them. */
  readonly silent: HopOutcome;
  readonly beating: HopOutcome;
}

export const hopOutcomes = (data: Data): HopOutcomes => ({
  session: data.open.tookNs === null ? 'fail' : 'pass',
  calls: callsOutcome(data),
  events: eventsOutcome(data),
  silent: survivalOutcome(data.idle.silent),
  beating: survivalOutcome(data.idle.beating),
});

/** Whether a session, its calls and its events pass, none of it held back. */
export const passesThrough = ({ session, calls, events }: HopOutcomes): boolean =>
  session === 'pass' && calls === 'pass' && events === 'pass';

function callsOutcome(data: Data): HopOutcome {
  if (data.open.tookNs === null || data.calls.hopNs.length < data.calls.asked) return 'fail';
  return (addedNs(data) ?? 0) > data.boundNs ? 'held' : 'pass';
}

function eventsOutcome({ events: { published, delaysNs, pushed }, boundNs }: Data): HopOutcome {
  const arrived = delaysNs.filter((delay) => delay !== null);
  if (published === 0 || arrived.length < published) return 'fail';
  return pushed || median(arrived) > boundNs ? 'held' : 'pass';
}

/** Whether an event and a call came through after the silence. */
export const survivalOutcome = (survival: Data['idle']['silent']): HopOutcome =>
  survival !== null && survival.called && survival.eventNs !== null ? 'pass' : 'fail';

/** What the hop adds to a call: the difference of the medians; `undefined` without calls. */
export function addedNs({ calls: { directNs, hopNs } }: Data): number | undefined {
  return directNs.length === 0 || hopNs.length === 0 ? undefined : median(hopNs) - median(directNs);
}

/** What the hop makes of a call's time: the ratio of the medians; `undefined` without calls. */
export function callRatio({ calls: { directNs, hopNs } }: Data): number | undefined {
  return directNs.length === 0 || hopNs.length === 0 ? undefined : median(hopNs) / median(directNs);
}

/** From publication to arrival; `undefined` when the first event did not come, or came only when it was pushed. */
export const firstEventNs = ({ events: { delaysNs, pushed } }: Data): number | undefined =>
  pushed ? undefined : (delaysNs[0] ?? undefined);

/** What all repetitions agree on; `undefined` where they do not, or there is none. */
export function agreed<T>(values: readonly T[]): T | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}
