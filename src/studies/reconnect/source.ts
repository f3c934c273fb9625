/** Where the numbered events come from: a calendar that waits for nobody, and the books of what was published. */
import type { Clock } from '../../measure/clock.ts';
import { type Nanoseconds, plus } from '../../units.ts';

export interface SourceOptions {
  readonly clock: Clock;
  readonly everyNs: Nanoseconds;
  /** Has the endpoint publish one event; resolves when it has handed it to the transport. */
  readonly emit: (sequence: number, dueNs: Nanoseconds) => Promise<unknown>;
  /** An event was published, or could not be. */
  readonly onChange: () => void;
}

export class Source {
  /** Called for by the calendar. */
  due = 0;
  /** Due while there was no server; they have no numbers. */
  withheld = 0;
  /** Numbers given so far: the endpoint has been asked to publish them. */
  numbered = 0;
  /** The endpoint has said that it has. */
  published = 0;
  /** An endpoint that did not publish although it should have been there: the step is worth nothing. */
  failure: Error | undefined;
  readonly #options: SourceOptions;
  #withholding = false;
  #running = false;
  #cancel: (() => void) | undefined;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** Nothing that was asked for is still on its way. */
  get quiet(): boolean {
    return this.published === this.numbered;
  }

  start(): void {
    this.#running = true;
    this.#next(this.#options.clock.now());
  }

  /** Until `start`, nothing is due. */
  pause(): void {
    this.#running = false;
    this.#cancel?.();
  }

  /** While there is no server, what is due is only counted. */
  set withholding(value: boolean) {
    this.#withholding = value;
  }

  #next(dueNs: Nanoseconds): void {
    const { clock, everyNs } = this.#options;
    let over = false;
    const cancel = clock.at(dueNs, () => {
      over = true;
      this.#fall(dueNs);
      if (this.#running) this.#next(plus(dueNs, everyNs));
    });
    // What is overdue is done at once, and the next one's is not to be overwritten.
    if (!over) this.#cancel = cancel;
  }

  #fall(dueNs: Nanoseconds): void {
    this.due += 1;
    if (this.#withholding) {
      this.withheld += 1;
      return;
    }
    const sequence = this.numbered;
    this.numbered += 1;
    this.#options.emit(sequence, dueNs).then(
      () => {
        this.published += 1;
        this.#options.onChange();
      },
      (error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
        this.#options.onChange();
      },
    );
  }
}
