/** Keeps a calendar: calls back when each arrival is due. */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../measure/clock.ts';
import { TIMER_GRID_NS } from '../scenario/arrivals.ts';
import { type Nanoseconds, nanoseconds, plus } from '../units.ts';
import type { PacerOrder } from './pacer-worker.ts';

export interface Pacer {
  /** Calendars are laid on multiples of this; 0 for none. */
  readonly gridNs: Nanoseconds;
  /** Calls back once per offset, in order, never early. Resolves after the last, or when the signal ends it. */
  pace(offsets: Float64Array, startNs: Nanoseconds, signal: AbortSignal, onDue: (index: number) => void): Promise<void>;
  close(): Promise<void>;
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
