import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeUnprintable, quote } from '../scenario/wording.ts';
import { redact } from './spec.ts';

const SECRET = 'Bearer S3CR3T-"quoted"-0123456789';

test('a secret is hidden as it is and as quoting writes it', () => {
  expect(redact(`got ${SECRET}!`, [SECRET])).toBe('got [hidden]!');
  expect(redact(`got ${JSON.stringify(SECRET)}!`, [SECRET])).toBe('got "[hidden]"!');
});

test('wherever a text was cut, no more than seven characters of a secret are left', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.constantFrom('', '…', '")', '…) and to GET'), (room, end) => {
      const cut = `refused: ${SECRET}`.slice(0, 9 + room) + end;
      const shown = redact(cut, [SECRET]);
      expect(shown).not.toContain(SECRET.slice(0, 8));
    }),
  );
});

test('a secret with characters that cannot be printed is hidden however they are escaped', () => {
  const secret = 'key\u001b[31m\u202e"4711"\u2028';
  for (const shown of [secret, escapeUnprintable(secret), quote(secret), escapeUnprintable(JSON.stringify(secret))])
    expect(redact(`got ${shown}`, [secret])).toMatch(/^got "?\[hidden\]"?$/);
});
