/** One session from nothing to its first result, and what it took: times, sockets, bytes. */
import { MAX_MESSAGE_BYTES } from '../../endpoint/limits.ts';
import { McpClient } from '../../mcp/client.ts';
import { type Exchange, describeOutcome } from '../../mcp/outcome.ts';
import { eraOf } from '../../mcp/revisions.ts';
import type { Clock } from '../../measure/clock.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { Variant } from '../../scenario/variant.ts';
import type { Channel, Milestone, Sharing, Transport, WireCounts } from '../../transports/contract.ts';
import { type Nanoseconds, minus, seconds, toMilliseconds } from '../../units.ts';
import { quietWire } from '../quiet-wire.ts';

export type Opening = NonNullable<StudyData['connect']['connecting']>['cold'];

export interface OpeningOrder {
  readonly transport: Transport;
  readonly variant: Variant;
  readonly address: string;
  readonly certificate: string | undefined;
  readonly clock: Clock;
  readonly sharing: Sharing;
  /** The argument of the call with this number. */
  readonly text: (call: number) => string;
}

export interface ReadySession {
  readonly channel: Channel;
  /** Calls with the text of this number. Rejects when the call fails. */
  readonly call: (number: number) => Promise<Exchange>;
  readonly close: () => Promise<void>;
}

/** A session that has had its first result. */
export interface OpenedSession extends ReadySession {
  readonly opening: Opening;
}

const TIMEOUT_NS = seconds(10);

/** When each milestone was first reached, and how many sockets were opened. */
class Milestones {
  readonly #firsts = new Map<Milestone, Nanoseconds>();
  readonly #beganNs: Nanoseconds;
  sockets = 0;

  constructor(clock: Clock, sharing: Sharing) {
    this.#beganNs = clock.now();
    sharing.onMilestone = (milestone) => {
      if (milestone === 'tcp') this.sockets += 1;
      if (!this.#firsts.has(milestone)) this.#firsts.set(milestone, clock.now());
    };
  }

  at(milestone: Milestone): Nanoseconds | null {
    const instant = this.#firsts.get(milestone);
    return instant === undefined ? null : this.since(instant);
  }

  since(instant: Nanoseconds): Nanoseconds {
    return minus(instant, this.#beganNs);
  }
}

/** Rejects, leaving nothing open, when the session or its first call fails. */
export async function openToFirstResult(order: OpeningOrder): Promise<OpenedSession> {
  const { clock, sharing } = order;
  const milestones = new Milestones(clock, sharing);
  const session = await openSession(order);
  const { channel, call } = session;
  try {
    const readyNs = milestones.since(clock.now());
    const first = await call(0);
    const wire = await quietWire(() => channel.wire(), clock);
    const firstResultNs = milestones.since(first.completedNs);
    return { ...session, opening: openingOf({ milestones, channel, wire, readyNs, firstResultNs }) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** A session that can call. Rejects, leaving nothing open, when it cannot be opened. */
export async function openSession(order: OpeningOrder): Promise<ReadySession> {
  const { transport, variant, address, certificate, clock, sharing } = order;
  const client = new McpClient({ clock, timeoutNs: TIMEOUT_NS });
  const channel = await transport.connect(address, {
    variant,
    certificate,
    sharing,
    headers: {},
    maxMessageBytes: MAX_MESSAGE_BYTES,
    timeoutMs: toMilliseconds(TIMEOUT_NS),
    events: client,
  });
  const close = (): Promise<void> => {
    client.detach();
    return channel.close();
  };
  try {
    client.attach(channel);
    if (eraOf(variant.protocol) === 'handshake') await client.open(variant.protocol);
    else client.presume(variant.protocol);
    return { channel, call: (number) => callOnce(client, order.text(number)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function callOnce(client: McpClient, text: string): Promise<Exchange> {
  const exchange = await client.request('tools/call', { name: 'echo', arguments: { text } });
  if (exchange.outcome.kind !== 'ok') throw new Error(`a call failed: ${describeOutcome(exchange.outcome)}`);
  return exchange;
}

interface Reached {
  readonly milestones: Milestones;
  readonly channel: Channel;
  readonly wire: WireCounts;
  readonly readyNs: Nanoseconds;
  readonly firstResultNs: Nanoseconds;
}

function openingOf({ milestones, channel, wire, readyNs, firstResultNs }: Reached): Opening {
  const { httpRequests, roundTripsToOpen, tls } = channel.handshake();
  return {
    tcpNs: milestones.at('tcp'),
    tlsNs: milestones.at('tls'),
    httpNs: milestones.at('http'),
    readyNs,
    firstResultNs,
    sockets: milestones.sockets,
    httpRequests,
    roundTripsToOpen,
    tls,
    ...wire,
  };
}
