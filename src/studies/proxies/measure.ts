/** One arm through one hop: a session, calls beside direct ones, events, and a silence longer than the hop's patience. */
import type { StudyData } from '../../result/study-data.ts';
import type { Variant } from '../../scenario/variant.ts';
import { HOPS, type HopName } from '../../scenario/studies/proxies.ts';
import { loadTransport } from '../../transports/discover.ts';
import { type Nanoseconds, nanoseconds, toMilliseconds } from '../../units.ts';
import { type StudyEndpoint, startStudyEndpoint } from '../bench.ts';
import type { StepContext } from '../contract.ts';
import { type Hop, type HopSource, ownHops, programHops } from './hop.ts';
import { RUNS, type Topic, Visit, type VisitOrder } from './visit.ts';

type Data = StudyData['proxies'];
type Context = StepContext<'proxies'>;

/** Published to see whether they come in time; together they fill no buffer. */
const EVENTS = 3;
/** Pairs of calls before the first that counts: they open connections and warm both paths. */
const WARMUP_CALLS = 5;
/** Of the hop's timeout: it has had its time, and its timer some leeway. */
const SILENCE_FACTOR = 1.5;

export interface StageOrder {
  readonly hop: HopName;
  readonly variant: Variant;
  readonly context: Context;
  /** Of the program that the hop is made of. */
  readonly program: { readonly path: string; readonly version: string } | undefined;
}

/** Endpoints of one kind and the hop before them. */
interface Side {
  readonly servers: readonly [StudyEndpoint, ...StudyEndpoint[]];
  readonly hop: Hop;
}

export async function measureHop(order: StageOrder): Promise<Data> {
  const ends: (() => Promise<void>)[] = [];
  const kind = HOPS[order.hop].program;
  try {
    const hops = kind === undefined || order.program === undefined ? ownHops() : programHops(kind, order.program.path);
    ends.push(() => hops.end());
    const { heartbeat } = order.context.settings;
    const start = (heartbeatMs?: number): Promise<Side> => startSide(order, hops, ends, heartbeatMs);
    const loaded = loadTransport(order.variant.transport);
    const [silent, beating] = await Promise.all([start(), start(toMilliseconds(heartbeat)), loaded]);
    return await lookThrough(order, silent, beating);
  } finally {
    await Promise.all(ends.map((end) => end()));
  }
}

async function startSide(
  { hop, variant, context }: StageOrder,
  hops: HopSource,
  ends: (() => Promise<void>)[],
  heartbeatMs: number | undefined,
): Promise<Side> {
  const { seed, readyTimeoutNs, settings } = context;
  const start = async (): Promise<StudyEndpoint> => {
    const hintsProxies = hop !== 'nginx-unhinted';
    const { endpointCpu } = context;
    const order = { variant, seed, readyTimeoutNs, endpointCpu, heartbeatMs, hintsProxies };
    const endpoint = await startStudyEndpoint(order);
    ends.push(() => endpoint.end());
    return endpoint;
  };
  const others = hop === 'balancer' ? [start] : [];
  const [first, more] = await Promise.all([start(), Promise.all(others.map((another) => another()))]);
  const servers = [first, ...more] as const;
  return { servers, hop: await hops.start({ hop, servers, idleNs: settings.idle }) };
}

async function lookThrough(order: StageOrder, silent: Side, beating: Side): Promise<Data> {
  // Two sessions are left alone while a third is busy. That one comes last: it must not have to wait for the others.
  const [quiet, beats] = await Promise.all([tryOpen(order, silent, 'quiet'), tryOpen(order, beating, 'quiet')]);
  const busy = typeof quiet === 'string' ? quiet : await tryOpen(order, silent, 'feed');
  try {
    return await watch(order, silent, { quiet, beats, busy });
  } finally {
    const opened = [quiet, beats, busy].filter((visit) => typeof visit !== 'string');
    await Promise.all(opened.map((visit) => visit.close()));
  }
}

