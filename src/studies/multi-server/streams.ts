/** Opens streams to several servers, one after the other, and looks at what they take together. */
import { EVENT_METHOD, readEvent, topicUri } from '../../mcp/events.ts';
import type { JsonObject } from '../../mcp/jsonrpc.ts';
import { describeOutcome } from '../../mcp/outcome.ts';
import { nonceOf } from '../../mcp/payload.ts';
import { type Clock, until } from '../../measure/clock.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { Sharing, WireCounts } from '../../transports/contract.ts';
import { type Nanoseconds, bytes, milliseconds, minus, perSecond, plus, seconds } from '../../units.ts';
import { closeShared } from '../../wire/sharing.ts';
import type { StudySession } from '../bench.ts';
import { quietWire } from '../quiet-wire.ts';
import type { Origins } from './origins.ts';

type Found = NonNullable<StudyData['multi-server']['streams']>;

export interface StreamsOrder {
  readonly origins: Origins;
  readonly servers: number;
  /** Streams of each server. */
  readonly perServer: number;
  /** Every stream a session of its own, or a topic of the one session with its server. */
  readonly layout: 'sessions' | 'topics';
  readonly clock: Clock;
  readonly seed: number;
}

/** What is asked of an endpoint takes no time, a publication hardly any. */
const PROMPT_NS = seconds(20);
const PROGRESS = 'notifications/progress';

/** Each stream gets two events, 10 ms apart, after a lead in which the order reaches the endpoint. */
const EVENT_RATE = perSecond(100);
const PUBLISHING_NS = milliseconds(20);
const LEAD_NS = milliseconds(50);
const EVENT_BYTES = bytes(64);
const ARRIVAL_LOOKS = 200;
const LOOK_EVERY_NS = milliseconds(10);

/** What has come on one stream. */
class Stream {
  readonly topic: string;
  firstEventNs: Nanoseconds | undefined;
  readonly #events = new Set<number>();

  constructor(topic: string) {
    this.topic = topic;
  }

  get delivered(): number {
    return this.#events.size;
  }

  /** Answers whether it was this stream's. */
  take(method: string, params: JsonObject, receivedNs: Nanoseconds): boolean {
    if (method === PROGRESS && this.firstEventNs === undefined) {
      this.firstEventNs = receivedNs;
      return true;
    }
    const event = method === EVENT_METHOD ? readEvent(params) : undefined;
    if (event?.topic !== this.topic) return false;
    this.#events.add(event.sequence);
    return true;
  }
}

/** A session and the streams that it carries. */
interface Seat {
  readonly server: number;
  readonly streams: Stream[];
  session: StudySession | undefined;
}

/** One client with its sessions. */
class ManyStreams {
  readonly seats: Seat[] = [];
  readonly opened = { tcp: 0, tls: 0, http: 0 };
  readonly #sharing: Sharing = { onMilestone: (milestone) => void (this.opened[milestone] += 1) };
  readonly #order: StreamsOrder;

  constructor(order: StreamsOrder) {
    this.#order = order;
  }

  get sessions(): readonly StudySession[] {
    return this.seats.flatMap(({ session }) => session ?? []);
  }

  /** Over all servers: how many of each, by their number. */
  get streams(): readonly Stream[] {
    return this.seats.flatMap(({ streams }) => streams);
  }

  /** Resolves with the time to the first event on it. */
  async add(server: number, number: number): Promise<Nanoseconds> {
    const { clock, layout, origins } = this.#order;
    const beganNs = clock.now();
    const stream = new Stream(`s${server}-${number}`);
    const seat = layout === 'topics' ? this.#seatAt(server) : this.#newSeat(server);
    seat.streams.push(stream);
    seat.session ??= await origins.open({ server, sharing: this.#sharing, onNotification: deliverTo(seat) });
    await seat.session.client.subscribe([topicUri(stream.topic)]);
    await askForEvent(seat.session, this.streams.length);
    if (stream.firstEventNs === undefined) throw new Error('an answer came, and the event before it did not');
    return minus(stream.firstEventNs, beganNs);
  }

  #seatAt(server: number): Seat {
    return this.seats.find((seat) => seat.server === server) ?? this.#newSeat(server);
  }

  #newSeat(server: number): Seat {
    const seat = { server, streams: [], session: undefined };
    this.seats.push(seat);
    return seat;
  }

