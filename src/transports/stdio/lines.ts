/** Newline-delimited texts out of a stream of bytes, however it is cut. */
import type { Bytes } from '../../units.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface LineEvents {
  /** One line without its end: bytes `start` up to `end`. */
  onLine(buffer: Buffer, start: number, end: number): void;
  /** A line is longer than allowed. Nothing is read from then on. */
  onOverlong(): void;
}

/**
 * Bytes are searched, not characters: in UTF-8 no part of a character is a newline, so that a line can be decoded whole,
 * wherever its bytes were cut. Blank lines are passed over ([NDJSON] 3.2 lets a parser do so), and a carriage return
 * before the newline belongs to the line's end.
 */
export class LineReader {
  readonly #maxBytes: Bytes;
  readonly #events: LineEvents;
  /** Chunks of a line whose end has not come. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #stopped = false;

  constructor(maxBytes: Bytes, events: LineEvents) {
    this.#maxBytes = maxBytes;
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let from = 0;
    while (!this.#stopped) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.#line(chunk, from, end);
      from = end + 1;
    }
    if (!this.#stopped && from < chunk.length) this.#hold(chunk.subarray(from));
  }

  /** No line is told of any more, not even those of the chunk in hand. */
  stop(): void {
    this.#stopped = true;
    this.#held = [];
  }

  #line(chunk: Buffer, from: number, end: number): void {
    if (this.#heldBytes === 0) {
      this.#tell(chunk, from, end);
      return;
    }
    const whole = Buffer.concat([...this.#held, chunk.subarray(from, end)]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#tell(whole, 0, whole.length);
  }

  #tell(buffer: Buffer, from: number, newline: number): void {
    const end = newline > from && buffer[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline;
    if (end - from > this.#maxBytes) this.#refuse();
    else if (end > from) this.#events.onLine(buffer, from, end);
  }

  #hold(rest: Buffer): void {
    this.#held.push(rest);
    this.#heldBytes += rest.length;
    if (this.#heldBytes > this.#maxBytes + 1) this.#refuse();
  }

  #refuse(): void {
    this.stop();
    this.#events.onOverlong();
  }
}
