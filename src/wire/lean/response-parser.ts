/** HTTP/1.1 responses out of bytes as they come in ([RFC 9112] 4 to 7), read in place. A head that is the last one's, byte for byte, is not parsed again. */
import { indexOfByte } from './byte-search.ts';

export type ResponseFields = Readonly<Record<string, string | undefined>>;

export interface ResponseEvents {
  /** Not for 1xx, which is not the answer yet. */
  onHead(status: number, fields: ResponseFields): void;
  /** A piece of the body: bytes `start` up to `end`, to be taken before this returns. */
  onBody(buffer: Buffer, start: number, end: number): void;
  /**
   * The response is over, and the bytes are the last piece of its body, empty where there is none. With `reusable`
   * another request may go over the connection, from within this call too.
   */
  onEnd(reusable: boolean, buffer: Buffer, start: number, end: number): void;
  /** What came is no HTTP. Nothing is read from then on. */
  onFault(why: string): void;
}

/** As Node's own parser takes them. */
const MOST_HEAD_BYTES = 16_384;
/** Of a line that is no header: a chunk's size with what is said beside it. */
const MOST_LINE_BYTES = 4_096;
const TOO_LARGE = 'the head of the response is too large';
const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

type State = 'head' | 'length' | 'until-close' | 'size' | 'chunk' | 'chunk-end' | 'trailer' | 'over';

interface Head {
  readonly status: number;
  readonly fields: ResponseFields;
  readonly body: 'none' | 'chunked' | 'until-close' | number;
  readonly reusable: boolean;
}

/** Of one connection: the responses to its requests, one after the other. */
export class ResponseParser {
  readonly #events: ResponseEvents;
  #state: State = 'head';
  /** The beginning of a head or of a line that has not come whole. */
  #rest: Buffer = EMPTY;
  /** Of the body, or of the chunk, still to come. */
  #left = 0;
  #reusable = false;
  #lastHead: { readonly raw: Buffer; readonly head: Head } | undefined;

  constructor(events: ResponseEvents) {
    this.#events = events;
  }

  /** Nothing is told of any more. */
  stop(): void {
    this.#state = 'over';
    this.#rest = EMPTY;
  }

  /** Takes bytes `start` up to `end`. What would go beyond the response to the last request is a fault of the peer's that its owner sees as a head. */
  push(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && this.#state !== 'over') at = this.#step(buffer, at, end);
  }

  /** The peer has ended the connection: the end of a body that says nothing of its length, and else of no response. */
  eof(): void {
    if (this.#state === 'until-close') this.#end(EMPTY, 0, 0);
  }

  #step(buffer: Buffer, at: number, end: number): number {
    switch (this.#state) {
      case 'head':
        return this.#head(buffer, at, end);
      case 'length':
        return this.#counted(buffer, at, end);
      case 'until-close':
        this.#events.onBody(buffer, at, end);
        return end;
      case 'chunk':
        return this.#chunk(buffer, at, end);
      default:
        return this.#lineOf(buffer, at, end);
    }
  }

  /** A body whose length was said. */
  #counted(buffer: Buffer, at: number, end: number): number {
    const to = Math.min(end, at + this.#left);
    this.#left -= to - at;
    if (this.#left === 0) this.#end(buffer, at, to);
    else this.#events.onBody(buffer, at, to);
    return to;
  }

  #chunk(buffer: Buffer, at: number, end: number): number {
    const to = Math.min(end, at + this.#left);
    this.#left -= to - at;
    if (this.#left === 0) this.#state = 'chunk-end';
    this.#events.onBody(buffer, at, to);
    return to;
  }

  #end(buffer: Buffer, from: number, to: number): void {
    this.#state = this.#reusable ? 'head' : 'over';
    this.#events.onEnd(this.#reusable, buffer, from, to);
  }

  #fault(why: string): void {
    this.stop();
    this.#events.onFault(why);
  }

