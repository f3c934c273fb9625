/** How many sessions Node's usual clients open to one endpoint, until a budget is used up or something stops them. */
import type { StudyData } from '../../result/study-data.ts';
import type { ConnectionLimit } from '../../result/studies/connection-limits.ts';
import type { StepOutcome } from '../../result/study.ts';
import { type Clock, until } from '../../measure/clock.ts';
import { defaultVariant, type Variant } from '../../scenario/variant.ts';
import { milliseconds, type Nanoseconds, nanoseconds, minus, plus, seconds, toMilliseconds } from '../../units.ts';
import { openHttpClient } from '../../wire/http-client.ts';
import { openStudySession, startStudyEndpoint, type StudyEndpoint, type StudySession } from '../bench.ts';
import type { StepContext } from '../contract.ts';
import { descriptorLimit, openDescriptors, portsPerAddress } from './descriptors.ts';
import { nameLimit } from './name-limit.ts';
import type { NodeWay } from './ways.ts';

type Found = StudyData['connection-limits'];
type Context = StepContext<'connection-limits'>;

/** How many sessions are opened at the same time, and between two looks at the memory. */
const AT_A_TIME = 16;
/** A session of event streams over HTTP/1.1 takes one or two more for its requests. */
const SOCKETS_PER_SESSION = 3;
const PROMPT_NS = seconds(10);
/** For the server to hear that the last sessions are there, or are gone. */
const SETTLE = { looks: 40, everyNs: milliseconds(50) };

export async function measureInNode(way: NodeWay, context: Context): Promise<StepOutcome<Found>> {
  const { seed, readyTimeoutNs, endpointCpu } = context;
  const variant: Variant = { ...defaultVariant(way.stream === 'sse' ? 'sse' : 'websocket'), http: way.http };
  const endpoint = await startStudyEndpoint({ variant, seed, readyTimeoutNs, endpointCpu });
  try {
    await endpoint.ask('begin', { stall: undefined, startNs: context.clock.now() }, PROMPT_NS);
    return { status: 'measured', data: await measure({ way, variant, endpoint, context }) };
  } finally {
    await endpoint.end();
  }
}

interface Order {
  readonly way: NodeWay;
  readonly variant: Variant;
  readonly endpoint: StudyEndpoint;
  readonly context: Context;
}

async function measure(order: Order): Promise<Found> {
  const { way, variant, endpoint, context } = order;
  const { settings } = context;
  const limits = { client: descriptorLimit(process.pid), server: descriptorLimit(endpoint.pid) };
  const ports = portsPerAddress();
  const addresses = Array.from({ length: settings.addresses }, (_unused, index) => `127.0.0.${index + 1}`);
  const { sessions, limit, memory } = await openSessions({ ...order, addresses, limits });
  const { atServer, sockets } = await countAtServer(endpoint, sessions.length, context.clock);
  const plain = await askPlainly(variant, endpoint.address, context);
  return {
    stream: way.stream,
    http: way.http,
    asked: settings.connections,
    opened: sessions.length,
    atServer,
    sockets,
    limit,
    plain,
    from: {
      client: 'node',
      addresses: settings.addresses,
      portsPerAddress: ports ?? null,
      clientDescriptors: limits.client ?? null,
      serverDescriptors: limits.server ?? null,
      ...memory,
    },
  };
}

interface Opening extends Order {
  readonly addresses: readonly string[];
  readonly limits: { readonly client: number | undefined; readonly server: number | undefined };
}

interface Opened {
  readonly sessions: readonly StudySession[];
  readonly limit: ConnectionLimit;
  /** As it was read last: a process without a free descriptor cannot read its own. */
  readonly memory: Memory;
}

const NOTHING: ConnectionLimit = { kind: 'none' };

interface Memory {
  readonly clientRssBytes: number;
  readonly serverRssBytes: number;
}

