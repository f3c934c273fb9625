import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes } from '../units.ts';
import { NONCE_BYTES, fillerSource, nonceOf, paddedText, readNonce } from './payload.ts';

/** As many as the nonce has room for. */
const client = fc.nat({ max: 36 ** 3 - 1 });
const sequence = fc.nat({ max: 36 ** 7 - 1 });

test('a nonce is read back from any text that begins with it, and always has the same length', () => {
  fc.assert(
    fc.property(client, sequence, fc.string(), (client, sequence, rest) => {
      const nonce = nonceOf(client, sequence);
      expect(Buffer.byteLength(nonce)).toBe(NONCE_BYTES);
      expect(readNonce(nonce + rest)).toBe(nonce);
    }),
  );
});

test('two calls never share a nonce', () => {
  const pair = fc.tuple(client, sequence);
  fc.assert(
    fc.property(pair, pair, (one, other) => {
      expect(nonceOf(...one) === nonceOf(...other)).toBe(one[0] === other[0] && one[1] === other[1]);
    }),
  );
});

test('a text without a nonce has none', () => {
  for (const text of ['', 'hello', 'n0000000001', 'N000000000a:', ' n000000000a:'])
    expect(readNonce(text)).toBeUndefined();
});

test('filler is the same for the same seed in whatever order it is asked for, and a prefix of any longer one', () => {
  const size = fc.nat({ max: 5_000 });
  fc.assert(
    fc.property(fc.integer(), fc.array(size, { minLength: 1, maxLength: 100 }), (seed, sizes) => {
      const longest = fillerSource(seed)(bytes(Math.max(...sizes)));
      const filler = fillerSource(seed);
      for (const one of sizes) expect(filler(bytes(one))).toBe(longest.slice(0, one));
    }),
  );
});

test('JSON leaves filler as it is, one byte per character', () => {
  const text = fillerSource(1)(bytes(100_000));
  expect(Buffer.byteLength(JSON.stringify(text))).toBe(100_002);
  expect(new Set(text).size).toBe(64);
});

test('another seed makes another filler', () => {
  expect(fillerSource(1)(bytes(64))).not.toBe(fillerSource(2)(bytes(64)));
});

test('a padded text has the size asked for, but is never shorter than its nonce', () => {
  const filler = fillerSource(3);
  fc.assert(
    fc.property(fc.nat({ max: 2_000 }), (size) => {
      const text = paddedText(nonceOf(1, 2), bytes(size), filler);
      expect(Buffer.byteLength(text)).toBe(Math.max(NONCE_BYTES, size));
      expect(readNonce(text)).toBe(nonceOf(1, 2));
    }),
  );
});
