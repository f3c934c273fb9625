/** What happened in one window: samples become histograms and books at once, so memory does not grow with their number. */
import { type Nanoseconds, minus } from '../units.ts';
import type { CallBooks, NotificationBooks } from './books.ts';
import { type Audience, type FanOut, FanOutBook } from './fan-out-book.ts';
import { type Distribution, Histogram } from './histogram.ts';
import { SequenceBook } from './sequence-book.ts';

/** One call that was answered rightly. */
export interface Sample {
  readonly intendedStartNs: Nanoseconds;
  readonly sentNs: Nanoseconds;
  readonly completedNs: Nanoseconds;
}

/** The ways in which a call that was sent can end other than well. */
export type Failure = 'rejected' | 'disconnected' | 'wrong' | 'timedOut';

/** The window is cut into so many equal parts to see whether it was steady. */
const PARTS = 10;
/** The median of fewer samples moves by chance alone. */
const FEWEST_IN_PART = 10;
const MAX_EXAMPLES = 5;
const HUNDRED_MS = 100_000_000;

export interface WindowShape {
  readonly startNs: Nanoseconds;
  /** `undefined` when the window ends with a number of calls: then its parts cannot be told while it runs. */
  readonly durationNs: Nanoseconds | undefined;
  /** Which publications count; those of the warm-up have another number. */
  readonly run: number;
  /** Who is meant to have what is published, in the scenario's order; nothing is published without. */
  readonly audiences?: readonly Audience[] | undefined;
}

export interface Recorded {
  readonly calls: CallBooks;
  readonly notifications: NotificationBooks;
  readonly progress: NotificationBooks;
  readonly scripts: number;
  readonly lastCompletedNs: Nanoseconds;
  readonly responseTime: Distribution;
  readonly serviceTime: Distribution;
  readonly sendLag: Distribution;
  readonly scriptTime: Distribution;
  readonly delivery: Distribution;
  readonly deliveryFromDue: Distribution;
  /** `null` when nothing was published to anybody. */
  readonly fanOut: FanOut | null;
  /** What `partMedians` is made of: part by part, response times, or deliveries where nothing is called. */
  readonly parts: readonly Distribution[];
  readonly partMedians: readonly (Nanoseconds | null)[];
  readonly within100ms: number | null;
}

/** The median of each part of the window; `null` for one with too few samples. */
export const mediansOf = (parts: readonly Distribution[]): readonly (Nanoseconds | null)[] =>
  parts.map((part) => (part.count < FEWEST_IN_PART ? null : (Histogram.decode(part).valueAtQuantile(0.5) ?? null)));

/** Counted by the clients, not by the recorder: messages that fit no call. */
export interface Strays {
  readonly misrouted: number;
  readonly duplicated: number;
  readonly unreadable: number;
}

