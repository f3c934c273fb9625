import { expect, test } from 'vitest';
import { type Clock, ManualClock } from '../measure/clock.ts';
import { nanoseconds } from '../units.ts';
import { type Alarm, timerAlarm } from './alarm.ts';
import { DelayLine } from './delay-line.ts';

const DELAY = nanoseconds(1_000);

function started(delayNs = DELAY) {
  const clock = new ManualClock();
  const line = new DelayLine(clock, timerAlarm(clock));
  line.setDelay(delayNs);
  const arrived: string[] = [];
  const send = (name: string): void => line.send(() => void arrived.push(`${name} at ${clock.now()}`));
  return { clock, line, arrived, send };
}

test('everything arrives by itself after the delay, in order', async () => {
  const { clock, arrived, send } = started();
  send('a');
  await clock.advanceTo(nanoseconds(300));
  send('b');
  await clock.advanceTo(nanoseconds(999));
  expect(arrived).toEqual([]);
  await clock.advanceTo(nanoseconds(5_000));
  expect(arrived).toEqual(['a at 1000', 'b at 1300']);
  send('c');
  await clock.advanceTo(nanoseconds(6_000));
  expect(arrived.at(-1)).toBe('c at 6000');
});

test('without a delay it arrives at once', () => {
  const { arrived, send } = started(nanoseconds(0));
  send('a');
  expect(arrived).toEqual(['a at 0']);
});

test('a shorter delay does not let anything overtake', async () => {
  const { clock, line, arrived, send } = started();
  send('a');
  line.setDelay(nanoseconds(10));
  send('b');
  line.setDelay(nanoseconds(0));
  send('c');
  await clock.advanceTo(nanoseconds(1_000));
  expect(arrived).toEqual(['a at 1000', 'b at 1000', 'c at 1000']);
  // What had to wait for what went before was not late.
  expect(line.takeLateness().maxNs).toBe(0);
  send('d');
  expect(arrived.at(-1)).toBe('d at 1000');
});

test('what is sent by an arrival takes its own time, and the line goes on for thousands', async () => {
  const { clock, line, arrived, send } = started();
  line.send(() => send('answer'));
  for (let n = 0; n < 3_000; n += 1) send(String(n));
  await clock.advanceTo(nanoseconds(1_999));
  expect(arrived).toHaveLength(3_000);
  await clock.advanceTo(nanoseconds(2_000));
  expect(arrived.at(-1)).toBe('answer at 2000');
  send('later');
  await clock.advanceTo(nanoseconds(3_000));
  expect(arrived.at(-1)).toBe('later at 3000');
});

/** Rings late, as every alarm on a real machine does. */
function lateAlarm(clock: Clock, byNs: number): Pick<Alarm, 'ring'> {
  return { ring: (instant, callback) => void clock.at(nanoseconds(instant + byNs), callback) };
}

test('how late things arrived is told once', async () => {
  const clock = new ManualClock();
  const line = new DelayLine(clock, lateAlarm(clock, 70));
  line.setDelay(DELAY);
  line.send(() => undefined);
  await clock.advanceTo(nanoseconds(50));
  line.send(() => undefined); // Due at 1050, and taken along at 1070.
  await clock.advanceTo(nanoseconds(2_000));
  const lateness = line.takeLateness();
  expect([lateness.count, lateness.minNs, lateness.maxNs]).toEqual([2, 20, 70]);
  expect(line.takeLateness().count).toBe(0);
});
