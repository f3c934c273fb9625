/** Which of the numbered messages of many streams arrived: each once, in order, or not. */
import type { NotificationBooks } from './books.ts';

/** One stream of numbered messages. */
interface Stream {
  /** One bit per sequence number seen. */
  seen: Uint8Array;
  highest: number;
  delivered: number;
}

export class SequenceBook {
  readonly #streams = new Map<string, Stream>();
  #delivered = 0;
  #duplicated = 0;
  #reordered = 0;

  /** Notes one arrival. Answers whether it was the first with this number on this stream. */
  arrived(stream: string, sequence: number): boolean {
    const known = this.#stream(stream);
    const byte = sequence >> 3;
    const bit = 1 << (sequence & 7);
    if (byte >= known.seen.length) known.seen = grown(known.seen, byte + 1);
    if (((known.seen[byte] ?? 0) & bit) !== 0) {
      this.#duplicated += 1;
      return false;
    }
    known.seen[byte] = (known.seen[byte] ?? 0) | bit;
    if (sequence < known.highest) this.#reordered += 1;
    known.highest = Math.max(known.highest, sequence);
    known.delivered += 1;
    this.#delivered += 1;
    return true;
  }

  /** Lets go of a stream that is complete, so that memory does not grow with the number of short streams. Answers whether it was. */
  release(stream: string, length: number): boolean {
    return (this.#streams.get(stream)?.delivered ?? 0) === length && (this.#streams.delete(stream) || length === 0);
  }

  /** As if nothing had arrived on the stream, duplicates and disorder aside. */
  forget(stream: string): void {
    this.#delivered -= this.#streams.get(stream)?.delivered ?? 0;
    this.#streams.delete(stream);
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** `published` counts one for each subscriber that an event was sent to. A book with more arrivals than that does not balance, and says so by a negative loss. */
  books(published: number): NotificationBooks {
    const delivered = this.#delivered;
    return {
      published,
      delivered,
      lost: published - delivered,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
    };
  }

  #stream(name: string): Stream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = { seen: new Uint8Array(64), highest: -1, delivered: 0 };
      this.#streams.set(name, stream);
    }
    return stream;
  }
}

function grown(bits: Uint8Array, needed: number): Uint8Array {
  const larger = new Uint8Array(Math.max(needed, bits.length * 2));
  larger.set(bits);
  return larger;
}
