import { expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { summarise } from '../stats/summarise.ts';
import { againNote } from './again.ts';
import { headerParts } from './header.ts';

const RECORD = fixtureRecord({ blocks: 1 });
const { environment } = RECORD;

test.each([
  [[environment, { ...environment, loadAverage: 3 }], 'merged from 2 runs on like machines'],
  [[environment, { ...environment, cores: 64 }, environment], 'merged from 3 runs on 2 kinds of machine'],
])('a merged record says of how many runs and machines its sums are', (environments, words) => {
  const mergedFrom = environments.map((one) => ({ startedAt: RECORD.startedAt, environment: one }));
  const merged = { ...RECORD, mergedFrom };
  expect(headerParts(summarise(merged))).toContain(`${words}: loads, rates and resources are their sums`);
  expect(againNote(merged)).toBe(`, ${environments.length} times, and their records merged`);
});

test.each<[string, readonly (readonly [string, string?])[], boolean]>([
  [
    'one after the other',
    [
      ['12:00', '12:04'],
      ['12:04', '12:08'],
    ],
    true,
  ],
  [
    'one of three after the others',
    [
      ['12:00', '12:04'],
      ['12:01', '12:05'],
      ['12:05', '12:09'],
    ],
    true,
  ],
  [
    'at the same time',
    [
      ['12:00', '12:04'],
      ['12:01', '12:05'],
      ['12:03', '12:09'],
    ],
    false,
  ],
  ['nobody knows until when', [['12:00'], ['12:04', '12:08']], false],
])('and whether they ran at the same time: %s', (_what, times, said) => {
  const mergedFrom = times.map(([from, to]) => ({
    startedAt: `2026-11-22T${from}:00.000Z`,
    ...(to === undefined ? {} : { finishedAt: `2026-11-22T${to}:00.000Z` }),
    environment,
  }));
  const words = 'they did not run at the same time: rates are added all the same';
  expect(headerParts(summarise({ ...RECORD, mergedFrom })).includes(words)).toBe(said);
});

test('a run’s own says nothing of it', () => {
  expect(headerParts(summarise(RECORD)).join()).not.toContain('merged');
  expect(againNote(RECORD)).toBe('');
});
