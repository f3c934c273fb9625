/** What a client tells while it is cut off, and what follows from it for one cut. */
import { SequenceBook } from '../../measure/sequence-book.ts';
import type { Clock } from '../../measure/clock.ts';
import type { StudyData } from '../../result/study-data.ts';
import { type Nanoseconds, minus, nanoseconds, plus } from '../../units.ts';

export type CutRecord = StudyData['reconnect']['cuts'][number];
/** Whose code does it: the client's library, or what an application has to bring. */
export type By = 'library' | 'application';

/** What a client tells; all of it also on its first connection. */
export interface ClientEvents {
  /** It knows that its stream is gone, or that a try to open another has failed. */
  lost(): void;
  /** It asks for a stream. */
  asks(by: By): void;
  /** A stream is open. */
  open(): void;
  /** A session is open and has its subscription. Not told where the one before goes on. */
  session(by: By): void;
  /** An event has arrived. */
  event(sequence: number, receivedNs: Nanoseconds): void;
}

/** What has happened since a cut. */
interface Chapter {
  readonly cutNs: Nanoseconds;
  /** Numbers given before the cut; all of those events had arrived. */
  readonly numbered: number;
  noticedNs: Nanoseconds | undefined;
  /** Since when it waits to try again. */
  waitingSinceNs: Nanoseconds | undefined;
  policyNs: Nanoseconds;
  attempts: number;
  reconnectedBy: By | undefined;
  openNs: Nanoseconds | undefined;
  sessionBy: By | undefined;
  firstEventNs: Nanoseconds | undefined;
  /** The first event that crossed the wire again: its number, and how many had been given by then. */
  crossed: { readonly sequence: number; readonly numbered: number } | undefined;
}

export class Journal implements ClientEvents {
  readonly book = new SequenceBook();
  readonly #clock: Clock;
  readonly #changed: () => void;
  #chapter: Chapter | undefined;
  /** Events since the last cut was over: the connection works. */
  steady = 0;
  /** The highest number that has arrived. */
  newest = -1;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  lost(): void {
    const chapter = this.#chapter;
    if (chapter !== undefined) {
      const nowNs = this.#clock.now();
      chapter.noticedNs ??= nowNs;
      chapter.waitingSinceNs = nowNs;
    }
    this.#changed();
  }

  asks(by: By): void {
    const chapter = this.#chapter;
    if (chapter === undefined) return;
    const { waitingSinceNs } = chapter;
    if (waitingSinceNs !== undefined)
      chapter.policyNs = plus(chapter.policyNs, minus(this.#clock.now(), waitingSinceNs));
    chapter.waitingSinceNs = undefined;
    chapter.attempts += 1;
    chapter.reconnectedBy = by;
  }

  open(): void {
    if (this.#chapter !== undefined) this.#chapter.openNs ??= this.#clock.now();
  }

  session(by: By): void {
    if (this.#chapter !== undefined) this.#chapter.sessionBy = by;
  }

  event(sequence: number, receivedNs: Nanoseconds): void {
    this.book.arrived('events', sequence);
    this.newest = Math.max(this.newest, sequence);
    // What comes before a stream was asked for anew was on its way when the connection was cut.
    if (this.#chapter !== undefined && this.#chapter.attempts > 0) this.#chapter.firstEventNs ??= receivedNs;
    this.steady += 1;
    this.#changed();
  }

  /** An event goes on to the client, as the hop sees it. */
  crossed(sequence: number, numbered: number): void {
    if (this.#chapter !== undefined) this.#chapter.crossed ??= { sequence, numbered };
  }

  /** The connection is cut at this moment. */
  cut(numbered: number): void {
    this.#chapter = {
      cutNs: this.#clock.now(),
      numbered,
      noticedNs: undefined,
      waitingSinceNs: undefined,
      policyNs: nanoseconds(0),
      attempts: 0,
      reconnectedBy: undefined,
      openNs: undefined,
      sessionBy: undefined,
      firstEventNs: undefined,
      crossed: undefined,
    };
  }

  /** Events have come since the cut. */
  get back(): boolean {
    return this.#chapter?.firstEventNs !== undefined;
  }

  /** The chapter is over; `numbered` is what has been given by now. */
  close(numbered: number): CutRecord {
    const chapter = this.#chapter;
    if (chapter === undefined) throw new Error('nothing was cut');
    this.#chapter = undefined;
    this.steady = 0;
    const since = (instant: Nanoseconds | undefined): number | null =>
      instant === undefined ? null : minus(instant, chapter.cutNs);
    const { sessionBy, reconnectedBy, firstEventNs, crossed } = chapter;
    const back = firstEventNs !== undefined;
    return {
      back,
      reconnectedBy: chapter.openNs === undefined ? 'nobody' : (reconnectedBy ?? 'nobody'),
      session: back ? (sessionBy === undefined ? 'kept' : 'opened-again') : 'lost',
      sessionBy: sessionBy ?? 'nobody',
      noticedNs: since(chapter.noticedNs),
      attempts: chapter.attempts,
      policyNs: chapter.policyNs,
      openNs: since(chapter.openNs),
      firstEventNs: since(firstEventNs),
      publishedWhileAway: (crossed?.numbered ?? numbered) - chapter.numbered,
      skipped: (crossed?.sequence ?? numbered) - chapter.numbered,
    };
  }
}
