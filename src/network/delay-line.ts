/** Everything that is under way: each thing happens a fixed time after it was handed in, in the order in which it was. */
import type { Clock } from '../measure/clock.ts';
import { Histogram } from '../measure/histogram.ts';
import { minus, type Nanoseconds, nanoseconds, plus } from '../units.ts';
import type { Alarm } from './alarm.ts';

interface UnderWay {
  readonly dueNs: Nanoseconds;
  readonly arrive: () => void;
}

export class DelayLine {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #alarm: Pick<Alarm, 'ring'>;
  #delayNs = nanoseconds(0);
  #underWay: UnderWay[] = [];
  /** Of the first that has not arrived; what stands before it is dropped now and then. */
  #next = 0;
  #lateness = new Histogram('coarse');

  constructor(clock: Pick<Clock, 'now'>, alarm: Pick<Alarm, 'ring'>) {
    this.#clock = clock;
    this.#alarm = alarm;
  }

  /** For what is handed in from now on. It does not overtake what is under way already. */
  setDelay(delayNs: Nanoseconds): void {
    this.#delayNs = delayNs;
  }

  /** `arrive` is called no sooner than the delay from now; at once if there is none and nothing is under way. */
  send(arrive: () => void): void {
    const last = this.#underWay.at(-1);
    if (last === undefined && this.#delayNs === 0) {
      arrive();
      return;
    }
    const ownNs = plus(this.#clock.now(), this.#delayNs);
    const dueNs = nanoseconds(Math.max(ownNs, last?.dueNs ?? 0));
    this.#underWay.push({ dueNs, arrive });
    if (last === undefined) this.#alarm.ring(dueNs, () => this.#deliver());
  }

  /** How late things arrived since the last call. */
  takeLateness(): Histogram {
    const taken = this.#lateness;
    this.#lateness = new Histogram('coarse');
    return taken;
  }

  #deliver(): void {
    let next = this.#underWay[this.#next];
    while (next !== undefined) {
      const lateNs = minus(this.#clock.now(), next.dueNs);
      if (lateNs < 0) break;
      this.#lateness.record(lateNs);
      this.#next += 1;
      next.arrive();
      next = this.#underWay[this.#next];
    }
    this.#forget();
    if (next !== undefined) this.#alarm.ring(next.dueNs, () => this.#deliver());
  }

  /** Only once it pays: shifting a long list for every chunk would cost more than carrying it. */
  #forget(): void {
    if (this.#next < this.#underWay.length && this.#next < MANY) return;
    this.#underWay = this.#underWay.slice(this.#next);
    this.#next = 0;
  }
}

const MANY = 1_024;