  #head(buffer: Buffer, at: number, end: number): number {
    const last = this.#lastHead;
    if (last !== undefined && this.#rest.length === 0) {
      const to = at + last.raw.length;
      if (to <= end && last.raw.compare(buffer, at, to) === 0) {
        this.#begin(last.head, buffer);
        return to;
      }
    }
    const before = this.#rest.length;
    const received = before === 0 ? buffer : Buffer.concat([this.#rest, buffer.subarray(at, end)]);
    const from = before === 0 ? at : 0;
    const headEnd = endOfHead(received, from, before === 0 ? end : received.length);
    if (headEnd === undefined) {
      this.#rest = before === 0 ? Buffer.from(buffer.subarray(at, end)) : received;
      if (this.#rest.length > MOST_HEAD_BYTES) this.#fault(TOO_LARGE);
      return end;
    }
    this.#rest = EMPTY;
    const raw = Buffer.from(received.subarray(from, headEnd));
    const isTooLarge = raw.length > MOST_HEAD_BYTES;
    const head = isTooLarge ? undefined : readHead(raw.toString('latin1'));
    if (head === undefined) this.#fault(isTooLarge ? TOO_LARGE : 'what came is no HTTP response');
    else {
      if (head.status >= 200) this.#lastHead = { raw, head };
      this.#begin(head, buffer);
    }
    return before === 0 ? headEnd : at + headEnd - before;
  }

  /** [RFC 9110] 15.2: an interim response is followed by the one that counts. */
  #begin({ status, fields, body, reusable }: Head, buffer: Buffer): void {
    if (status < 200) return;
    this.#reusable = reusable;
    if (typeof body === 'number' && body > 0) {
      this.#state = 'length';
      this.#left = body;
    } else if (body === 'chunked') this.#state = 'size';
    else if (body === 'until-close') this.#state = 'until-close';
    this.#events.onHead(status, fields);
    // Whoever was told of the head may have given the response up.
    if ((body === 'none' || body === 0) && this.#state !== 'over') this.#end(buffer, 0, 0);
  }

  /** A line of the chunked coding: a chunk's size, the end of a chunk, a trailer. */
  #lineOf(buffer: Buffer, at: number, end: number): number {
    const lineEnd = indexOfByte(buffer, LF, at, end);
    // Of a line that lies whole in the bytes at hand as of one that does not: how bytes are cut makes no difference.
    if (this.#rest.length + lineEnd - at > MOST_LINE_BYTES) {
      this.#fault('a line of the chunked coding is too long');
      return end;
    }
    if (lineEnd === end) {
      this.#rest = Buffer.concat([this.#rest, buffer.subarray(at, end)]);
      return end;
    }
    const line = this.#rest.length === 0 ? buffer : Buffer.concat([this.#rest, buffer.subarray(at, lineEnd)]);
    const from = this.#rest.length === 0 ? at : 0;
    const to = this.#rest.length === 0 ? lineEnd : line.length;
    this.#rest = EMPTY;
    this.#chunkLine(line, from, to > from && line[to - 1] === CR ? to - 1 : to);
    return lineEnd + 1;
  }

  #chunkLine(line: Buffer, from: number, to: number): void {
    if (this.#state === 'size') {
      this.#left = chunkSize(line, from, to);
      if (this.#left < 0) this.#fault('the size of a chunk is none');
      else this.#state = this.#left === 0 ? 'trailer' : 'chunk';
    } else if (this.#state === 'chunk-end') {
      if (to > from) this.#fault('a chunk does not end where it should');
      else this.#state = 'size';
    } else if (to === from) this.#end(line, 0, 0);
  }
}

/** Behind the empty line that ends a head; `undefined` where it has not come. */
function endOfHead(buffer: Buffer, start: number, end: number): number | undefined {
  for (let at = indexOfByte(buffer, LF, start, end); at < end; at = indexOfByte(buffer, LF, at + 1, end)) {
    if (at + 1 < end && buffer[at + 1] === LF) return at + 2;
    if (at + 2 < end && buffer[at + 1] === CR && buffer[at + 2] === LF) return at + 3;
  }
  return undefined;
}

/** [RFC 9112] 7.1: hexadecimal, with extensions that nobody heeds behind it; -1 for what is none. */
function chunkSize(line: Buffer, from: number, to: number): number {
  let size = 0;
  let at = from;
  for (; at < to; at += 1) {
    const digit = hexDigit(line[at] ?? 0);
    if (digit < 0) break;
    size = size * 16 + digit;
    if (size > Number.MAX_SAFE_INTEGER) return -1;
  }
  const rest = line[at];
  const isEnd = at === to || rest === 0x3b || rest === 0x20 || rest === 0x09;
  return at > from && isEnd ? size : -1;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** `undefined` for what is no head of a response, or says two things of its body's length. */
function readHead(text: string): Head | undefined {
  const [statusLine = '', ...lines] = text.split(/\r?\n/);
  const [, minor, code] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine) ?? [];
  if (code === undefined) return undefined;
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    // [RFC 9112] 5.1, 5.2: no space before the colon, and no line that goes on with the one before.
    if (colon <= 0 || !/^[!#$%&'*+.^_`|~\w-]+$/.test(line.slice(0, colon))) return undefined;
    const name = line.slice(0, colon).toLowerCase();
    const value = withoutBlanks(line.slice(colon + 1));
    // [RFC 9110] 5.5: nobody may take these for part of a value.
    if (value.includes('\r') || value.includes('\0')) return undefined;
    // [RFC 9110] 5.3.
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`;
  }
  const status = Number(code);
  const body = bodyOf(status, fields);
  if (body === undefined) return undefined;
  return { status, fields, body, reusable: body !== 'until-close' && staysOpen(minor === '1', fields['connection']) };
}

/** [RFC 9110] 5.6.3: only spaces and tabs are blank, and not what else `trim` takes for it, such as the byte A0 of a character. */
function withoutBlanks(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text[from])) from += 1;
  while (to > from && isBlank(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';

/** [RFC 9112] 6.3. */
function bodyOf(status: number, fields: ResponseFields): Head['body'] | undefined {
  if (status < 200 || status === 204 || status === 304) return 'none';
  const coding = fields['transfer-encoding'];
  const length = fields['content-length'];
  if (coding !== undefined) {
    if (length !== undefined) return undefined;
    return /(^|,)\s*chunked$/i.test(coding) ? 'chunked' : 'until-close';
  }
  if (length === undefined) return 'until-close';
  return /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

/** [RFC 9112] 9.3. */
function staysOpen(isLatest: boolean, connection = ''): boolean {
  const options = connection
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
  return options.includes('close') ? false : isLatest || options.includes('keep-alive');
}
