/** What calls carry: a nonce that must come back, and filler that both ends can make from the seed and so check. */
import { type Bytes, bytes } from '../units.ts';
import { seededRandom } from '../scenario/random.ts';

/** Every nonce is this long, so that sizes on the wire do not depend on how many calls went before. */
export const NONCE_BYTES = 12;

const NONCE = /^n[0-9a-z]{3}[0-9a-z]{7}:/;
const FILLER_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Identifies one call of one client within a trial. */
export function nonceOf(client: number, sequence: number): string {
  return `n${client.toString(36).padStart(3, '0')}${sequence.toString(36).padStart(7, '0')}:`;
}

/** The nonce that a text begins with, if it does. */
export function readNonce(text: string): string | undefined {
  return NONCE.test(text) ? text.slice(0, NONCE_BYTES) : undefined;
}

/**
 * ASCII that JSON leaves as it is: the same for the same seed, and a prefix of any longer one. Alone it does not compress
 * to nothing; after another of its kind it does.
 */
export function fillerSource(seed: number): (size: Bytes) => string {
  const cache = new Map<number, string>();
  let longest = '';
  const random = seededRandom(seed);
  const extendTo = (size: number): void => {
    const parts = [longest];
    for (let length = longest.length; length < size; length += 1)
      parts.push(FILLER_ALPHABET.charAt(random.integer(64)));
    longest = parts.join('');
  };
  return (size) => {
    const known = cache.get(size);
    if (known !== undefined) return known;
    if (longest.length < size) extendTo(size);
    const text = longest.slice(0, Math.max(0, size));
    if (cache.size < 64) cache.set(size, text);
    return text;
  };
}

/** Nonce and filler, together of the given size; never shorter than the nonce. */
export const paddedText = (nonce: string, size: Bytes, filler: (size: Bytes) => string): string =>
  nonce + filler(bytes(Math.max(0, size - NONCE_BYTES)));
