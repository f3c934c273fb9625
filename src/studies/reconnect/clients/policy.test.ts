import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../measure/clock.ts';
import { milliseconds, toMilliseconds } from '../../../units.ts';
import { Comeback, type Policy, Watchdog, waitBefore } from './policy.ts';

const POLICY: Policy = {
  waitNs: milliseconds(100),
  factor: 2,
  longestNs: milliseconds(300),
  attempts: 4,
  silenceNs: milliseconds(50),
};

describe('the policy of an application', () => {
  it('waits longer after every try that failed, and never longer than it says', () => {
    expect([0, 1, 2, 3].map((failures) => toMilliseconds(waitBefore(failures, POLICY)))).toEqual([100, 200, 300, 300]);
  });

  it('waits the same every time with a factor of one', () => {
    expect(waitBefore(5, { ...POLICY, factor: 1 })).toBe(milliseconds(100));
  });

  it('tries as often in a row as it says, and begins afresh when something works', async () => {
    const clock = new ManualClock();
    const tries: number[] = [];
    const comeback: Comeback = new Comeback(POLICY, clock, () => {
      tries.push(toMilliseconds(clock.now()));
      comeback.lost();
    });
    comeback.lost();
    await clock.advanceTo(milliseconds(2_000));
    expect(tries).toEqual([100, 300, 600, 900]);
    comeback.works();
    comeback.lost();
    await clock.advanceTo(milliseconds(2_100));
    expect(tries.at(-1)).toBe(2_100);
    comeback.stop();
  });

  it('does not try any more when it was stopped', async () => {
    const clock = new ManualClock();
    let tries = 0;
    const comeback = new Comeback(POLICY, clock, () => (tries += 1));
    comeback.lost();
    comeback.stop();
    await clock.advanceTo(milliseconds(1_000));
    expect(tries).toBe(0);
  });
});

describe('a watched connection', () => {
  it('is given up after so much silence, counted from the last thing heard, and once', async () => {
    const clock = new ManualClock();
    const silences: number[] = [];
    const watchdog = new Watchdog(POLICY, clock, () => silences.push(toMilliseconds(clock.now())));
    watchdog.heard();
    await clock.advanceTo(milliseconds(30));
    watchdog.heard();
    await clock.advanceTo(milliseconds(1_000));
    expect(silences).toEqual([80]);
    watchdog.heard();
    watchdog.rest();
    await clock.advanceTo(milliseconds(2_000));
    expect(silences).toEqual([80]);
  });

  it('is never given up without a limit', async () => {
    const clock = new ManualClock();
    let silences = 0;
    new Watchdog({ ...POLICY, silenceNs: undefined }, clock, () => (silences += 1)).heard();
    await clock.advanceTo(milliseconds(10_000));
    expect(silences).toBe(0);
  });
});
