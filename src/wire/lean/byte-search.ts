/** Finds bytes in a part of a buffer. */

/** Up to here a loop is quicker than a view and a call of the platform's. */
const LOOP_BYTES = 256;

/** Where the byte first stands from `start` on; `end` where it does not stand before that. */
export function indexOfByte(buffer: Buffer, byte: number, start: number, end: number): number {
  if (end - start > LOOP_BYTES) {
    const at = buffer.subarray(start, end).indexOf(byte);
    return at < 0 ? end : start + at;
  }
  for (let at = start; at < end; at += 1) if (buffer[at] === byte) return at;
  return end;
}
