import { expect, it } from 'vitest';
import { didYouMean, nearest } from './nearest.ts';

const WORDS = ['window', 'warmup', 'tool-calls', 'chatty', 'chatty-paced', 'rate'];

it.each([
  ['wndow', 'window'],
  ['windwo', 'window'],
  ['Window', 'window'],
  ['windows', 'window'],
  ['wimdow', 'window'],
  ['tol-calls', 'tool-calls'],
  ['chaty-pacd', 'chatty-paced'],
  ['raet', 'rate'],
  ['chatty', 'chatty'],
  ['colour', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%s: %s', (word, expected) => {
  expect(nearest(word, WORDS)).toBe(expected);
});

it('the first of several that are equally near', () => {
  expect(nearest('bat', ['cat', 'rat'])).toBe('cat');
});

it('two slips in a short word are another word', () => {
  expect(nearest('rtea', ['rate'])).toBeUndefined();
});

it('asks, or is silent', () => {
  expect(didYouMean('wndow', WORDS)).toBe('; did you mean "window"?');
  expect(didYouMean('colour', WORDS)).toBe('');
});