export class Recorder {
  readonly #window: WindowShape;
  readonly #times = {
    responseTime: new Histogram(),
    serviceTime: new Histogram(),
    sendLag: new Histogram(),
    scriptTime: new Histogram(),
    delivery: new Histogram(),
    deliveryFromDue: new Histogram(),
  };
  /** Calls that no calendar called for: their response time is their service time, recorded once for both. */
  readonly #unscheduled = new Histogram();
  readonly #parts = Array.from({ length: PARTS }, () => new Histogram('coarse'));
  readonly #counts = { due: 0, ok: 0, rejected: 0, disconnected: 0, wrong: 0, timedOut: 0, dropped: 0, misrouted: 0 };
  readonly #errors = new Set<string>();
  readonly #events = new SequenceBook();
  readonly #fanOut: FanOutBook;
  readonly #progress = new SequenceBook();
  /** Tokens of calls under way: progress for any other call is not this window's, or came after the call was given up. */
  readonly #expected = new Set<string>();
  #progressAsked = 0;
  #within = 0;
  #scripts = 0;
  #lastCompletedNs: Nanoseconds;

  constructor(window: WindowShape) {
    this.#window = window;
    this.#fanOut = new FanOutBook(window.audiences ?? []);
    this.#lastCompletedNs = window.startNs;
  }

  /** A call has fallen due. Everything that is due ends in exactly one of the other counts. */
  due(count = 1): void {
    this.#counts.due += count;
  }

  /** Due calls that were never sent, because too many were in flight. */
  dropped(count: number): void {
    this.#counts.dropped += count;
  }

  /** @throws RangeError for a sample that goes back in time: that is a bug, not a measurement. */
  ok(sample: Sample, kind: 'scheduled' | 'unscheduled'): void {
    const responseNs = minus(sample.completedNs, sample.intendedStartNs);
    this.#counts.ok += 1;
    if (kind === 'scheduled') {
      this.#times.responseTime.record(responseNs);
      this.#times.serviceTime.record(minus(sample.completedNs, sample.sentNs));
      this.#times.sendLag.record(minus(sample.sentNs, sample.intendedStartNs));
    } else {
      this.#unscheduled.record(responseNs);
    }
    this.#part(sample.intendedStartNs)?.record(responseNs);
    if (responseNs <= HUNDRED_MS) this.#within += 1;
    this.#completed(sample.completedNs);
  }

  failed(kind: Failure, reason: string, completedNs: Nanoseconds): void {
    this.#counts[kind] += 1;
    if (this.#errors.size < MAX_EXAMPLES) this.#errors.add(reason.slice(0, 200));
    // Giving up is not completing: a rate is not divided by the patience of its client.
    if (kind !== 'timedOut') this.#completed(completedNs);
  }

  /** An answer that carried another call's nonce. The call that it answered counts as wrong beside. */
  misrouted(): void {
    this.#counts.misrouted += 1;
  }

  /** A script of one step ran to its end: its time is its call's, which has been recorded. */
  shortScript(): void {
    this.#scripts += 1;
  }

  /** A script of several steps ran to its end. */
  script(intendedStartNs: Nanoseconds, completedNs: Nanoseconds): void {
    this.#scripts += 1;
    this.#times.scriptTime.record(minus(completedNs, intendedStartNs));
  }

  /** A published event reached one subscriber. Events of other runs are not this window's. */
  event(event: EventArrival): void {
    if (event.run !== this.#window.run || !this.#events.arrived(`${event.subscriber}/${event.topic}`, event.sequence))
      return;
    this.#fanOut.arrived(event);
    const deliveryNs = minus(event.receivedNs, event.emittedNs);
    if (!(deliveryNs >= 0)) return; // Clocks that cannot be compared: the clock check says so, and no number is made up.
    this.#times.delivery.record(deliveryNs);
    this.#times.deliveryFromDue.record(minus(event.receivedNs, event.dueNs));
    if (this.#counts.due === 0) this.#part(event.dueNs)?.record(deliveryNs);
    this.#completed(event.receivedNs);
  }

  /** A call that will report its progress is about to be sent. */
  progressExpected(token: string): void {
    this.#expected.add(token);
  }

  /** The call was answered: so much progress was promised. What overtook the answer may still come. */
  progressPromised(token: string, steps: number): void {
    this.#progressAsked += steps;
    if (this.#progress.release(token, steps)) this.#expected.delete(token);
  }

  /** The call ended otherwise: nothing is known of how much should have come, so nothing is counted. */
  progressForgotten(token: string): void {
    this.#expected.delete(token);
    this.#progress.forget(token);
  }

  /** A progress notification; `progress` counts from 1. */
  progress(token: string, progress: number): void {
    if (this.#expected.has(token)) this.#progress.arrived(token, progress - 1);
  }

  get deliveredEvents(): number {
    return this.#events.delivered;
  }

  get calls(): number {
    return this.#counts.due;
  }

  /** Closes the books. To be called once. `published` counts sends to one subscriber each, `events` publications, audience by audience. */
  finish(published: number, strays: Strays, events: readonly number[] = []): Recorded {
    const { due, ok, rejected, disconnected, wrong, timedOut, dropped } = this.#counts;
    const misrouted = this.#counts.misrouted + strays.misrouted;
    const { duplicated, unreadable } = strays;
    this.#times.responseTime.add(this.#unscheduled);
    this.#times.serviceTime.add(this.#unscheduled);
    const parts = this.#parts.map((part) => part.encode());
    return {
      calls: {
        due,
        ok,
        rejected,
        disconnected,
        wrong,
        timedOut,
        dropped,
        misrouted,
        duplicated,
        unreadable,
        errors: [...this.#errors],
      },
      notifications: this.#events.books(published),
      progress: this.#progress.books(this.#progressAsked),
      scripts: this.#scripts,
      lastCompletedNs: this.#lastCompletedNs,
      responseTime: this.#times.responseTime.encode(),
      serviceTime: this.#times.serviceTime.encode(),
      sendLag: this.#times.sendLag.encode(),
      scriptTime: this.#times.scriptTime.encode(),
      delivery: this.#times.delivery.encode(),
      deliveryFromDue: this.#times.deliveryFromDue.encode(),
      fanOut: this.#fanOut.close(events),
      parts,
      partMedians: mediansOf(parts),
      within100ms: due === 0 ? null : this.#within / due,
    };
  }

  #completed(instant: Nanoseconds): void {
    if (instant > this.#lastCompletedNs) this.#lastCompletedNs = instant;
  }

  #part(instant: Nanoseconds): Histogram | undefined {
    const { startNs, durationNs } = this.#window;
    if (durationNs === undefined) return undefined;
    const part = Math.floor((minus(instant, startNs) * PARTS) / durationNs);
    return this.#parts[Math.min(PARTS - 1, Math.max(0, part))];
  }
}

/** An event as one subscriber saw it. */
export interface EventArrival {
  readonly subscriber: number;
  readonly topic: string;
  readonly run: number;
  readonly sequence: number;
  readonly dueNs: Nanoseconds;
  readonly emittedNs: Nanoseconds;
  readonly receivedNs: Nanoseconds;
}
