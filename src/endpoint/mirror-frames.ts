/** A client's WebSocket frames, as far as a mirror looks into them ([RFC 6455] 5.2). */

const FINAL_TEXT = 0x81;
const MASKED = 0x80;
const LENGTH_IN_TWO = 126;
/** Frames that say their length in eight bytes are larger than anything a mirror repeats. */
const MOST_PAYLOAD = 0xff_ff;
const MASK_BYTES = 4;

/** Of one connection. */
export class ClientFrames {
  #scratch = Buffer.alloc(0);

  /** The text of a chunk that is one whole masked text frame, until the next one is asked for; `undefined` for any other chunk. */
  payloadOf(chunk: Buffer): Buffer | undefined {
    const second = chunk[1] ?? 0;
    if (chunk[0] !== FINAL_TEXT || (second & MASKED) === 0) return undefined;
    const short = second & ~MASKED;
    if (short > LENGTH_IN_TWO) return undefined;
    const isLong = short === LENGTH_IN_TWO;
    const start = (isLong ? 4 : 2) + MASK_BYTES;
    const length = isLong ? ((chunk[2] ?? 0) << 8) | (chunk[3] ?? 0) : short;
    if (chunk.length !== start + length || length > MOST_PAYLOAD) return undefined;
    return this.#unmasked(chunk, start, length);
  }

  #unmasked(chunk: Buffer, start: number, length: number): Buffer {
    if (this.#scratch.length !== length) this.#scratch = Buffer.alloc(length);
    const scratch = this.#scratch;
    const maskAt = start - MASK_BYTES;
    for (let at = 0; at < length; at += 1)
      scratch[at] = (chunk[start + at] ?? 0) ^ (chunk[maskAt + (at & (MASK_BYTES - 1))] ?? 0);
    return scratch;
  }
}
