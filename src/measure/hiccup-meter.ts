/** What the machine did to a process that wanted nothing: the lateness of a timer in an idle one (after jHiccup). */
import { type Nanoseconds, minus, nanoseconds, plus } from '../units.ts';
import type { Clock } from './clock.ts';

/** How often the meter looks. A hiccup shorter than this may fall between two looks. */
const EVERY_NS = nanoseconds(5_000_000);
/** Lateness that a timer has anyway. */
const ORDINARY_NS = nanoseconds(2_000_000);

export interface Hiccups {
  /** The longest lateness of the timer beyond what is ordinary. */
  readonly maxNs: Nanoseconds;
  readonly totalNs: Nanoseconds;
}

export class HiccupMeter {
  readonly #clock: Clock;
  #maxNs = 0;
  #totalNs = 0;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#arm();
  }

  #arm(): void {
    const due = plus(this.#clock.now(), EVERY_NS);
    this.#cancel = this.#clock.at(due, () => {
      const late = minus(this.#clock.now(), plus(due, ORDINARY_NS));
      if (late > 0) {
        this.#maxNs = Math.max(this.#maxNs, late);
        this.#totalNs += late;
      }
      this.#arm();
    });
  }

  /** What was seen since the last call. */
  take(): Hiccups {
    const seen = { maxNs: nanoseconds(this.#maxNs), totalNs: nanoseconds(this.#totalNs) };
    this.#maxNs = 0;
    this.#totalNs = 0;
    return seen;
  }

  stop(): void {
    this.#cancel();
  }
}
