import { describe, expect, it } from 'vitest';
import { encodeEvent } from '../../mcp/events.ts';
import type { JsonObject } from '../../mcp/jsonrpc.ts';
import { ManualClock } from '../../measure/clock.ts';
import { milliseconds, nanoseconds } from '../../units.ts';
import { EventBook } from './event-book.ts';

const event = (run: number, sequence: number, emitted: number): JsonObject => {
  const at = nanoseconds(emitted);
  const { text } = encodeEvent({ topic: 'feed', run, sequence, dueNs: at, emittedNs: at }, '');
  return (JSON.parse(text) as { readonly params: JsonObject }).params;
};

describe('EventBook', () => {
  it('keeps from publication to first arrival, in the order of publication, and what is missing', () => {
    const book = new EventBook();
    book.take(event(1, 2, 100), nanoseconds(190));
    book.take(event(1, 0, 40), nanoseconds(50));
    book.take(event(1, 0, 40), nanoseconds(70));
    book.take(event(2, 1, 0), nanoseconds(5));
    book.take({ uri: 'somebody://else' }, nanoseconds(5));
    expect(book.delays(1, 3)).toEqual([10, null, 90]);
  });

  it('tells when all of a run are there, and no other run’s', async () => {
    const [book, clock] = [new EventBook(), new ManualClock()];
    let told = false;
    const all = book.all(1, 2, clock, milliseconds(10)).then(() => (told = true));
    book.take(event(1, 0, 0), nanoseconds(1));
    book.take(event(2, 1, 0), nanoseconds(1));
    await clock.advanceTo(milliseconds(9));
    expect(told).toBe(false);
    book.take(event(1, 1, 0), nanoseconds(1));
    await all;
    expect(told).toBe(true);
    await book.all(1, 2, clock, milliseconds(10));
  });

  it('waits no longer than until the deadline', async () => {
    const [book, clock] = [new EventBook(), new ManualClock()];
    const all = book.all(1, 1, clock, milliseconds(10));
    await clock.advanceTo(milliseconds(10));
    await all;
    expect(book.delays(1, 1)).toEqual([null]);
  });
});
