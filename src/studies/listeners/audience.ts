/** The listeners of a step: MCP clients that subscribe to a topic and never call. */
import type { Clock } from '../../measure/clock.ts';
import type { MessageSink } from '../../mcp/contract.ts';
import { EVENT_METHOD, readEvent, topicUri } from '../../mcp/events.ts';
import type { Variant } from '../../scenario/variant.ts';
import { type Nanoseconds, seconds } from '../../units.ts';
import { openStudySession, type StudySession } from '../bench.ts';
import { unhurried } from './unhurried.ts';
import type { Reception } from './reception.ts';

export const TOPIC = 'updates';
/** So many connect at a time: enough to be quick, few enough for any listen backlog. */
const AT_ONCE = 32;
/** Of a request: while hundreds connect at once, one of them may wait for long. */
const REQUEST_NS = seconds(10);

export interface AudienceOptions {
  readonly variant: Variant;
  readonly certificate: string | undefined;
  readonly clock: Clock;
}

/** Which reception a listener's events belong to, by the publication's run and the listener's index. */
export type Receivers = (run: number, listener: number) => Reception | undefined;

/** How a client sends what opens its session. */
type Manner = (sink: MessageSink, clock: Clock) => MessageSink;
const atOnce: Manner = (sink) => sink;

export class Audience {
  readonly #options: AudienceOptions;
  readonly #sessions = new Map<number, StudySession>();
  #receivers: Receivers = () => undefined;
  #onLost: (listener: number) => void = () => undefined;

  constructor(options: AudienceOptions) {
    this.#options = options;
  }

  /** From now on events are counted there. */
  countAt(receivers: Receivers): void {
    this.#receivers = receivers;
  }

  /** Is told of every listener whose client says that its connection is gone. */
  onLost(listener: (index: number) => void): void {
    this.#onLost = listener;
  }

  /** Connects listeners with these indices, some at a time, and subscribes them. */
  async open(indices: readonly number[], address: string): Promise<void> {
    for (let first = 0; first < indices.length; first += AT_ONCE)
      await Promise.all(indices.slice(first, first + AT_ONCE).map((index) => this.openOne(index, address, unhurried)));
  }

  /** In the place of the one before it, if there was one with this index; with every message at once, if it is not said how. */
  async openOne(index: number, address: string, manner: Manner = atOnce): Promise<void> {
    const session = await openStudySession({
      ...this.#options,
      address,
      timeoutNs: REQUEST_NS,
      sink: (channel) => manner(channel, this.#options.clock),
      onNotification: (method, params, receivedNs) => {
        if (method === EVENT_METHOD) this.#take(index, params, receivedNs);
      },
      onClosed: () => this.#onLost(index),
    });
    const before = this.#sessions.get(index);
    this.#sessions.set(index, session);
    await before?.close();
    await session.client.subscribe([topicUri(TOPIC)]);
  }

  #take(index: number, params: Parameters<typeof readEvent>[0], receivedNs: Nanoseconds): void {
    const stamp = readEvent(params);
    if (stamp !== undefined) this.#receivers(stamp.run, index)?.take(index, stamp, receivedNs);
  }

  /** Sockets that the clients hold open at this moment. */
  get openSockets(): number {
    return [...this.#sessions.values()].flatMap(({ channel }) => channel.sockets()).filter(({ open }) => open).length;
  }

  /** Closes every session. Never rejects. */
  async close(): Promise<void> {
    this.#onLost = () => undefined;
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }
}