/** A few at a time, until all that were asked for are open or one does not open. */
async function openSessions(opening: Opening): Promise<Opened> {
  const { connections, memory: budgetBytes } = opening.context.settings;
  const sessions: StudySession[] = [];
  let memory = await readMemory(opening.endpoint);
  while (sessions.length < connections) {
    try {
      await openSome(opening, sessions, Math.min(AT_A_TIME, connections - sessions.length));
      memory = await readMemory(opening.endpoint);
    } catch (error) {
      // Where all are open and only the look at the memory failed, nothing has stopped them.
      const limit = sessions.length === connections ? NOTHING : limitBehind(error, opening);
      return { sessions, memory, limit };
    }
    if (memory.clientRssBytes + memory.serverRssBytes > budgetBytes)
      return { sessions, memory, limit: { kind: 'memory', budgetBytes } };
  }
  return { sessions, memory, limit: NOTHING };
}

/** Adds those that open. Rejects with the reason when one of them did not. */
async function openSome(opening: Opening, sessions: StudySession[], count: number): Promise<void> {
  const first = sessions.length;
  const attempts = Array.from({ length: count }, (_unused, index) => openOne(opening, first + index));
  const outcomes = await Promise.allSettled(attempts);
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') sessions.push(outcome.value);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function openOne({ variant, endpoint, context, addresses }: Opening, index: number): Promise<StudySession> {
  return openStudySession({
    variant,
    address: endpoint.address,
    certificate: endpoint.certificate,
    localAddress: addresses[index % addresses.length],
    clock: context.clock,
    timeoutNs: PROMPT_NS,
    onNotification: () => undefined,
    onClosed: () => undefined,
  });
}

const limitBehind = (reason: unknown, { endpoint, limits }: Opening): ConnectionLimit =>
  nameLimit({
    said: reason instanceof Error ? reason.message : String(reason),
    clientLimit: limits.client,
    server: { open: openDescriptors(endpoint.pid), limit: limits.server },
    givenBack: AT_A_TIME * SOCKETS_PER_SESSION,
  });

/** Sessions as the endpoint counts them: each has one connection on which the answer to its opening request went out. */
async function countAtServer(
  endpoint: StudyEndpoint,
  expected: number,
  clock: Clock,
): Promise<{ readonly atServer: number; readonly sockets: number }> {
  for (let look = 1; ; look += 1) {
    const { sockets } = await endpoint.ask('sockets', undefined, PROMPT_NS);
    const open = sockets.filter((socket) => socket.open);
    const atServer = open.filter(({ messagesDown }) => messagesDown > 0).length;
    if (atServer === expected || look === SETTLE.looks) return { atServer, sockets: open.length };
    await until(clock, plus(clock.now(), SETTLE.everyNs));
  }
}

async function readMemory(endpoint: StudyEndpoint): Promise<Memory> {
  const { process: used } = await endpoint.ask('read', undefined, PROMPT_NS);
  return { clientRssBytes: process.memoryUsage.rss(), serverRssBytes: used.rssBytes };
}

/** By a client of its own: whatever the endpoint answers, it has answered. */
function askPlainly(variant: Variant, address: string, { settings, clock }: Context): Promise<Found['plain']> {
  const origin = new URL(address.replace(/^ws/, 'http')).origin;
  const client = openHttpClient({
    origin,
    variant,
    certificate: undefined,
    timeoutMs: toMilliseconds(settings.patience),
  });
  const startNs: Nanoseconds = clock.now();
  return new Promise<boolean>((resolve) => {
    client.request(
      { method: 'GET', path: '/plain', headers: {} },
      {
        onHead: () => resolve(true),
        onData: () => undefined,
        onEnd: () => undefined,
        onError: () => resolve(false),
      },
    );
  }).then(async (passed) => {
    const elapsedNs = nanoseconds(minus(clock.now(), startNs));
    await client.close();
    return { passed, elapsedNs };
  });
}
