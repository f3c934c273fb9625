/** How long and how much it takes until a tool can be called, cold and warm; and what a session is worth that is used again. */
import { fillerSource, nonceOf, paddedText } from '../../mcp/payload.ts';
import { eraOf } from '../../mcp/revisions.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { Arm } from '../../scenario/plan.ts';
import type { Subject } from '../../scenario/study.ts';
import type { StudySettings } from '../../scenario/study-settings.ts';
import type { Sharing, WireCounts } from '../../transports/contract.ts';
import { loadTransport } from '../../transports/discover.ts';
import { type Nanoseconds, bytes, milliseconds, minus, nanoseconds, seconds } from '../../units.ts';
import { closeShared } from '../../wire/sharing.ts';
import { startStudyEndpoint } from '../bench.ts';
import type { StepContext, Study, StudyOrder } from '../contract.ts';
import { quietWire } from '../quiet-wire.ts';
import { unreachable } from '../reachable.ts';
import { startFarRelay } from './far-relay.ts';
import { type OpenedSession, type Opening, type OpeningOrder, openToFirstResult } from './opening.ts';
import { type ReuseOrder, measureReuse } from './reuse.ts';

type Settings = StudySettings['connect'];
type Connecting = NonNullable<StudyData['connect']['connecting']>;
type Order = Omit<OpeningOrder, 'sharing'>;

const LIMIT_NS = seconds(60);
const REUSE_WARMUP_NS = milliseconds(200);
/** Of the relayed sessions: without a distance, what the relay itself costs. */
const NEAR_NS = nanoseconds(0);
/** A machine that is busy with something else only ever adds: whoever reads takes the least. */
const RELAY_ROUNDS = 2;
/** More than all relayed sessions together take. */
const RELAYED_TRIPS = 50;

const REUSE_SUBJECTS: readonly Pick<ReuseOrder, 'session' | 'connections'>[] = [
  { session: 'shared', connections: 'kept' },
  { session: 'per-call', connections: 'kept' },
  { session: 'per-call', connections: 'new' },
];

export const study: Study<'connect'> = {
  name: 'connect',
  subjects: ({ arms, settings }) => [
    ...arms.map(({ id }) => ({ arm: id })),
    ...arms
      .filter(({ id }) => settings['reuse-arms'].includes(id))
      .flatMap(({ id }) => REUSE_SUBJECTS.map((reuse) => ({ arm: id, ...reuse }))),
  ],
  limitNs: ({ settings }) => nanoseconds(LIMIT_NS + settings.reuse + RELAYED_TRIPS * settings.rtt),
  measure: async (subject, context) => {
    const { variant } = armOf(subject, context);
    const obstacle = await unreachable(variant);
    if (obstacle !== undefined) return obstacle;
    const { seed, readyTimeoutNs, endpointCpu, clock, settings } = context;
    const endpoint = await startStudyEndpoint({ variant, seed, readyTimeoutNs, endpointCpu, resumable: true });
    try {
      const transport = await loadTransport(variant.transport);
      const { address, certificate } = endpoint;
      const order = { transport, variant, address, certificate, clock, text: texts(seed, settings) };
      const data =
        subject['session'] === undefined
          ? { connecting: await measureConnecting(order, settings), reuse: null }
          : { connecting: null, reuse: await measureReuse(reuseOrder(subject, order, settings)) };
      return { status: 'measured', data };
    } finally {
      await endpoint.end();
    }
  },
};

function armOf({ arm }: Subject, { arms }: StudyOrder<'connect'>): Arm {
  const found = arms.find(({ id }) => id === arm);
  if (found === undefined) throw new Error(`there is no arm ${String(arm)}`);
  return found;
}

function texts(seed: StepContext<'connect'>['seed'], { text }: Settings): (call: number) => string {
  const filler = fillerSource(seed);
  return (call) => paddedText(nonceOf(0, call), text, filler);
}

