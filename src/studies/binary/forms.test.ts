import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base64Length } from './forms.ts';

it('counts the characters of base64 without padding as Node writes them', () => {
  fc.assert(
    fc.property(fc.nat(5_000), (size) => {
      expect(base64Length(size)).toBe(Buffer.alloc(size).toString('base64').replaceAll('=', '').length);
    }),
  );
});
