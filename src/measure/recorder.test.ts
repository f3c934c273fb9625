import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { milliseconds, nanoseconds } from '../units.ts';
import { callsBalance, notificationsBalance } from './books.ts';
import { decodeHistogram } from './histogram.ts';
import { type EventArrival, Recorder } from './recorder.ts';

const NO_STRAYS = { misrouted: 0, duplicated: 0, unreadable: 0 };
const windowOf = (durationMs?: number): Recorder =>
  new Recorder({
    startNs: milliseconds(1_000),
    durationNs: durationMs === undefined ? undefined : milliseconds(durationMs),
    run: 2,
  });
const sample = (intended: number, sent: number, completed: number) => ({
  intendedStartNs: milliseconds(intended),
  sentNs: milliseconds(sent),
  completedNs: milliseconds(completed),
});
const event = (special: Partial<EventArrival>): EventArrival => ({
  subscriber: 0,
  topic: 'feed',
  run: 2,
  sequence: 0,
  dueNs: milliseconds(1_000),
  emittedNs: milliseconds(1_001),
  receivedNs: milliseconds(1_004),
  ...special,
});

describe('calls', () => {
  test('a scheduled call is late by its lag, served in its service time, and responds after both', () => {
    const recorder = windowOf(1_000);
    recorder.due();
    recorder.ok(sample(1_000, 1_002, 1_007), 'scheduled');
    const { responseTime, serviceTime, sendLag, lastCompletedNs, calls } = recorder.finish(0, NO_STRAYS);
    expect([responseTime.maxNs, serviceTime.maxNs, sendLag.maxNs]).toEqual([7, 5, 2].map(milliseconds));
    expect(lastCompletedNs).toBe(milliseconds(1_007));
    expect(calls).toMatchObject({ due: 1, ok: 1 });
  });

  test('a call without a calendar has a service time that is its response time, and no lag', () => {
    const recorder = windowOf(1_000);
    recorder.due();
    recorder.ok(sample(1_002, 1_002, 1_007), 'unscheduled');
    const { responseTime, serviceTime, sendLag } = recorder.finish(0, NO_STRAYS);
    expect(responseTime).toEqual(serviceTime);
    expect(responseTime).toMatchObject({ count: 1, minNs: milliseconds(5) });
    expect(sendLag.count).toBe(0);
  });

  test('an answer before its question is a bug', () => {
    expect(() => windowOf().ok(sample(1_005, 1_005, 1_004), 'scheduled')).toThrow(RangeError);
  });

  test('the share within 100 ms is one of all that was due, and holds the hundredth millisecond; without calls there is none', () => {
    const recorder = windowOf();
    recorder.due(8);
    for (const ms of [99, 100, 101, 500]) recorder.ok(sample(0, 0, ms), 'unscheduled');
    for (let late = 0; late < 4; late += 1) recorder.failed('timedOut', 'no answer in time', nanoseconds(5e9));
    expect(recorder.finish(0, NO_STRAYS).within100ms).toBe(0.25);
    expect(windowOf().finish(0, NO_STRAYS).within100ms).toBeNull();
  });

  test('the window’s parts have medians of their own, by intended start; stragglers belong to the outer ones', () => {
    const recorder = windowOf(100);
    for (const [at, took] of [
      [990, 1],
      [1_005, 3],
      [1_009.9, 3],
      [1_010, 7],
      [1_099, 9],
      [1_150, 9],
    ] as const) {
      for (let ten = 0; ten < 10; ten += 1) recorder.ok(sample(at, at, at + took), 'unscheduled');
    }
    for (let nine = 0; nine < 9; nine += 1) recorder.ok(sample(1_045, 1_045, 1_046), 'unscheduled');
    const { partMedians } = recorder.finish(0, NO_STRAYS);
    const inMs = partMedians.map((value) => (value === null ? null : Math.round(value / 1e6)));
    expect(inMs).toEqual([3, 7, null, null, null, null, null, null, null, 9]);
    expect(windowOf().finish(0, NO_STRAYS).partMedians).toEqual(Array(10).fill(null));
  });

  test('five different examples of errors are kept, at 200 characters', () => {
    const recorder = windowOf();
    for (let index = 0; index < 20; index += 1)
      recorder.failed('rejected', `error ${index >> 1} ${'x'.repeat(300)}`, nanoseconds(0));
    const { errors, rejected } = recorder.finish(0, NO_STRAYS).calls;
    expect(rejected).toBe(20);
    expect(errors.map((error) => error.slice(0, 7))).toEqual([0, 1, 2, 3, 4].map((index) => `error ${index}`));
    expect(errors.every(({ length }) => length === 200)).toBe(true);
  });

  test('every outcome goes into one book, and the distributions hold as many as were ok', () => {
    const outcome = fc.constantFrom('ok', 'scheduled', 'rejected', 'disconnected', 'wrong', 'timedOut', 'dropped');
    fc.assert(
      fc.property(fc.array(outcome), (outcomes) => {
        const recorder = windowOf(500);
        for (const one of outcomes) {
          recorder.due();
          if (one === 'ok') recorder.ok(sample(1, 1, 2), 'unscheduled');
          else if (one === 'scheduled') recorder.ok(sample(1, 2, 3), 'scheduled');
          else if (one === 'dropped') recorder.dropped(1);
          else recorder.failed(one, one, milliseconds(5));
        }
        const { calls, responseTime, sendLag } = recorder.finish(0, NO_STRAYS);
        const count = (...kinds: string[]): number => outcomes.filter((one) => kinds.includes(one)).length;
        expect(callsBalance(calls)).toBe(true);
        expect(calls).toMatchObject({
          due: outcomes.length,
          ok: count('ok', 'scheduled'),
          timedOut: count('timedOut'),
          dropped: count('dropped'),
        });
        expect(responseTime.count).toBe(calls.ok);
        expect(sendLag.count).toBe(count('scheduled'));
      }),
    );
  });

  test('strays are added to what the recorder saw itself', () => {
    const recorder = windowOf();
    recorder.misrouted();
    expect(recorder.finish(0, { misrouted: 2, duplicated: 3, unreadable: 4 }).calls).toMatchObject({
      misrouted: 3,
      duplicated: 3,
      unreadable: 4,
    });
  });

  test('a script of one step is counted without a time of its own', () => {
    const recorder = windowOf();
    recorder.shortScript();
    recorder.script(milliseconds(3), milliseconds(10));
    expect(recorder.finish(0, NO_STRAYS)).toMatchObject({
      scripts: 2,
      scriptTime: { count: 1, maxNs: milliseconds(7) },
    });
  });
});

