/** Names for sessions that nobody can guess, and that all cost the same on the wire. */
import { randomUUID } from 'node:crypto';

/**
 * Sixteen characters whose Huffman codes are all six bits long, as is that of `-` [RFC 7541, appendix B]. Hexadecimal
 * digits take five or six, so that a UUID in an HTTP/2 header has a length of its own, and every session another.
 */
const EQUALLY_LONG = '3456789bdfghlmnp';

/** As unguessable as the UUID that it is made from, in the same shape, but never longer or shorter under header compression. */
export const newSessionId = (): string =>
  randomUUID().replaceAll(/[\da-f]/g, (digit) => EQUALLY_LONG[Number.parseInt(digit, 16)] ?? digit);
