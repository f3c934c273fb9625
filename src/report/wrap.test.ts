import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alignColumns } from './columns.ts';
import { displayWidth, hang, shorten, wrap } from './wrap.ts';

const text = fc
  .array(fc.constantFrom('a', 'word', '漢字', 'e\u0301', 'long'.repeat(20), '🚀', ' ', '–'), { maxLength: 30 })
  .map((parts) => parts.join(' '));

it('never makes a line wider than it may be, and loses nothing but spaces', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 40 }), (words, width) => {
      const lines = wrap(words, width);
      expect(Math.max(0, ...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
    }),
  );
});

it('hangs and shortens within the width', () => {
  expect(hang('one two three', { first: '• ', rest: '  ', width: 9 })).toEqual(['• one two', '  three']);
  expect(shorten('漢字漢字', 5)).toBe('漢字…');
  expect(shorten('fits', 4)).toBe('fits');
});

it('aligns numbers to the right and shortens names first', () => {
  expect(
    alignColumns(
      [
        ['', 'p50'],
        ['a long name', '12 µs'],
        ['b', '1 µs'],
      ],
      14,
    ),
  ).toEqual(['           p50', 'a long…  12 µs', 'b         1 µs']);
});
