/** The thread behind `threadAlarm`: sleeps until the instant of the latest order, and says so. */
import { readlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicClock } from '../measure/clock.ts';

export interface AlarmOrder {
  /** Counts the orders; changed, and woken, for each. */
  readonly number: Int32Array;
  /** Of the latest order. */
  readonly instantNs: Float64Array;
}

const NS_PER_MS = 1e6;
const { number, instantNs } = workerData as AlarmOrder;
const clock = monotonicClock();

wakePromptly();
for (let done = 0; ;) {
  const latest = Atomics.load(number, 0);
  const leftNs = (instantNs[0] ?? 0) - clock.now();
  if (latest === done) {
    Atomics.wait(number, 0, latest);
  } else if (leftNs > 0) {
    Atomics.wait(number, 0, latest, leftNs / NS_PER_MS);
  } else {
    done = latest;
    parentPort?.postMessage(done);
  }
}

/** Linux lets a thread's timers run 50 µs late to save power, unless the thread says otherwise. Elsewhere there is nothing to say. */
function wakePromptly(): void {
  try {
    writeFileSync(`/proc/${basename(readlinkSync('/proc/thread-self'))}/timerslack_ns`, '1');
  } catch {
    // Then it wakes later, and the relay's own ping says by how much.
  }
}