const reuseOrder = ({ session, connections }: Subject, opening: Order, { reuse }: Settings): ReuseOrder => ({
  opening,
  session: session === 'shared' ? 'shared' : 'per-call',
  connections: connections === 'new' ? 'new' : 'kept',
  warmupNs: REUSE_WARMUP_NS,
  windowNs: reuse,
});

/** The cold session has to be the first thing that the process does. */
async function measureConnecting(order: Order, settings: Settings): Promise<Connecting> {
  const sharing: Sharing = {};
  try {
    const first = await openToFirstResult({ ...order, sharing });
    const calls = await lookAtCalls(first, order, settings.calls);
    const closing = await lookAtClosing(first, order);
    const warm = await openAgain(order, sharing, settings.warm);
    const warmCallsNs = await callWarm(order, sharing, settings.calls);
    const relayed = await openFarAway(order, settings.rtt);
    const handshake = eraOf(order.variant.protocol) === 'handshake';
    return { handshake, cold: first.opening, calls, closing, warm, warmCallsNs, relayed };
  } finally {
    await closeShared(sharing);
  }
}

async function lookAtCalls(
  { channel, call }: OpenedSession,
  { clock }: Order,
  count: number,
): Promise<Connecting['calls']> {
  const calls: Connecting['calls'] = [];
  let before = channel.wire();
  for (let number = 1; number <= count; number += 1) {
    const { sentNs, completedNs } = await call(number);
    const after = await quietWire(() => channel.wire(), clock);
    calls.push({ serviceNs: minus(completedNs, sentNs), ...wireBetween(before, after) });
    before = after;
  }
  return calls;
}

async function lookAtClosing(session: OpenedSession, { clock }: Order): Promise<WireCounts> {
  const before = session.channel.wire();
  await session.close();
  return wireBetween(before, await quietWire(() => session.channel.wire(), clock));
}

const wireBetween = (before: WireCounts, after: WireCounts): WireCounts => ({
  upBytes: bytes(after.upBytes - before.upBytes),
  downBytes: bytes(after.downBytes - before.downBytes),
});

async function openAgain(order: Order, sharing: Sharing, count: number): Promise<Opening[]> {
  const openings: Opening[] = [];
  for (let session = 0; session < count; session += 1) {
    const { opening, close, channel } = await openToFirstResult({ ...order, sharing });
    openings.push(opening);
    await close();
    await quietWire(() => channel.wire(), order.clock);
  }
  return openings;
}

async function callWarm(order: Order, sharing: Sharing, count: number): Promise<Nanoseconds[]> {
  const session = await openToFirstResult({ ...order, sharing });
  try {
    const times: Nanoseconds[] = [];
    for (let number = 1; number <= count; number += 1) {
      const { sentNs, completedNs } = await session.call(number);
      times.push(minus(completedNs, sentNs));
    }
    return times;
  } finally {
    await session.close();
  }
}

/** With a distance and without: the difference over the distance is the number of round trips, whatever else it takes. */
async function openFarAway(order: Order, rttNs: Nanoseconds): Promise<Connecting['relayed']> {
  const relayed: Connecting['relayed'] = [];
  for (const distanceNs of Array.from({ length: RELAY_ROUNDS }, () => [NEAR_NS, rttNs]).flat()) {
    const relay = await startFarRelay({ address: order.address, rttNs: distanceNs, clock: order.clock });
    const sharing: Sharing = {};
    try {
      for (const pool of ['cold', 'warm'] as const) {
        const { opening, close, channel } = await openToFirstResult({ ...order, address: relay.address, sharing });
        const { readyNs, firstResultNs } = opening;
        relayed.push({ pool, rttNs: distanceNs, readyNs, firstResultNs });
        await close();
        await quietWire(() => channel.wire(), order.clock);
      }
    } finally {
      await closeShared(sharing);
      await relay.close();
    }
  }
  return relayed;
}
