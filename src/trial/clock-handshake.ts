/** Proves, before every trial, that the endpoint's and the driver's instants may be subtracted from each other. */
import { type ClockEnd, type StampExchange, boundOffset, compareClocks } from '../measure/clock-check.ts';
import type { ClockCheck } from '../measure/clock-check.ts';
import type { Clock } from '../measure/clock.ts';
import type { ClockStamp } from '../endpoint/commands.ts';
import { nanoseconds } from '../units.ts';
import { mergeClocks } from '../merge/merge-trials.ts';
import { PROMPT_NS, type TrialProcesses } from './processes.ts';

/** Exchanges with each process; the bounds are as tight as the quickest of them. */
const EXCHANGES = 20;

export async function checkClocks({ askEndpoint, ...processes }: TrialProcesses, clock: Clock): Promise<ClockCheck> {
  if (askEndpoint === undefined) return NO_CLOCK_THERE;
  const checks: ClockCheck[] = [];
  for (const driver of processes.team ?? [processes.driver]) {
    const ask = (): Promise<ClockStamp> => askEndpoint('clock', undefined, PROMPT_NS);
    checks.push(await checkTwo(ask, () => driver.ask('clock', undefined, PROMPT_NS), clock));
  }
  return mergeClocks(checks);
}

/** The clock of the first against that of the second, asked over whatever way. */
export async function checkTwo(
  askFirst: () => Promise<ClockStamp>,
  askSecond: () => Promise<ClockStamp>,
  clock: Clock,
): Promise<ClockCheck> {
  const first = await measureEnd(askFirst, clock);
  return compareClocks(first, await measureEnd(askSecond, clock));
}

/** Somebody else's server shows nobody its clock. */
const NO_CLOCK_THERE: ClockCheck = {
  comparable: false,
  offsetLowNs: nanoseconds(0),
  offsetHighNs: nanoseconds(0),
  evidence: 'the server is not ours and does not tell its clock',
};

async function measureEnd(ask: () => Promise<ClockStamp>, clock: Clock): Promise<ClockEnd> {
  const exchanges: StampExchange[] = [];
  let namespace: string | undefined;
  for (let exchange = 0; exchange < EXCHANGES; exchange += 1) {
    const askedNs = clock.now();
    const stamp = await ask();
    exchanges.push({ askedNs, receivedNs: stamp.receivedNs, sentNs: stamp.sentNs, answeredNs: clock.now() });
    ({ namespace } = stamp);
  }
  return { bounds: boundOffset(exchanges), namespace };
}
