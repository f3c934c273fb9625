/** One client that goes through a hop, or past it: opens a session, calls, listens, is silent and comes back. */
import { topicUri } from '../../mcp/events.ts';
import { describeOutcome } from '../../mcp/outcome.ts';
import { nonceOf } from '../../mcp/payload.ts';
import { type Clock, until } from '../../measure/clock.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { Variant } from '../../scenario/variant.ts';
import { type Bytes, type Nanoseconds, bytes, minus, nanoseconds, perSecond, plus, NS_PER_S } from '../../units.ts';
import { type StudyEndpoint, type StudySession, openStudySession } from '../bench.ts';
import { EventBook } from './event-book.ts';
import type { Hop } from './hop.ts';

type Survival = NonNullable<StudyData['proxies']['idle']['silent']>;

/** As a short call and a short event are. */
const TEXT_BYTES = bytes(128);
/** More than any of the hops holds back by default. */
const PUSH_BYTES = bytes(256 * 1024);
/** So far apart that what is held back for a while is held back one by one. */
const EVENTS_PER_SECOND = 4;
const EVENT_EVERY_NS = nanoseconds(NS_PER_S / EVENTS_PER_SECOND);
/** Before the first event, so that the order is with the endpoint when it is due. */
const LEAD_NS = nanoseconds(NS_PER_S / 50);

/** What a session is subscribed to: one that is to be left alone hears nothing of what another is sent. */
export type Topic = 'feed' | 'quiet';

/** Runs tell the events of a step's parts apart. */
export const RUNS = { inTime: 1, push: 2, afterSilence: 3 } as const;

export interface VisitOrder {
  readonly variant: Variant;
  readonly topic: Topic;
  /** Every endpoint that may have to publish. */
  readonly servers: readonly StudyEndpoint[];
  readonly way: Pick<Hop, 'address' | 'certificate' | 'proxy'>;
  readonly clock: Clock;
  readonly seed: number;
  /** For opening, for an answer, for an event. */
  readonly limitNs: Nanoseconds;
}

/** An open session that is subscribed to its topic. */
export class Visit {
  readonly openedInNs: Nanoseconds;
  readonly #order: VisitOrder;
  readonly #session: StudySession;
  readonly #events: EventBook;
  readonly #lost: { because: string | null };
  #calls = 0;

  private constructor(
    order: VisitOrder,
    session: StudySession,
    seen: { readonly events: EventBook; readonly lost: { because: string | null }; readonly openedInNs: Nanoseconds },
  ) {
    this.#order = order;
    this.#session = session;
    this.#events = seen.events;
    this.#lost = seen.lost;
    this.openedInNs = seen.openedInNs;
  }

  /** Rejects with a message fit to print, and no later than after the limit. */
  static async open(order: VisitOrder): Promise<Visit> {
    const { clock, limitNs, variant, way } = order;
    const startedNs = clock.now();
    const events = new EventBook();
    const lost: { because: string | null } = { because: null };
    const session = await openStudySession({
      ...way,
      variant,
      clock,
      timeoutNs: limitNs,
      connectNs: limitNs,
      onNotification: (_method, params, receivedNs) => events.take(params, receivedNs),
      onClosed: (reason) => (lost.because = reason),
    });
    try {
      await subscribe(session, order, plus(startedNs, nanoseconds(2 * limitNs)));
      return new Visit(order, session, { events, lost, openedInNs: minus(clock.now(), startedNs) });
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  get sockets(): number {
    return this.#session.channel.sockets().length;
  }

  /** Service time of one call, or why it has none. */
  async call(): Promise<{ readonly serviceNs: Nanoseconds } | { readonly error: string }> {
    const text = nonceOf(0, this.#calls).padEnd(TEXT_BYTES, 'x');
    this.#calls += 1;
    const params = { name: 'echo', arguments: { text } };
    const { outcome, sentNs, completedNs } = await this.#session.client.request('tools/call', params);
    if (outcome.kind !== 'ok') return { error: describeOutcome(outcome) };
    const isSame = JSON.stringify(outcome.result).includes(text);
    return isSame ? { serviceNs: minus(completedNs, sentNs) } : { error: 'the answer is not the text that was sent' };
  }

  /** Publishes so many events and answers how long each took to come here. */
  async hear(run: number, count: number, payload: Bytes = TEXT_BYTES): Promise<readonly (Nanoseconds | null)[]> {
    const { clock, limitNs } = this.#order;
    await this.#publish(run, count, payload);
    await this.#events.all(run, count, clock, plus(clock.now(), limitNs));
    return this.#events.delays(run, count);
  }

  /** Publishes as much as pushes anything out of a buffer, and answers which of an earlier run have come then. */
  async push(run: number, count: number): Promise<readonly (Nanoseconds | null)[]> {
    await this.hear(RUNS.push, 1, PUSH_BYTES);
    return this.#events.delays(run, count);
  }

  /** Sends nothing for the time; then an event is published, then a call is made. */
  async afterSilence(forNs: Nanoseconds): Promise<Survival> {
    const { clock } = this.#order;
    const before = this.sockets;
    await until(clock, plus(clock.now(), forNs));
    // To a client that knows of its loss nothing comes any more: there is no use in waiting for it.
    const [eventNs = null] = this.#lost.because === null ? await this.hear(RUNS.afterSilence, 1) : [];
    const answer = await this.call();
    return { eventNs, called: 'serviceNs' in answer, lost: this.#lost.because, newSockets: this.sockets - before };
  }

  /** Never rejects. */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** All servers publish the same: whoever has a listener has the event. */
  async #publish(run: number, count: number, payloadBytes: Bytes): Promise<void> {
    const { clock, topic, servers, seed, limitNs } = this.#order;
    const publication = { topic, arrivals: 'constant', ratePerSec: perSecond(EVENTS_PER_SECOND) } as const;
    const order = {
      run,
      publications: [{ ...publication, payloadBytes, subscribers: 1 }],
      seed,
      startNs: plus(clock.now(), LEAD_NS),
      durationNs: nanoseconds(count * EVENT_EVERY_NS),
    };
    const askNs = plus(limitNs, nanoseconds(order.durationNs + NS_PER_S));
    await Promise.all(servers.map((server) => server.ask('publish', order, askNs)));
  }
}

/** A subscription may hang where requests do not: its acknowledgement is an event. */
async function subscribe({ client }: StudySession, { clock, topic }: VisitOrder, deadline: Nanoseconds): Promise<void> {
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.at(deadline, () => reject(new Error('subscribing: no answer in time')));
  });
  try {
    await Promise.race([client.subscribe([topicUri(topic)]), late]);
  } finally {
    cancel();
  }
}
