/** Waiting for what others bring about: looked at whenever something has changed, and given up after a time. */
import type { Clock } from '../../measure/clock.ts';
import { type Nanoseconds, plus } from '../../units.ts';

export class Waiting {
  readonly #clock: Clock;
  readonly #looks = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something has changed. */
  changed(): void {
    for (const look of this.#looks) look();
  }

  /** Resolves with whether it came about in time. */
  until(holds: () => boolean, limitNs: Nanoseconds): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (answer: boolean): void => {
        this.#looks.delete(look);
        cancel();
        resolve(answer);
      };
      const look = (): void => {
        if (holds()) settle(true);
      };
      const cancel = this.#clock.at(plus(this.#clock.now(), limitNs), () => settle(holds()));
      this.#looks.add(look);
      look();
    });
  }
}
