import { describe, expect, test } from 'vitest';
import { milliseconds, nanoseconds, plus } from '../units.ts';
import { HiccupMeter } from './hiccup-meter.ts';
import { ManualClock, monotonicClock, until } from './clock.ts';
import { ProcessMeter } from './process-meter.ts';

describe('the real clock', () => {
  test('never calls back early, and not at all once cancelled', async () => {
    const clock = monotonicClock();
    let cancelled = false;
    clock.at(plus(clock.now(), milliseconds(3)), () => (cancelled = true))();
    for (const waitNs of [0, 100_000, 400_000, 700_000, 1_500_000, 5_000_000]) {
      const due = plus(clock.now(), nanoseconds(waitNs));
      await until(clock, due);
      expect(clock.now()).toBeGreaterThanOrEqual(due);
    }
    expect(cancelled).toBe(false);
  });
});

describe('the manual clock', () => {
  test('calls back in the order of time, then of asking; what is due on the way counts too', async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    const note = (what: string) => (): void => void seen.push(`${what} at ${clock.now()}`);
    clock.at(nanoseconds(20), note('b'));
    clock.at(nanoseconds(10), () => {
      note('a')();
      clock.at(nanoseconds(15), note('nested'));
    });
    clock.at(nanoseconds(20), note('c'));
    clock.at(nanoseconds(31), note('never'));
    clock.at(nanoseconds(12), note('cancelled'))();
    await clock.advanceTo(nanoseconds(30));
    expect(seen).toEqual(['a at 10', 'nested at 15', 'b at 20', 'c at 20']);
    expect(clock.now()).toBe(30);
    await clock.advanceTo(nanoseconds(5));
    expect(clock.now()).toBe(30);
  });
});

describe('hiccups', () => {
  const LOOK_MS = 5;
  const ORDINARY_MS = 2;

  test('are what a timer is late beyond the ordinary, and are taken once', async () => {
    const clock = new ManualClock();
    const waiting: { instant: number; callback: () => void }[] = [];
    const meter = new HiccupMeter({
      now: () => clock.now(),
      at: (instant, callback) => {
        waiting.push({ instant, callback });
        return () => void waiting.splice(0);
      },
    });
    const lateBy = async (ms: number): Promise<void> => {
      const next = waiting.shift();
      await clock.advanceTo(nanoseconds((next?.instant ?? 0) + ms * 1e6));
      next?.callback();
    };
    meter.start();
    expect(waiting[0]?.instant).toBe(milliseconds(LOOK_MS));
    for (const ms of [0, ORDINARY_MS, 30, 10]) await lateBy(ms);
    expect(meter.take()).toEqual({ maxNs: milliseconds(28), totalNs: milliseconds(36) });
    expect(meter.take()).toEqual({ maxNs: 0, totalNs: 0 });
    meter.stop();
    expect(waiting).toEqual([]);
  });
});

describe('the process meter', () => {
  test('sees the work that was done, from the beginning it was given', () => {
    const meter = new ProcessMeter();
    const begin = meter.begin();
    const until = performance.now() + 40;
    while (performance.now() < until);
    const use = meter.since(begin);
    expect(use.cpuUserUs + use.cpuSystemUs).toBeGreaterThan(5_000);
    expect(use.rssBytes).toBeGreaterThan(10 * 2 ** 20);
    expect(use.utilisation).toBeGreaterThanOrEqual(0);
    expect(use.utilisation).toBeLessThanOrEqual(1);
    expect(use.gcMaxNs).toBeLessThanOrEqual(use.gcTotalNs);
    const second = meter.since(meter.begin());
    expect(second.cpuUserUs).toBeLessThan(use.cpuUserUs);
    meter.stop();
  });
});
