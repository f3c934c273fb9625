/** A watcher on a clock that is turned by hand, and late by as much as is said. */
import { expect, test } from 'vitest';
import { timerPacer } from '../load/pacer.ts';
import { type Clock, ManualClock } from '../measure/clock.ts';
import { milliseconds, minus, nanoseconds, plus, seconds } from '../units.ts';
import { watch } from './watch.ts';

/** Every callback comes so much later than it was asked for. */
function lateClock(manual: ManualClock, lateMs: number): Clock {
  return {
    now: () => manual.now(),
    at: (instant, callback) => manual.at(plus(instant, milliseconds(lateMs)), callback),
  };
}

async function watched(lateMs: number) {
  const manual = new ManualClock();
  const clock = lateClock(manual, lateMs);
  const seen = watch({ clock, pacer: timerPacer(clock), durationNs: seconds(1), seed: 3 });
  await manual.advanceTo(seconds(2));
  return seen;
}

test('on a clock that is never late, nothing is', async () => {
  const { hiccups, timers, pacer } = await watched(0);
  expect(hiccups).toEqual({ maxNs: 0, totalNs: 0 });
  expect(timers).toMatchObject({ p50Ns: 0, p99Ns: 0, maxNs: 0 });
  expect(timers.count).toBe(142);
  expect(pacer).toMatchObject({ p50Ns: 0, p99Ns: 0, maxNs: 0 });
  expect(pacer.count).toBeGreaterThan(70);
});

test('what is late by 5 ms is seen to be: by timers whole, as a pause beyond what is ordinary', async () => {
  const { hiccups, timers, pacer } = await watched(5);
  expect(hiccups.maxNs).toBe(3e6);
  for (const { p50Ns } of [timers, pacer]) expect(minus(p50Ns, nanoseconds(5e6)) / 5e6).toBeCloseTo(0, 2);
});
