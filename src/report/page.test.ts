import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Part, pageOf } from './page.ts';

const leftOut = (count: number, all: number): string => `${count} of ${all} are left out.`;
const parts = fc.array(
  fc.record({
    rank: fc.integer({ min: 1, max: 3 }),
    // Blanks at the end of a page would be no part of it to this test.
    text: fc.string({ maxLength: 28 }).map((text) => (text === '' ? '' : `<${text.replaceAll('\n', ' ')}>`)),
  }),
  { maxLength: 20 },
);
const first: Part = { rank: 0, text: 'FIRST' };

describe('a page', () => {
  it('is all of its parts where there is room', () => {
    const page = pageOf([first, { rank: 3, text: '' }, { rank: 1, text: 'b' }], { limit: 10, leftOut });
    expect(page).toBe('FIRST\n\nb\n');
  });

  it('leaves out what matters least, in whole parts, and says how many before the last one', () => {
    const all = [first, { rank: 3, text: 'x'.repeat(30) }, { rank: 1, text: 'answer' }, { rank: 2, text: 'last' }];
    expect(pageOf(all, { limit: 46, leftOut })).toBe('FIRST\n\nanswer\n\n1 of 4 are left out.\n\nlast\n');
    expect(pageOf(all, { limit: 39, leftOut })).toBe('FIRST\n\n2 of 4 are left out.\n\nanswer\n');
  });

  it('never has more characters than its limit, always has what must be there, and keeps the order', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 60, max: 400 }), (some, limit) => {
        const page = pageOf([first, ...some], { limit, leftOut });
        expect(page.length).toBeLessThanOrEqual(limit);
        expect(page).toContain('FIRST');
        const shown = page.trimEnd().split('\n\n');
        const texts = ['FIRST', ...some.map(({ text }) => text).filter((text) => text !== '')];
        const [missing] = shown.flatMap((text) => /^(\d+) of \d+ are left out\.$/.exec(text)?.[1] ?? []);
        expect(Number(missing ?? 0)).toBe(texts.length - shown.length + (missing === undefined ? 0 : 1));
      }),
    );
  });
});
