import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { milliseconds, nanoseconds } from '../units.ts';
import { type FanOut, FanOutBook } from './fan-out-book.ts';
import { decodeHistogram, type Distribution } from './histogram.ts';

const START_MS = 1_000;
/** So many milliseconds after the start, and after its event was published. */
const receipt = (sequence: number, atMs: number, topic = 'feed') => ({
  topic,
  sequence,
  emittedNs: milliseconds(START_MS),
  receivedNs: milliseconds(START_MS + atMs),
});

/** Of four subscribers each, one book. */
function bookOf(use: (book: FanOutBook) => void, events: readonly number[] = [1], subscribers = 4): FanOut {
  const book = new FanOutBook([{ topic: 'feed', subscribers }]);
  use(book);
  const closed = book.close(events);
  if (closed === null) throw new Error('there are subscribers');
  return closed;
}

const RECEIVERS = ['first', 'median', 'last', 'spread'] as const;
const maximaMs = (fanOut: FanOut): number[] => RECEIVERS.map((key) => fanOut[key].maxNs / 1e6);
const countsOf = (fanOut: FanOut): number[] => RECEIVERS.map((key) => fanOut[key].count);

describe('an event with its receivers', () => {
  test('the first, the middle one and the last count from the publication, the spread from the first', () => {
    const even = bookOf((book) => [3, 5, 8, 20].forEach((ms) => book.arrived(receipt(0, ms))));
    expect(maximaMs(even)).toEqual([3, 5, 20, 17]);
    expect(even).toMatchObject({ events: 1, complete: 1, incomplete: 0, deliveries: 4 });
    const odd = bookOf((book) => [3, 5, 8, 20, 21].forEach((ms) => book.arrived(receipt(0, ms))), [1], 5);
    expect(maximaMs(odd)).toEqual([3, 8, 21, 18]);
    const one = bookOf((book) => book.arrived(receipt(0, 3)), [1], 1);
    expect(maximaMs(one)).toEqual([3, 3, 3, 0]);
  });

  test('one that somebody did not get has no last receiver, and is counted', () => {
    const fanOut = bookOf(
      (book) => {
        [3, 5, 8].forEach((ms) => book.arrived(receipt(0, ms)));
        book.arrived(receipt(1, 9));
        [1, 2, 3, 4].forEach((ms) => book.arrived(receipt(3, ms)));
      },
      [5],
    );
    expect(fanOut).toMatchObject({ events: 5, complete: 1, incomplete: 4, deliveries: 8 });
    expect(countsOf(fanOut)).toEqual([3, 2, 1, 1]);
  });

  test('what was not published, or to nobody, or too often, is missing in the sum: the books then differ', () => {
    const unknown = bookOf((book) => {
      book.arrived(receipt(0, 1));
      book.arrived(receipt(7, 1));
      book.arrived(receipt(0, 1, 'other'));
    });
    expect(unknown).toMatchObject({ events: 1, deliveries: 1 });
    const tooMany = bookOf((book) => [1, 2, 3, 4, 5].forEach((ms) => book.arrived(receipt(0, ms))));
    expect(tooMany).toMatchObject({ complete: 1, deliveries: 4 });
    expect(maximaMs(tooMany)).toEqual([1, 2, 4, 3]);
  });

  test('where every receiver has a server of its own, the event is out when the first of them has sent it', () => {
    const fanOut = bookOf(
      (book) => {
        book.arrived({ ...receipt(0, 10), emittedNs: milliseconds(START_MS + 4) });
        book.arrived({ ...receipt(0, 12), emittedNs: milliseconds(START_MS + 1) });
      },
      [1],
      2,
    );
    expect(maximaMs(fanOut)).toEqual([9, 9, 11, 2]);
  });

  test('received before it was published: no number is made up, and the spread is known all the same', () => {
    const fanOut = bookOf((book) => [-5, -4, -3, -1].forEach((ms) => book.arrived(receipt(0, ms))));
    expect(countsOf(fanOut)).toEqual([0, 0, 0, 1]);
    expect(fanOut).toMatchObject({ complete: 1, spread: { maxNs: milliseconds(4) } });
  });
});

test('several publications have audiences of their own; without anybody to listen there is nothing', () => {
  const book = new FanOutBook([
    { topic: 'few', subscribers: 1 },
    { topic: 'nobody', subscribers: 0 },
    { topic: 'many', subscribers: 2 },
  ]);
  book.arrived(receipt(0, 1, 'few'));
  book.arrived(receipt(0, 2, 'many'));
  book.arrived(receipt(0, 3, 'many'));
  expect(book.close([2, 9, 1])).toMatchObject({ events: 3, complete: 2, incomplete: 1, deliveries: 3 });
  expect(new FanOutBook([{ topic: 'nobody', subscribers: 0 }]).close([3])).toBeNull();
  expect(new FanOutBook([]).close([])).toBeNull();
});

test('as a book that sorts everything afterwards', () => {
  const arrivals = fc.array(fc.record({ sequence: fc.nat(150), afterNs: fc.nat(1_000_000) }), { maxLength: 400 });
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 6 }), fc.nat(160), (asked, subscribers, events) => {
      const inOrder = asked.toSorted((a, b) => a.afterNs - b.afterNs);
      const ofEvent = (sequence: number): number[] =>
        inOrder.filter((one) => one.sequence === sequence).map(({ afterNs }) => afterNs);
      const all = Array.from({ length: events }, (_, sequence) => ofEvent(sequence).slice(0, subscribers));
      const slow = {
        first: all.flatMap((times) => times.slice(0, 1)),
        median: all.flatMap((times) => times.slice(Math.ceil(subscribers / 2) - 1, Math.ceil(subscribers / 2))),
        last: all.flatMap((times) => times.slice(subscribers - 1, subscribers)),
        spread: all.filter(({ length }) => length === subscribers).map((times) => times.at(-1)! - times[0]!),
      };
      const fanOut = bookOf(
        (book) => {
          for (const { sequence, afterNs } of inOrder)
            book.arrived({ ...receipt(sequence, 0), receivedNs: nanoseconds(START_MS * 1e6 + afterNs) });
        },
        [events],
        subscribers,
      );
      for (const key of RECEIVERS) {
        expect(sumOf(fanOut[key]), key).toBe(slow[key].reduce((sum, value) => sum + value, 0));
        expect(fanOut[key].count, key).toBe(slow[key].length);
      }
      expect(fanOut.deliveries).toBe(all.flat().length);
      expect(fanOut.complete).toBe(slow.last.length);
      expect(fanOut.complete + fanOut.incomplete).toBe(events);
    }),
  );
});

const sumOf = (distribution: Distribution): number => decodeHistogram(distribution).sumNs;
