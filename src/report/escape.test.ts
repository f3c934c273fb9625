import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forMarkdown, forTerminal } from './escape.ts';

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\u001b[31m',
        '\u009b2J',
        '\r',
        '\n',
        '\u202e',
        '\ud800',
        '\u2028',
        '\u0000',
        '\u007f',
        'a',
        '|',
        '@b',
        '`',
        '<i>',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

it('lets no control character through to a terminal', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      expect(forTerminal(text)).not.toMatch(CONTROL);
    }),
  );
});

it('changes nothing the second time', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      expect(forTerminal(forTerminal(text))).toBe(forTerminal(text));
    }),
  );
});

it('lets no control character, tag or column through to Markdown', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const escaped = forMarkdown(text).replaceAll('<!-- -->', '');
      expect(escaped).not.toMatch(CONTROL);
      expect(escaped).not.toMatch(/[<>]/);
      expect(escaped).not.toMatch(/(?<!\\)(?:\\\\)*\|/);
    }),
  );
});

it('shows what was there', () => {
  expect(forTerminal('a\u001b[2Jb\nc')).toBe(String.raw`a\u{1b}[2Jb\nc`);
  expect(forMarkdown('a|b <c> *d* @e https://f.g')).toBe(String.raw`a\|b &lt;c&gt; \*d\* @<!-- -->e https&#58;//f.g`);
  expect(forMarkdown('- item')).toBe(String.raw`\- item`);
  expect(forMarkdown('1. item')).toBe(String.raw`1\. item`);
});
