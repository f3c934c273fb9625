import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../measure/clock.ts';
import type { EventStamp } from '../../mcp/events.ts';
import { milliseconds, nanoseconds } from '../../units.ts';
import { Reception } from './reception.ts';

const event = (sequence: number, emittedMs: number): EventStamp => ({
  topic: 'updates',
  run: 1,
  sequence,
  dueNs: nanoseconds(0),
  emittedNs: milliseconds(emittedMs),
});

describe('a reception', () => {
  test('books each update once for each listener, and how long it was under way', () => {
    const reception = new Reception(new ManualClock());
    reception.take(0, event(0, 10), milliseconds(11));
    reception.take(1, event(0, 10), milliseconds(13));
    reception.take(0, event(1, 20), milliseconds(29));
    reception.take(0, event(1, 20), milliseconds(99));
    expect(reception.received(4)).toMatchObject({ published: 4, delivered: 3, lost: 1, duplicated: 1, reordered: 0 });
    const { delivery } = reception.received(4);
    expect(delivery?.maxNs).toBe(9e6);
    expect((delivery?.p50Ns ?? 0) / 3e6).toBeCloseTo(1, 2);
  });

  test('has no delivery where nothing arrived', () => {
    expect(new Reception(new ManualClock()).received(0)).toMatchObject({ delivered: 0, lost: 0, delivery: null });
  });

  test('does not balance with more arrivals than were published', () => {
    const reception = new Reception(new ManualClock());
    reception.take(0, event(0, 10), milliseconds(11));
    expect(() => reception.received(0)).toThrow('1 updates arrived where 0 were published');
  });

  test('is complete with the last arrival, or at the limit', async () => {
    const clock = new ManualClock();
    const reception = new Reception(clock);
    const ended: string[] = [];
    void reception.complete(1, milliseconds(50)).then(() => ended.push('first'));
    await clock.advanceTo(milliseconds(10));
    expect(ended).toEqual([]);
    reception.take(0, event(0, 10), milliseconds(11));
    await clock.advanceTo(milliseconds(12));
    expect(ended).toEqual(['first']);
    void reception.complete(2, milliseconds(50)).then(() => ended.push('second'));
    await clock.advanceTo(milliseconds(61));
    expect(ended).toEqual(['first']);
    await clock.advanceTo(milliseconds(63));
    expect(ended).toEqual(['first', 'second']);
    await reception.complete(1, milliseconds(50));
  });
});
