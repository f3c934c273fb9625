/** What an application does about a connection that is gone, where its library does nothing. */
import type { Clock } from '../../../measure/clock.ts';
import { type Nanoseconds, nanoseconds, plus } from '../../../units.ts';

export interface Policy {
  /** Before the first try. */
  readonly waitNs: Nanoseconds;
  /** By how much the wait grows with every try that fails. */
  readonly factor: number;
  readonly longestNs: Nanoseconds;
  /** Tries in a row, before it is given up. */
  readonly attempts: number;
  /** After so much silence a connection is taken for gone; `undefined` for never. */
  readonly silenceNs: Nanoseconds | undefined;
}

/** The wait before a try; `failures` of the same row have gone before it. */
export const waitBefore = (failures: number, { waitNs, factor, longestNs }: Policy): Nanoseconds =>
  nanoseconds(Math.min(longestNs, waitNs * factor ** failures));

/** Tries again and again, by the policy. */
export class Comeback {
  readonly #policy: Policy;
  readonly #clock: Clock;
  readonly #attempt: () => void;
  #failures = 0;
  #cancel: (() => void) | undefined;

  constructor(policy: Policy, clock: Clock, attempt: () => void) {
    this.#policy = policy;
    this.#clock = clock;
    this.#attempt = attempt;
  }

  /** The connection is gone, or a try has failed. */
  lost(): void {
    this.stop();
    if (this.#failures >= this.#policy.attempts) return;
    const waitNs = waitBefore(this.#failures, this.#policy);
    this.#failures += 1;
    this.#cancel = this.#clock.at(plus(this.#clock.now(), waitNs), this.#attempt);
  }

  /** What has come shows that it works. */
  works(): void {
    this.#failures = 0;
  }

  stop(): void {
    this.#cancel?.();
  }
}

/** Calls when nothing has been heard for too long. */
export class Watchdog {
  readonly #onSilence: () => void;
  readonly #silenceNs: Nanoseconds | undefined;
  readonly #clock: Clock;
  #heardNs: Nanoseconds | undefined;
  #cancel: (() => void) | undefined;

  constructor({ silenceNs }: Policy, clock: Clock, onSilence: () => void) {
    this.#silenceNs = silenceNs;
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** Something has come; the first of it begins the watch. */
  heard(): void {
    if (this.#silenceNs === undefined) return;
    const watching = this.#heardNs !== undefined;
    this.#heardNs = this.#clock.now();
    if (!watching) this.#watch(this.#heardNs, this.#silenceNs);
  }

  #watch(fromNs: Nanoseconds, silenceNs: Nanoseconds): void {
    this.#cancel = this.#clock.at(plus(fromNs, silenceNs), () => {
      const heardNs = this.#heardNs;
      if (heardNs === undefined) return;
      if (heardNs > fromNs) this.#watch(heardNs, silenceNs);
      else {
        this.#heardNs = undefined;
        this.#onSilence();
      }
    });
  }

  /** Until something is heard again. */
  rest(): void {
    this.#cancel?.();
    this.#heardNs = undefined;
  }
}
