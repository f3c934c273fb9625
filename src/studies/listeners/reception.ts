/** What some listeners receive of one publication: how much, and how long it was under way. */
import { type NotificationBooks, notificationsBalance } from '../../measure/books.ts';
import type { Clock } from '../../measure/clock.ts';
import { Histogram } from '../../measure/histogram.ts';
import { SequenceBook } from '../../measure/sequence-book.ts';
import type { EventStamp } from '../../mcp/events.ts';
import { type Nanoseconds, minus, plus } from '../../units.ts';

/** Published → received, over all deliveries; nearest rank. */
export interface Delivery {
  readonly p50Ns: Nanoseconds;
  readonly p99Ns: Nanoseconds;
  readonly maxNs: Nanoseconds;
}

export interface Received extends NotificationBooks {
  /** `null` where nothing arrived. */
  readonly delivery: Delivery | null;
}

export class Reception {
  readonly #clock: Clock;
  readonly #book = new SequenceBook();
  readonly #delivery = new Histogram();
  #expected = Number.POSITIVE_INFINITY;
  #onComplete: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(listener: number, { sequence, emittedNs }: EventStamp, receivedNs: Nanoseconds): void {
    if (!this.#book.arrived(String(listener), sequence)) return;
    this.#delivery.record(minus(receivedNs, emittedNs));
    if (this.#book.delivered >= this.#expected) this.#onComplete();
  }

  /** Resolves when so many have arrived, or at the limit if fewer do. */
  complete(expected: number, limitNs: Nanoseconds): Promise<void> {
    this.#expected = expected;
    if (this.#book.delivered >= expected) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.at(plus(this.#clock.now(), limitNs), resolve);
      this.#onComplete = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Throws when more has arrived than was published. */
  received(published: number): Received {
    const books = this.#book.books(published);
    if (!notificationsBalance(books))
      throw new Error(`${books.delivered} updates arrived where ${published} were published`);
    return { ...books, delivery: this.#quantiles() };
  }

  #quantiles(): Delivery | null {
    const [p50Ns, p99Ns] = [this.#delivery.valueAtQuantile(0.5), this.#delivery.valueAtQuantile(0.99)];
    if (p50Ns === undefined || p99Ns === undefined) return null;
    return { p50Ns, p99Ns, maxNs: this.#delivery.maxNs };
  }
}
