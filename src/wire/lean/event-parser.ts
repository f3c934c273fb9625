/** Event streams ([HTML] 9.2.6) out of bytes as they come in, read in place: no string and no copy of an event that lies whole in the bytes at hand. */
import type { Bytes } from '../../units.ts';
import { indexOfByte } from './byte-search.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
const EMPTY = Buffer.alloc(0);
/** What a line may have around its data: the name of a field. As generous as the stock client's reader, of which a message of the limit is one, too. */
const FIELD_BYTES = 4_096;

export interface ParsedEvent {
  /** The data are bytes `start` up to `end`, to be taken before the call returns. */
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  /** Empty where the event gave none. */
  readonly type: string;
  /** `undefined` where the event gave none. */
  readonly id: string | undefined;
}

export interface EventParserEvents {
  onEvent(event: ParsedEvent): void;
  onRetry(retryMs: number): void;
  /** An event has more bytes than allowed. Nothing is read from then on. */
  onTooLarge(): void;
}

export class EventParser {
  readonly #limit: Bytes;
  readonly #events: EventParserEvents;
  /** The beginning of a line whose end has not come, and how many bytes there are of it. */
  #rest: Buffer = EMPTY;
  #held = 0;
  /** A carriage return was the last byte: a newline that comes next belongs to it. */
  #afterReturn = false;
  #atStart = true;
  #stopped = false;
  /** Of the event in hand: where its data are, if it has any. */
  #data: Buffer | undefined;
  #from = 0;
  #to = 0;
  /** They have been put together here: behind them there may be room for more. */
  #isOurs = false;
  #type = '';
  #id: string | undefined;

  /** Data of more than `limit` bytes are too large, and so are lines that are longer by more than the name of a field. */
  constructor(limit: Bytes, events: EventParserEvents) {
    this.#limit = limit;
    this.#events = events;
  }

  feed(chunk: Buffer, start: number, end: number): void {
    if (this.#stopped) return;
    let at = start;
    if (this.#afterReturn && at < end) {
      if (chunk[at] === LF) at += 1;
      this.#afterReturn = false;
    }
    let nextReturn = indexOfByte(chunk, CR, at, end);
    while (at < end && !this.#stopped) {
      if (nextReturn < at) nextReturn = indexOfByte(chunk, CR, at, end);
      const lineEnd = indexOfByte(chunk, LF, at, nextReturn);
      if (lineEnd === end) {
        this.#hold(chunk, at, end);
        break;
      }
      const next = lineEnd + 1;
      this.#line(chunk, at, lineEnd);
      at = next;
      if (chunk[lineEnd] !== CR) continue;
      if (at === end) this.#afterReturn = true;
      else if (chunk[at] === LF) at += 1;
    }
    this.#detach(chunk);
  }

  /** Another response goes on with the stream: half an event of the one before is forgotten. */
  restart(): void {
    this.#letGo();
    this.#afterReturn = false;
    this.#atStart = true;
    this.#forget();
  }

  #hold(chunk: Buffer, at: number, end: number): void {
    const size = this.#held + end - at;
    if (size > this.#limit + FIELD_BYTES) {
      this.#tooLarge();
      return;
    }
    this.#rest = withRoom(this.#rest, this.#held, size);
    chunk.copy(this.#rest, this.#held, at, end);
    this.#held = size;
  }

  #letGo(): void {
    this.#rest = EMPTY;
    this.#held = 0;
  }

  /** What is kept of an event must not lie in a buffer that is written over. */
  #detach(chunk: Buffer): void {
    if (this.#data !== chunk) return;
    this.#data = Buffer.from(chunk.subarray(this.#from, this.#to));
    this.#from = 0;
    this.#to = this.#data.length;
  }

