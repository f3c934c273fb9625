/** One publication, many receivers: when the first of them had each event, the one in the middle, and the last. */
import { type Distribution, Histogram } from './histogram.ts';
import { type Nanoseconds, minus, nanoseconds } from '../units.ts';

/** Who is meant to have every event of a topic. */
export interface Audience {
  readonly topic: string;
  readonly subscribers: number;
}

/** The events of one window, each counted once, whoever has it. events = complete + incomplete. */
export interface FanOut {
  readonly events: number;
  /** Events that every subscriber has. */
  readonly complete: number;
  /** Events that at least one subscriber never got. They have no last receiver. */
  readonly incomplete: number;
  /** Deliveries over all events and receivers: as many as the books of notifications count. */
  readonly deliveries: number;
  /** Published → received by the first who had it; of events that anybody has. */
  readonly first: Distribution;
  /** Published → received by half of the subscribers, the middle one included; of events that so many have. */
  readonly median: Distribution;
  /** Published → received by all; of complete events. */
  readonly last: Distribution;
  /** Received by the first → received by all, both of them instants of one process; of complete events. */
  readonly spread: Distribution;
}

/** An event as one receiver had it. */
export interface Receipt {
  readonly topic: string;
  readonly sequence: number;
  readonly emittedNs: Nanoseconds;
  readonly receivedNs: Nanoseconds;
}

/** Receipts come in the order of their instants, for one process takes them all; each receiver's once. */
export class FanOutBook {
  readonly #feeds: readonly Feed[];
  readonly #byTopic: ReadonlyMap<string, Feed>;

  constructor(audiences: readonly Audience[]) {
    this.#feeds = audiences.map(({ subscribers }) => new Feed(subscribers));
    this.#byTopic = new Map(audiences.map(({ topic }, index) => [topic, this.#feeds[index] ?? new Feed(0)]));
  }

  arrived(receipt: Receipt): void {
    this.#byTopic.get(receipt.topic)?.arrived(receipt);
  }

  /** Closes the book. `published` counts events, audience by audience; `null` when nobody was meant to have any. */
  close(published: readonly number[]): FanOut | null {
    if (this.#feeds.every(({ subscribers }) => subscribers === 0)) return null;
    const tally = new Tally();
    for (const [index, feed] of this.#feeds.entries())
      if (feed.subscribers > 0) feed.settle(published[index] ?? 0, tally);
    return tally.encode();
  }
}

/** What is kept of an event until the book is closed, beside how many have it. */
const EMITTED = 0;
const FIRST = 1;
const MEDIAN = 2;
const LAST = 3;
const INSTANTS = 4;

/** One topic's events, 36 bytes each: nothing is allocated for an arrival. */
class Feed {
  readonly subscribers: number;
  readonly #middle: number;
  #receivers = new Uint32Array(64);
  #instantsNs = new Float64Array(64 * INSTANTS);

  constructor(subscribers: number) {
    this.subscribers = subscribers;
    this.#middle = Math.ceil(subscribers / 2);
  }

  arrived({ sequence, emittedNs, receivedNs }: Receipt): void {
    if (sequence >= this.#receivers.length) this.#grow(sequence + 1);
    const receivers = (this.#receivers[sequence] ?? 0) + 1;
    this.#receivers[sequence] = receivers;
    const at = sequence * INSTANTS;
    const instantsNs = this.#instantsNs;
    // Where every client has a server of its own, each of them stamps its copy: the event is out when the first one is.
    instantsNs[at + EMITTED] = receivers === 1 ? emittedNs : Math.min(instantsNs[at + EMITTED] ?? 0, emittedNs);
    if (receivers === 1) instantsNs[at + FIRST] = receivedNs;
    if (receivers === this.#middle) instantsNs[at + MEDIAN] = receivedNs;
    if (receivers === this.subscribers) instantsNs[at + LAST] = receivedNs;
  }

  settle(events: number, tally: Tally): void {
    for (let sequence = 0; sequence < events; sequence += 1) {
      // More than there are subscribers cannot be: what is beyond them is missing in the sum, and the books then differ.
      const receivers = Math.min(this.#receivers[sequence] ?? 0, this.subscribers);
      const at = sequence * INSTANTS;
      tally.add(receivers, this.subscribers);
      if (receivers >= 1) tally.span('first', this.#instant(at + EMITTED), this.#instant(at + FIRST));
      if (receivers >= this.#middle) tally.span('median', this.#instant(at + EMITTED), this.#instant(at + MEDIAN));
      if (receivers < this.subscribers) continue;
      tally.span('last', this.#instant(at + EMITTED), this.#instant(at + LAST));
      tally.span('spread', this.#instant(at + FIRST), this.#instant(at + LAST));
    }
  }

  #instant(at: number): Nanoseconds {
    return nanoseconds(this.#instantsNs[at] ?? 0);
  }

  #grow(needed: number): void {
    const length = Math.max(needed, this.#receivers.length * 2);
    const receivers = new Uint32Array(length);
    receivers.set(this.#receivers);
    const instantsNs = new Float64Array(length * INSTANTS);
    instantsNs.set(this.#instantsNs);
    this.#receivers = receivers;
    this.#instantsNs = instantsNs;
  }
}

class Tally {
  readonly #spans = { first: new Histogram(), median: new Histogram(), last: new Histogram(), spread: new Histogram() };
  #events = 0;
  #complete = 0;
  #deliveries = 0;

  add(receivers: number, subscribers: number): void {
    this.#events += 1;
    this.#deliveries += receivers;
    if (receivers === subscribers) this.#complete += 1;
  }

  span(which: 'first' | 'median' | 'last' | 'spread', fromNs: Nanoseconds, toNs: Nanoseconds): void {
    const spanNs = minus(toNs, fromNs);
    // Clocks that cannot be compared: the clock check says so, and no number is made up.
    if (spanNs >= 0) this.#spans[which].record(spanNs);
  }

  encode(): FanOut {
    const { first, median, last, spread } = this.#spans;
    return {
      events: this.#events,
      complete: this.#complete,
      incomplete: this.#events - this.#complete,
      deliveries: this.#deliveries,
      first: first.encode(),
      median: median.encode(),
      last: last.encode(),
      spread: spread.encode(),
    };
  }
}
