/** WebSocket frames out of bytes as they come in ([RFC 6455] 5.2), read in place: no copy of a frame that lies whole in the bytes at hand. */
import { isUtf8 } from 'node:buffer';
import type { Bytes } from '../../units.ts';

/** [RFC 6455] 7.4.1. */
export const CLOSE_CODES = {
  normal: 1000,
  protocolError: 1002,
  invalidText: 1007,
  policy: 1008,
  tooLarge: 1009,
} as const;

export interface FrameEvents {
  /** A whole text message: bytes `start` up to `end`, valid UTF-8, to be taken before this returns. */
  onText(buffer: Buffer, start: number, end: number): void;
  /** A whole binary message of so many bytes. */
  onBinary(length: number): void;
  onPing(payload: Buffer): void;
  /** The peer closes; `code` is `undefined` where it gave none. */
  onClose(code: number | undefined, reason: string): void;
  /** It cannot be read any further, and is not; the code says what the peer is told. */
  onFault(code: number): void;
}

const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MOST_OF_CONTROL = 125;
const HEADER_BYTES = 2;
const CONTROL = 0x08;
/** As `ws` has it: a message in more pieces costs more to keep than it holds. */
const MOST_FRAGMENTS = 16_384;
/** [RFC 6455] 5.2: lengths are written as short as they can be. */
const LEAST_LENGTH_16 = 126;
const LEAST_LENGTH_64 = 65_536;

/** Of frames that a server sends: none of them is masked. */
export class FrameParser {
  readonly #limit: Bytes;
  readonly #events: FrameEvents;
  /** Of a frame that has not come whole: room for as much of it as is known to come, and how much there is. */
  #partial: Buffer | undefined;
  #have = 0;
  /** The pieces of a message in several frames. */
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;
  #fragmentOpcode = 0;
  #over = false;

  /** A message of more than `limit` bytes is a fault. */
  constructor(limit: Bytes, events: FrameEvents) {
    this.#limit = limit;
    this.#events = events;
  }