  #tooLarge(): void {
    this.#stopped = true;
    this.#letGo();
    this.#forget();
    this.#events.onTooLarge();
  }

  #line(chunk: Buffer, at: number, end: number): void {
    if (this.#held > 0) {
      this.#hold(chunk, at, end);
      const [line, length] = [this.#rest, this.#held];
      this.#letGo();
      if (!this.#stopped) this.#take(line, 0, length);
    } else if (end - at > this.#limit + FIELD_BYTES) {
      // As if it had come in two pieces: how bytes are cut makes no difference.
      this.#tooLarge();
    } else this.#take(chunk, at, end);
  }

  #take(line: Buffer, at: number, end: number): void {
    const from = this.#atStart && startsWithMark(line, at, end) ? at + BYTE_ORDER_MARK.length : at;
    this.#atStart = false;
    if (from === end) {
      this.#dispatch();
      return;
    }
    const colon = indexOfByte(line, COLON, from, end);
    // A line that begins with a colon is a comment.
    if (colon > from) this.#field(line, from, colon, end);
  }

  #field(line: Buffer, from: number, colon: number, end: number): void {
    const after = Math.min(colon + 1, end);
    const value = line[after] === SPACE && after < end ? after + 1 : after;
    if (isWord(line, from, colon, DATA)) this.#addData(line, value, end);
    else if (isWord(line, from, colon, EVENT))
      this.#type = isWord(line, value, end, MESSAGE) ? 'message' : line.toString('utf8', value, end);
    else if (isWord(line, from, colon, ID)) this.#setId(line.toString('utf8', value, end));
    else if (isWord(line, from, colon, RETRY)) this.#setRetry(line.toString('latin1', value, end));
  }

  #setId(id: string): void {
    if (!id.includes('\0')) this.#id = id;
  }

  #setRetry(text: string): void {
    if (/^\d+$/.test(text)) this.#events.onRetry(Number(text));
  }

  /** Lines of data are one text, with newlines between them. */
  #addData(line: Buffer, from: number, end: number): void {
    const before = this.#data;
    const used = before === undefined ? 0 : this.#to - this.#from;
    const size = before === undefined ? end - from : used + 1 + end - from;
    if (size > this.#limit) this.#tooLarge();
    else if (before === undefined) {
      this.#data = line;
      this.#from = from;
      this.#to = end;
    } else {
      const data = withRoom(this.#isOurs ? before : before.subarray(this.#from, this.#to), used, size);
      data[used] = LF;
      line.copy(data, used + 1, from, end);
      this.#data = data;
      this.#from = 0;
      this.#to = size;
      this.#isOurs = true;
    }
  }

  /** An event without data is none. */
  #dispatch(): void {
    const buffer = this.#data;
    const event = { start: this.#from, end: this.#to, type: this.#type, id: this.#id };
    this.#forget();
    if (buffer !== undefined) this.#events.onEvent({ buffer, ...event });
  }

  #forget(): void {
    this.#data = undefined;
    this.#isOurs = false;
    this.#type = '';
    this.#id = undefined;
  }
}

/** The first `used` bytes in a buffer of `size` at least. Room doubles: thousands of small pieces must not be copied anew for each that follows. */
function withRoom(buffer: Buffer, used: number, size: number): Buffer {
  if (buffer.length >= size) return buffer;
  const larger = Buffer.allocUnsafe(used === 0 ? size : 2 * size);
  buffer.copy(larger, 0, 0, used);
  return larger;
}

const DATA = Buffer.from('data');
const EVENT = Buffer.from('event');
const ID = Buffer.from('id');
const RETRY = Buffer.from('retry');
const MESSAGE = Buffer.from('message');

function isWord(line: Buffer, from: number, end: number, word: Buffer): boolean {
  if (end - from !== word.length) return false;
  for (let at = 0; at < word.length; at += 1) if (line[from + at] !== word[at]) return false;
  return true;
}

const startsWithMark = (line: Buffer, at: number, end: number): boolean =>
  end - at >= BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.every((byte, index) => line[at + index] === byte);