describe('events', () => {
  test('delivery counts from the emission, and from the calendar', () => {
    const recorder = windowOf();
    recorder.event(event({}));
    const { delivery, deliveryFromDue, notifications, lastCompletedNs } = recorder.finish(1, NO_STRAYS);
    expect([delivery.maxNs, deliveryFromDue.maxNs, lastCompletedNs]).toEqual([3, 4, 1_004].map(milliseconds));
    expect(notifications).toEqual({ published: 1, delivered: 1, lost: 0, duplicated: 0, reordered: 0 });
  });

  test('events of the warm-up are not this window’s; a second copy and a late one are counted', () => {
    const recorder = windowOf();
    for (const special of [
      { run: 1 },
      { sequence: 1 },
      { sequence: 1 },
      { sequence: 0 },
      { sequence: 0, subscriber: 1 },
      { sequence: 0, topic: 'other' },
    ]) {
      recorder.event(event(special));
    }
    expect(recorder.deliveredEvents).toBe(4);
    expect(recorder.finish(6, NO_STRAYS).notifications).toEqual({
      published: 6,
      delivered: 4,
      lost: 2,
      duplicated: 1,
      reordered: 1,
    });
  });

  test('more arrivals than sends do not balance', () => {
    const recorder = windowOf();
    recorder.event(event({}));
    expect(notificationsBalance(recorder.finish(0, NO_STRAYS).notifications)).toBe(false);
  });

  test('what arrives before it was sent is delivered, and no number is made up for it', () => {
    const recorder = windowOf();
    recorder.event(event({ receivedNs: milliseconds(900) }));
    const { delivery, notifications } = recorder.finish(1, NO_STRAYS);
    expect([delivery.count, notifications.delivered]).toEqual([0, 1]);
  });

  test('the parts tell of deliveries only where nobody calls', () => {
    const calling = windowOf(100);
    calling.due();
    const listening = windowOf(100);
    for (const recorder of [calling, listening]) {
      for (let sequence = 0; sequence < 10; sequence += 1) recorder.event(event({ sequence }));
    }
    expect(calling.finish(10, NO_STRAYS).partMedians[0]).toBeNull();
    expect(Math.round(Number(listening.finish(10, NO_STRAYS).partMedians[0]) / 1e6)).toBe(3);
  });
});

describe('progress', () => {
  const booksOf = (use: (recorder: Recorder) => void) => {
    const recorder = windowOf();
    use(recorder);
    return recorder.finish(0, NO_STRAYS).progress;
  };
  const NOTHING = { published: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0 };

  test('what was promised arrives, before the answer or after it', () => {
    const books = booksOf((recorder) => {
      recorder.progressExpected('a');
      recorder.progress('a', 1);
      recorder.progressPromised('a', 3);
      recorder.progress('a', 3);
      recorder.progress('a', 2);
    });
    expect(books).toEqual({ published: 3, delivered: 3, lost: 0, duplicated: 0, reordered: 1 });
  });

  test('what does not arrive is lost, what arrives twice is counted', () => {
    const books = booksOf((recorder) => {
      recorder.progressExpected('a');
      recorder.progress('a', 1);
      recorder.progress('a', 1);
      recorder.progressPromised('a', 3);
    });
    expect(books).toEqual({ published: 3, delivered: 1, lost: 2, duplicated: 1, reordered: 0 });
  });

  test('of a call that was given up, and of the warm-up’s calls, nothing counts', () => {
    const books = booksOf((recorder) => {
      recorder.progressExpected('given up');
      recorder.progress('given up', 1);
      recorder.progressForgotten('given up');
      recorder.progress('given up', 2);
      recorder.progress('of the warm-up', 1);
    });
    expect(books).toEqual(NOTHING);
  });

  test('a promise of nothing is kept', () => {
    expect(
      booksOf((recorder) => {
        recorder.progressExpected('a');
        recorder.progressPromised('a', 0);
      }),
    ).toEqual(NOTHING);
  });
});

test('memory is that of the histograms, whatever the number of calls: the record is no larger', () => {
  const sizeAfter = (calls: number): number => {
    const recorder = windowOf(1_000);
    for (let index = 0; index < calls; index += 1)
      recorder.ok(sample(1_000, 1_000, 1_001 + (index % 50)), 'unscheduled');
    return JSON.stringify(recorder.finish(0, NO_STRAYS)).length;
  };
  expect(sizeAfter(20_000) - sizeAfter(200)).toBeLessThan(400);
  expect(decodeHistogram(windowOf().finish(0, NO_STRAYS).responseTime).count).toBe(0);
});