/** Sessions, or why there is none. */
interface Visits {
  /** Left alone without signs of life of the endpoint, and with them. */
  readonly quiet: Visit | string;
  readonly beats: Visit | string;
  readonly busy: Visit | string;
}

async function watch(order: StageOrder, side: Side, { quiet, beats, busy }: Visits): Promise<Data> {
  const { idle, bound: boundNs, calls: asked } = order.context.settings;
  const { hop } = side;
  const forNs = nanoseconds(idle * SILENCE_FACTOR);
  const carried = await hop.carried();
  const facts = { program: order.program?.version ?? null, addedLines: [...hop.addedLines], boundNs, carried };
  if (typeof busy === 'string') {
    const open = { tookNs: null, error: busy };
    const calls = { asked, directNs: [], hopNs: [], error: null };
    const events = { published: 0, delaysNs: [], pushed: false };
    return { ...facts, open, calls, events, idle: { forNs, silent: null, beating: null } };
  }
  // An endpoint's own address is what such a client asks for: it has to be seen that it did not go there by itself.
  if (hop.proxy !== undefined && carried === 0) throw new Error('the client went past its proxy');
  const open = { tookNs: busy.openedInNs, error: null };
  const [seen, alone, beaten] = await Promise.all([
    callAndHear(order, side, busy),
    typeof quiet === 'string' ? null : quiet.afterSilence(forNs),
    typeof beats === 'string' ? null : beats.afterSilence(forNs),
  ]);
  return { ...facts, open, ...seen, idle: { forNs, silent: alone, beating: beaten } };
}

const tryOpen = (order: StageOrder, side: Side, topic: Topic): Promise<Visit | string> =>
  Visit.open(through(order, side, topic)).catch(messageOf);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function through({ variant, context }: StageOrder, { servers, hop }: Side, topic: Topic): VisitOrder {
  const { clock, seed, settings } = context;
  return { variant, topic, servers, way: hop, clock, seed, limitNs: settings.limit };
}

/** One after the other: an event that is held back must not be waiting for a call. */
async function callAndHear(order: StageOrder, side: Side, visit: Visit): Promise<Pick<Data, 'calls' | 'events'>> {
  const calls = await compareCalls(order, side, visit);
  return { calls, events: await hearEvents(visit) };
}

/** Every call through the hop has a neighbour that goes to the same endpoint directly; which of the two comes first, takes turns. */
async function compareCalls(order: StageOrder, side: Side, visit: Visit): Promise<Data['calls']> {
  const asked = order.context.settings.calls;
  const [{ address, certificate }] = side.servers;
  const direct = await Visit.open({ ...through(order, side, 'feed'), way: { address, certificate, proxy: undefined } });
  const directNs: Nanoseconds[] = [];
  const hopNs: Nanoseconds[] = [];
  try {
    for (let pair = -WARMUP_CALLS; pair < asked; pair += 1) {
      const ways = pair % 2 === 0 ? [direct, visit] : [visit, direct];
      for (const way of ways) {
        const answer = await way.call();
        if ('error' in answer) {
          if (way === direct) throw new Error(`a call over the direct connection failed: ${answer.error}`);
          return { asked, directNs, hopNs, error: answer.error };
        }
        if (pair >= 0) (way === direct ? directNs : hopNs).push(answer.serviceNs);
      }
    }
    return { asked, directNs, hopNs, error: null };
  } finally {
    await direct.close();
  }
}

async function hearEvents(visit: Visit): Promise<Data['events']> {
  const delaysNs = await visit.hear(RUNS.inTime, EVENTS);
  if (!delaysNs.includes(null)) return { published: EVENTS, delaysNs: [...delaysNs], pushed: false };
  return { published: EVENTS, delaysNs: [...(await visit.push(RUNS.inTime, EVENTS))], pushed: true };
}
