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

test('a run’s own says nothing of it', () => {
  expect(headerParts(summarise(RECORD)).join()).not.toContain('merged');
  expect(againNote(RECORD)).toBe('');
});
