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

it('aligns numbers to the right and wraps names before anything is cut', () => {
  const rows = [
    ['', 'p50'],
    ['  a name that is long', '12 µs'],
    ['  b', '1 µs'],
  ];
  expect(alignColumns(rows, 40).flat()).toEqual([
    '                         p50',
    '  a name that is long  12 µs',
    '  b                     1 µs',
  ]);
  expect(alignColumns(rows, 22)).toEqual([
    ['                 p50'],
    ['  a name that  12 µs', '    is long'],
    ['  b             1 µs'],
  ]);
  // Too narrow for both: the numbers give way last, and the width holds.
  expect(
    alignColumns(rows, 14)
      .flat()
      .every((line) => displayWidth(line) <= 14),
  ).toBe(true);
});
