/** Keeps a calendar: calls back when each arrival is due. */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../measure/clock.ts';
import { TIMER_GRID_NS } from '../scenario/arrivals.ts';
import type { Pacing } from '../scenario/pacing.ts';
import { type Nanoseconds, milliseconds, minus, nanoseconds, plus } from '../units.ts';
import type { PacerOrder } from './pacer-worker.ts';

export interface Pacer {
  /** Calendars are laid on multiples of this; 0 for none. */
  readonly gridNs: Nanoseconds;
  /** Calls back once per offset, in order, never early. Resolves after the last, or when the signal ends it. */
  pace(offsets: Float64Array, startNs: Nanoseconds, signal: AbortSignal, onDue: (index: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** A pacer for each way of keeping a calendar. They share one thread, which starts with the process: its start is in no window. */
export function pacersOn(clock: Clock): (pacing: Pacing) => Pacer {
  const thread = threadPacer();
  const pacers: Readonly<Record<Pacing, Pacer>> = {
    thread,
    spin: spinPacer(clock, thread),
    timer: timerPacer(clock),
  };
  return (pacing) => pacers[pacing];
}

/** By the clock's own timers: a millisecond coarse on the real clock, exact on a manual one. */
export function timerPacer(clock: Clock): Pacer {
  return {
    gridNs: TIMER_GRID_NS,
    pace: (offsets, startNs, signal, onDue) =>
      new Promise((resolve) => {
        const next = (index: number): void => {
          const offset = offsets[index];
          if (offset === undefined || signal.aborted) {
            resolve();
            return;
          }
          clock.at(plus(startNs, nanoseconds(offset)), () => {
            onDue(index);
            next(index + 1);
          });
        };
        next(0);
      }),
    close: () => Promise.resolve(),
  };
}

/**
 * By a thread that sleeps on a futex until the next arrival: late by a tenth to a quarter of a millisecond
 * at a few per cent of a core, where `setTimeout` is late by half a millisecond and a spinning loop takes a core
 * that a two-core machine needs for the endpoint.
 */
export function threadPacer(): Pacer {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`./pacer-worker${extension}`, import.meta.url));
  worker.unref();
  return {
    gridNs: nanoseconds(0),
    pace: (offsets, startNs, signal, onDue) =>
      new Promise((resolve, reject) => {
        const stop = new Int32Array(new SharedArrayBuffer(4));
        let next = 0;
        const abort = (): void => {
          Atomics.store(stop, 0, 1);
          Atomics.notify(stop, 0);
        };
        const onMessage = (due: number): void => {
          for (; next < due; next += 1) onDue(next);
          if (due === offsets.length || signal.aborted) finish();
        };
        const finish = (): void => {
          worker.off('message', onMessage);
          worker.off('error', reject);
          signal.removeEventListener('abort', abort);
          worker.unref();
          resolve();
        };
        worker.ref();
        worker.on('message', onMessage);
        worker.once('error', reject);
        signal.addEventListener('abort', abort, { once: true });
        worker.postMessage({ offsets, startNs, stop } satisfies PacerOrder);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}

/** A sleeper may be late by this, and the arrival still be met by spinning. */
const SPIN_NS = milliseconds(1);
/**
 * Waited in place before each turn: turns leave something for the garbage collector, and a million of them a second, which an
 * idle loop makes, keep it busy for a hundredth of the time. An answer is read later by half of this in the mean.
 */
const PAUSE_NS = nanoseconds(2_000);
/** Shorter than a pause and a turn of the event loop take: waited out in place, since the next turn would be late. */
const LAST_STRETCH_NS = nanoseconds(PAUSE_NS + 3_000);

/**
 * Sleeps until a millisecond before an arrival, woken by `sleeper`, and then looks at the clock at every turn of the event
 * loop, so that sockets are served meanwhile: late by a quarter of a microsecond at the median where the process has a core
 * of its own, and at up to all of it. The loop's last turn before an arrival is not begun but waited out.
 */
export function spinPacer(clock: Clock, sleeper: Pick<Pacer, 'pace'>): Pacer {
  return {
    gridNs: nanoseconds(0),
    pace: async (offsets, startNs, signal, onDue) => {
      const spinning = new Spinning({ offsets, startNs, signal, onDue, clock });
      await sleeper.pace(offsets, minus(startNs, SPIN_NS), signal, (index) => spinning.upTo(index + 1));
      await spinning.done;
    },
    close: () => Promise.resolve(),
  };
}

interface SpinOrder {
  readonly offsets: Float64Array;
  readonly startNs: Nanoseconds;
  readonly signal: AbortSignal;
  readonly onDue: (index: number) => void;
  readonly clock: Clock;
}

/** One calendar on its way. */
class Spinning {
  readonly #order: SpinOrder;
  readonly #turn = (): void => this.#look();
  #resolve: () => void = () => undefined;
  /** Resolves when nothing that was announced is left to wait for. */
  #done: Promise<void> = Promise.resolve();
  #announced = 0;
  #next = 0;
  #isLooking = false;

  constructor(order: SpinOrder) {
    this.#order = order;
  }

  get done(): Promise<void> {
    return this.#done;
  }

  /** So many are due soon. */
  upTo(announced: number): void {
    this.#announced = announced;
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#look();
  }

  #look(): void {
    const { offsets, startNs, signal, onDue, clock } = this.#order;
    while (this.#next < this.#announced && !signal.aborted) {
      const dueNs = startNs + (offsets[this.#next] ?? 0);
      const leftNs = dueNs - clock.now();
      const isNear = leftNs <= LAST_STRETCH_NS;
      const untilNs = isNear ? dueNs : dueNs - leftNs + PAUSE_NS;
      while (clock.now() < untilNs);
      if (!isNear) {
        setImmediate(this.#turn);
        return;
      }
      onDue(this.#next);
      this.#next += 1;
    }
    this.#isLooking = false;
    this.#resolve();
  }
}