  /** What sessions share is in the sum several times: good enough to see it stand still. */
  wire(): WireCounts {
    const wires = this.sessions.map(({ channel }) => channel.wire());
    return {
      upBytes: bytes(sum(wires, ({ upBytes }) => upBytes)),
      downBytes: bytes(sum(wires, ({ downBytes }) => downBytes)),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.close()));
    await closeShared(this.#sharing);
  }
}

const deliverTo =
  ({ streams }: Seat) =>
  (method: string, params: JsonObject, receivedNs: Nanoseconds): void => {
    for (const stream of streams) if (stream.take(method, params, receivedNs)) return;
  };

/** A call that reports its progress once: an event that the server sends down the stream before it answers. */
async function askForEvent({ client }: StudySession, number: number): Promise<void> {
  const { outcome } = await client.request('tools/call', {
    name: 'progress',
    arguments: { text: nonceOf(0, number), steps: 1 },
    _meta: { progressToken: client.nextId },
  });
  if (outcome.kind !== 'ok') throw new Error(`a call failed: ${describeOutcome(outcome)}`);
}

export async function measureStreams(order: StreamsOrder): Promise<Found> {
  const { origins, servers, perServer, clock } = order;
  const many = new ManyStreams(order);
  try {
    const endpointBefore = await beginCounting(origins);
    const clientBefore = residentBytes();
    const firstEventNs: Nanoseconds[] = [];
    // To every server one, then to every server a second.
    for (let number = 0; number < perServer; number += 1)
      for (let server = 0; server < servers; server += 1) firstEventNs.push(await many.add(server, number));
    await quietWire(() => many.wire(), clock, origins.network);
    const clientAfter = residentBytes();
    const readings = await readAll(origins);
    const published = await publishToAll(many, order);
    return {
      streams: many.streams.length,
      sessions: many.sessions.length,
      socketsOpened: many.opened.tcp,
      tlsHandshakes: many.opened.tls,
      openSockets: readings.map(({ openSockets }) => openSockets),
      httpRequests: sum(many.sessions, ({ channel }) => channel.handshake().httpRequests),
      upBytes: bytes(sum(readings, ({ wire }) => wire.upBytes)),
      downBytes: bytes(sum(readings, ({ wire }) => wire.downBytes)),
      firstEventNs,
      clientRssBytes: { before: clientBefore, after: clientAfter },
      endpointRssBytes: { before: endpointBefore, after: sum(readings, (reading) => reading.process.rssBytes) },
      published,
      delivered: sum(many.streams, ({ delivered }) => delivered),
    };
  } finally {
    await many.close();
  }
}

const sum = <T>(items: readonly T[], read: (item: T) => number): number =>
  items.reduce((total, item) => total + read(item), 0);

const residentBytes = (): number => process.memoryUsage.rss();

const readAll = ({ endpoints }: Origins) =>
  Promise.all(endpoints.map((endpoint) => endpoint.ask('read', undefined, PROMPT_NS)));

/** Endpoints count from here. Resolves with the memory they have now. */
async function beginCounting(origins: Origins): Promise<number> {
  const edge = { stall: undefined, startNs: milliseconds(0) };
  await Promise.all(origins.endpoints.map((endpoint) => endpoint.ask('begin', edge, PROMPT_NS)));
  return sum(await readAll(origins), (reading) => reading.process.rssBytes);
}

/** Every stream is sent events of its own. Resolves with their number when all have come, or have had time to. */
async function publishToAll(many: ManyStreams, { origins, seed, clock }: StreamsOrder): Promise<number> {
  const startNs = plus(clock.now(), LEAD_NS);
  const reports = await Promise.all(
    origins.endpoints.map((endpoint) => {
      const here = many.seats.filter(({ server }) => origins.of(server) === endpoint).flatMap(({ streams }) => streams);
      const publications = here.map(({ topic }) => ({
        topic,
        arrivals: 'constant' as const,
        ratePerSec: EVENT_RATE,
        payloadBytes: EVENT_BYTES,
        subscribers: 1,
      }));
      return endpoint.ask('publish', { run: 1, publications, seed, startNs, durationNs: PUBLISHING_NS }, PROMPT_NS);
    }),
  );
  const published = sum(reports, (report) => report.published);
  const delivered = (): number => sum(many.streams, (stream) => stream.delivered);
  for (let look = 0; look < ARRIVAL_LOOKS && delivered() < published; look += 1)
    await until(clock, plus(clock.now(), LOOK_EVERY_NS));
  return published;
}
