import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SequenceBook } from './sequence-book.ts';

/** The obvious version. */
class SlowBook {
  readonly seen = new Set<string>();
  readonly highest = new Map<string, number>();
  duplicated = 0;
  reordered = 0;

  arrived(stream: string, sequence: number): boolean {
    const key = `${stream} ${sequence}`;
    if (this.seen.has(key)) {
      this.duplicated += 1;
      return false;
    }
    this.seen.add(key);
    const highest = this.highest.get(stream) ?? -1;
    if (sequence < highest) this.reordered += 1;
    this.highest.set(stream, Math.max(highest, sequence));
    return true;
  }
}

test('counts as a book that remembers every number', () => {
  const arrival = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.nat(20), fc.nat(5_000)));
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 300 }), fc.nat(400), (arrivals, published) => {
      const book = new SequenceBook();
      const slow = new SlowBook();
      for (const [stream, sequence] of arrivals)
        expect(book.arrived(stream, sequence)).toBe(slow.arrived(stream, sequence));
      expect(book.delivered).toBe(slow.seen.size);
      expect(book.books(published)).toEqual({
        published,
        delivered: slow.seen.size,
        lost: published - slow.seen.size,
        duplicated: slow.duplicated,
        reordered: slow.reordered,
      });
    }),
  );
});

test('a complete stream is let go of, an incomplete one is not', () => {
  const book = new SequenceBook();
  book.arrived('a', 0);
  expect(book.release('a', 2)).toBe(false);
  book.arrived('a', 1);
  expect(book.release('a', 2)).toBe(true);
  expect(book.release('never seen', 0)).toBe(true);
  expect(book.release('never seen', 1)).toBe(false);
  expect(book.delivered).toBe(2);
});

test('a stream that is forgotten has not arrived', () => {
  const book = new SequenceBook();
  for (const sequence of [0, 1, 2]) book.arrived('a', sequence);
  book.arrived('b', 0);
  book.forget('a');
  book.forget('never seen');
  expect(book.delivered).toBe(1);
});
