/** An idle process watches its core: pauses, the lateness of timers, and of the thread by which calendars are kept. */
import type { Pacer } from '../load/pacer.ts';
import { type Clock, until } from '../measure/clock.ts';
import { HiccupMeter } from '../measure/hiccup-meter.ts';
import { Histogram } from '../measure/histogram.ts';
import { scheduleArrivals } from '../scenario/arrivals.ts';
import { type Nanoseconds, milliseconds, minus, nanoseconds, perSecond, plus } from '../units.ts';
import type { Lateness, Watched } from './commands.ts';

export interface WatchOptions {
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly durationNs: Nanoseconds;
  readonly seed: number;
}

const TIMER_EVERY_NS = milliseconds(7);
const ARRIVALS_PER_SEC = perSecond(100);

/** Resolves when the time is over. */
export async function watch({ clock, pacer, durationNs, seed }: WatchOptions): Promise<Watched> {
  const meter = new HiccupMeter(clock);
  meter.start();
  const startNs = clock.now();
  const [timers, paced] = await Promise.all([
    watchTimers(clock, plus(startNs, durationNs)),
    watchPacer({ clock, pacer, durationNs, seed }, startNs),
  ]);
  const hiccups = meter.take();
  meter.stop();
  return { hiccups, timers, pacer: paced };
}

async function watchTimers(clock: Clock, endNs: Nanoseconds): Promise<Lateness> {
  const late = new Histogram();
  for (let due = plus(clock.now(), TIMER_EVERY_NS); due < endNs; due = plus(clock.now(), TIMER_EVERY_NS)) {
    await until(clock, due);
    late.record(minus(clock.now(), due));
  }
  return latenessOf(late);
}

async function watchPacer({ clock, pacer, durationNs, seed }: WatchOptions, startNs: Nanoseconds): Promise<Lateness> {
  const late = new Histogram();
  const offsets = scheduleArrivals({
    arrivals: 'poisson',
    ratePerSec: ARRIVALS_PER_SEC,
    durationNs,
    seed,
    gridNs: pacer.gridNs,
  });
  await pacer.pace(offsets, startNs, new AbortController().signal, (index) => {
    late.record(minus(clock.now(), plus(startNs, nanoseconds(offsets[index] ?? 0))));
  });
  return latenessOf(late);
}

function latenessOf(late: Histogram): Lateness {
  const at = (share: number): Nanoseconds => late.valueAtQuantile(share) ?? nanoseconds(0);
  return { count: late.count, p50Ns: at(0.5), p99Ns: at(0.99), maxNs: at(1) };
}