  /** Takes the first `length` bytes of the buffer. */
  push(chunk: Buffer, start: number, length: number): void {
    let at = start;
    while (at < length && !this.#over) {
      if (this.#partial !== undefined) at = this.#fill(this.#partial, chunk, at, length);
      else {
        const size = this.#sizeAt(chunk, at, length);
        if (size > length - at) {
          this.#keep(chunk, at, length, size);
          return;
        }
        this.#frame(chunk, at, at + size);
        at += size;
      }
    }
  }

  /** Nothing is told of any more. */
  stop(): void {
    this.#over = true;
    this.#partial = undefined;
    this.#fragments = [];
  }

  #keep(chunk: Buffer, at: number, end: number, size: number): void {
    if (this.#over) return;
    this.#partial = Buffer.allocUnsafe(size);
    this.#have = chunk.copy(this.#partial, 0, at, end);
  }

  /** Goes on with a frame that was cut; answers up to where the chunk is taken. */
  #fill(partial: Buffer, chunk: Buffer, at: number, end: number): number {
    const taken = chunk.copy(partial, this.#have, at, Math.min(end, at + partial.length - this.#have));
    this.#have += taken;
    if (this.#have < partial.length) return at + taken;
    const size = this.#sizeAt(partial, 0, partial.length);
    if (size > partial.length) this.#keep(partial, 0, partial.length, size);
    else {
      this.#partial = undefined;
      if (!this.#over) this.#frame(partial, 0, size);
    }
    return at + taken;
  }

  /** Bytes of the frame with its header; of one whose header has not come whole, those of the header as far as is known. */
  #sizeAt(buffer: Buffer, at: number, end: number): number {
    if (end - at < HEADER_BYTES) return HEADER_BYTES;
    const first = buffer[at] ?? 0;
    const second = buffer[at + 1] ?? 0;
    if (this.#isWrong(first, second)) return this.#fault(CLOSE_CODES.protocolError);
    if (second < LENGTH_16) return this.#within(first, HEADER_BYTES, second, 0);
    if (second === LENGTH_16) {
      const header = HEADER_BYTES + 2;
      if (end - at < header) return header;
      return this.#within(first, header, buffer.readUInt16BE(at + HEADER_BYTES), LEAST_LENGTH_16);
    }
    const header = HEADER_BYTES + 8;
    if (end - at < header) return header;
    const length = buffer.readUInt32BE(at + 2) * 2 ** 32 + buffer.readUInt32BE(at + 6);
    return this.#within(first, header, length, LEAST_LENGTH_64);
  }

  /** Whether no frame of a server begins with these two bytes, after those that were before: nobody waits for the rest of it. */
  #isWrong(first: number, second: number): boolean {
    if ((first & RESERVED) !== 0 || (second & MASKED) !== 0) return true;
    const opcode = first & 0x0f;
    if ((opcode & CONTROL) !== 0) {
      // [RFC 6455] 5.5: short, in one piece, and allowed between the pieces of a message. The code of a close has two bytes.
      const tooShort = opcode === OPCODES.close && second === 1;
      return (first & FIN) === 0 || second > MOST_OF_CONTROL || opcode > OPCODES.pong || tooShort;
    }
    // [RFC 6455] 5.4: messages are not mixed, and none is gone on with that was not begun.
    return opcode > OPCODES.binary || (opcode === OPCODES.continuation) === (this.#fragmentOpcode === 0);
  }

  #within(first: number, header: number, length: number, least: number): number {
    if (length < least) return this.#fault(CLOSE_CODES.protocolError);
    const before = (first & CONTROL) === 0 ? this.#fragmentBytes : 0;
    return length + before > this.#limit && (first & CONTROL) === 0
      ? this.#fault(CLOSE_CODES.tooLarge)
      : header + length;
  }

  /** Answers 0, so that nobody waits for more. */
  #fault(code: number): number {
    if (this.#over) return 0;
    this.stop();
    this.#events.onFault(code);
    return 0;
  }

  #frame(buffer: Buffer, at: number, end: number): void {
    if (this.#over) return;
    const first = buffer[at] ?? 0;
    const start = at + headerBytes(buffer[at + 1] ?? 0);
    if (first === (FIN | OPCODES.text)) this.#text(buffer, start, end);
    else if ((first & CONTROL) !== 0) this.#control(first & 0x0f, buffer.subarray(start, end));
    else this.#data(first, buffer, start, end);
  }

  #text(buffer: Buffer, start: number, end: number): void {
    if (isUtf8(buffer.subarray(start, end))) this.#events.onText(buffer, start, end);
    else this.#fault(CLOSE_CODES.invalidText);
  }

  /** A frame of a message in several of them, or a binary one. */
  #data(first: number, buffer: Buffer, start: number, end: number): void {
    const opcode = first & 0x0f;
    if (opcode !== OPCODES.continuation) this.#fragmentOpcode = opcode;
    if (this.#fragments.length === MOST_FRAGMENTS) {
      this.#fault(CLOSE_CODES.policy);
      return;
    }
    this.#fragmentBytes += end - start;
    this.#fragments.push(Buffer.from(buffer.subarray(start, end)));
    if ((first & FIN) !== 0) this.#conclude();
  }

  #conclude(): void {
    const [only = Buffer.alloc(0), ...more] = this.#fragments;
    const whole = more.length === 0 ? only : Buffer.concat(this.#fragments);
    const opcode = this.#fragmentOpcode;
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#fragmentOpcode = 0;
    if (opcode === OPCODES.text) this.#text(whole, 0, whole.length);
    else this.#events.onBinary(whole.length);
  }

  #control(opcode: number, payload: Buffer): void {
    if (opcode === OPCODES.ping) this.#events.onPing(payload);
    else if (opcode === OPCODES.close) this.#close(payload);
  }

  #close(payload: Buffer): void {
    if (payload.length === 0) {
      this.stop();
      this.#events.onClose(undefined, '');
      return;
    }
    const code = payload.readUInt16BE(0);
    const reason = payload.subarray(2);
    if (!isCloseCode(code)) this.#fault(CLOSE_CODES.protocolError);
    else if (!isUtf8(reason)) this.#fault(CLOSE_CODES.invalidText);
    else {
      this.stop();
      this.#events.onClose(code, reason.toString('utf8'));
    }
  }
}

const headerBytes = (second: number): number =>
  second < LENGTH_16 ? HEADER_BYTES : second === LENGTH_64 ? HEADER_BYTES + 8 : HEADER_BYTES + 2;

/** [RFC 6455] 7.4: 1004 to 1006 and 1015 are never sent, 1016 to 2999 belong to nobody yet. */
const isCloseCode = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999);
