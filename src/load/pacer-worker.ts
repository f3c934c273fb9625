/** The thread behind `threadPacer`: sleeps until arrivals are due and tells how many are. */
import { parentPort } from 'node:worker_threads';
import { monotonicClock } from '../measure/clock.ts';

export interface PacerOrder {
  readonly offsets: Float64Array;
  readonly startNs: number;
  /** Set to 1, and woken, to end early. */
  readonly stop: Int32Array;
}

const clock = monotonicClock();
const now = (): number => clock.now();

parentPort?.on('message', ({ offsets, startNs, stop }: PacerOrder) => {
  let due = 0;
  while (due < offsets.length && Atomics.load(stop, 0) === 0) {
    const leftNs = startNs + (offsets[due] ?? 0) - now();
    if (leftNs > 0) {
      Atomics.wait(stop, 0, 0, leftNs / 1e6);
    } else {
      // Everything that is due by now goes out in one message.
      while (due < offsets.length && startNs + (offsets[due] ?? 0) <= now()) due += 1;
      parentPort?.postMessage(due);
    }
  }
  if (due < offsets.length || offsets.length === 0) parentPort?.postMessage(due);
});
