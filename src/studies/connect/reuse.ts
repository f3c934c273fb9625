/** How many calls a second one client makes with one session for all of them, and with a session for each. */
import type { StudyData } from '../../result/study-data.ts';
import type { Sharing } from '../../transports/contract.ts';
import { type Nanoseconds, minus, plus } from '../../units.ts';
import { closeShared } from '../../wire/sharing.ts';
import { type OpeningOrder, openSession } from './opening.ts';

export type Reuse = NonNullable<StudyData['connect']['reuse']>;

export interface ReuseOrder {
  readonly opening: Omit<OpeningOrder, 'sharing'>;
  readonly session: 'shared' | 'per-call';
  /** Whether connections outlive the session that opened them. */
  readonly connections: 'kept' | 'new';
  readonly warmupNs: Nanoseconds;
  readonly windowNs: Nanoseconds;
}

/** One call; resolves when the next may follow. */
type Once = (number: number) => Promise<unknown>;

/** So many failures and it is given up: a server that is gone refuses thousands a second. */
const MAX_FAILED = 10;

export async function measureReuse(order: ReuseOrder): Promise<Reuse> {
  let sockets = 0;
  const onMilestone: Sharing['onMilestone'] = (milestone) => {
    sockets += milestone === 'tcp' ? 1 : 0;
  };
  const { once, end } = await (order.session === 'shared' ? inOneSession : inSessionsOfTheirOwn)(order, onMilestone);
  try {
    await callFor(once, order, order.warmupNs);
    sockets = 0;
    const counted = await callFor(once, order, order.windowNs);
    return { ...counted, sockets };
  } finally {
    await end();
  }
}

/** Without a pause, until the time is over; the call that is under way then is counted too. */
async function callFor(
  once: Once,
  { opening: { clock } }: ReuseOrder,
  forNs: Nanoseconds,
): Promise<Omit<Reuse, 'sockets'>> {
  const beganNs = clock.now();
  const endNs = plus(beganNs, forNs);
  let calls = 0;
  let failed = 0;
  while (clock.now() < endNs && failed < MAX_FAILED) {
    try {
      await once(calls);
      calls += 1;
    } catch {
      failed += 1;
    }
  }
  return { calls, failed, elapsedNs: minus(clock.now(), beganNs) };
}

interface Caller {
  readonly once: Once;
  readonly end: () => Promise<void>;
}

async function inOneSession({ opening }: ReuseOrder, onMilestone: Sharing['onMilestone']): Promise<Caller> {
  const sharing = { onMilestone };
  const session = await openSession({ ...opening, sharing });
  return {
    once: (number) => session.call(number),
    end: async () => {
      await session.close();
      await closeShared(sharing);
    },
  };
}

function inSessionsOfTheirOwn(
  { opening, connections }: ReuseOrder,
  onMilestone: Sharing['onMilestone'],
): Promise<Caller> {
  const kept = { onMilestone };
  const once: Once = async (number) => {
    const sharing = connections === 'kept' ? kept : { onMilestone };
    const session = await openSession({ ...opening, sharing });
    try {
      await session.call(number);
    } finally {
      await session.close();
      if (sharing !== kept) await closeShared(sharing);
    }
  };
  return Promise.resolve({ once, end: () => closeShared(kept) });
}
