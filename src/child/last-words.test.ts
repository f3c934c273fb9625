import { expect, test } from 'vitest';
import { LastWords } from './last-words.ts';

const said = (...texts: readonly string[]): string => {
  const words = new LastWords();
  for (const text of texts) words.add(text);
  return words.text;
};

test('all of it, while it is short', () => {
  expect(said()).toBe('');
  expect(said('a', 'b\nc', '\n')).toBe('ab\nc\n');
  expect(said('x'.repeat(4_096))).toBe('x'.repeat(4_096));
});

test('a line whose beginning is lost goes with it, so that nobody is shown the rest of a secret', () => {
  const secret = 'S3CR3T-0123456789';
  expect(said(`${secret}${'x'.repeat(4_090)}`)).toBe('');
  expect(said(secret, 'x'.repeat(4_080), '\nthe end')).toBe('the end');
  const later = `${'y'.repeat(4_000)}\n${'z'.repeat(90)}\n`;
  expect(said(`${secret}\n`, later)).toBe(later);
});
