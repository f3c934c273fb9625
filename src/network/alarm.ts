/** Wakes the relay when the next byte is due. */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../measure/clock.ts';
import type { Nanoseconds } from '../units.ts';
import type { AlarmOrder } from './alarm-worker.ts';

export interface Alarm {
  /** Calls back once, at or soon after the instant, never before it. One alarm is set at a time. */
  ring(instant: Nanoseconds, callback: () => void): void;
  close(): Promise<void>;
}

/** By the clock's own timers: a millisecond coarse on the real clock, exact on a manual one. */
export function timerAlarm(clock: Clock): Alarm {
  let cancel: () => void = () => undefined;
  return {
    ring: (instant, callback) => {
      cancel = clock.at(instant, callback);
    },
    close: () => {
      cancel();
      return Promise.resolve();
    },
  };
}

/**
 * By a thread that sleeps on a futex: late by some fifty to a hundred microseconds, where a timer of Node's event loop
 * is late by up to a millisecond, four times what a LAN takes one way.
 */
export function threadAlarm(): Alarm {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const order: AlarmOrder = {
    number: new Int32Array(new SharedArrayBuffer(4)),
    instantNs: new Float64Array(new SharedArrayBuffer(8)),
  };
  const worker = new Worker(new URL(`./alarm-worker${extension}`, import.meta.url), { workerData: order });
  worker.unref();
  let onRing: () => void = () => undefined;
  worker.on('message', () => onRing());
  return {
    ring: (instant, callback) => {
      onRing = callback;
      order.instantNs[0] = instant;
      // What was written before it is seen by whoever sees the new number.
      Atomics.add(order.number, 0, 1);
      Atomics.notify(order.number, 0);
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
