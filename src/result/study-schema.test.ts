import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseRecord } from './codec.ts';

const REFERENCE = new URL('../../results/reference/article-full.json', import.meta.url);

/** The committed reference run with something changed in it, as somebody might who wants another answer. */
function problemAfter(change: (studies: Record<string, { data: Record<string, never> }[]>) => void): string {
  const record = JSON.parse(readFileSync(REFERENCE, 'utf8')) as { studies: { name: string; steps: never[] }[] };
  change(Object.fromEntries(record.studies.map(({ name, steps }) => [name, steps])));
  try {
    parseRecord(JSON.stringify(record), 'r.json');
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

it('takes the record as it was made', () => {
  expect(problemAfter(() => undefined)).toBe('');
});

it('refuses books of lost events that do not balance', () => {
  const problem = problemAfter(({ reconnect }) => {
    const { books } = reconnect![0]!.data as unknown as { books: { lost: number } };
    books.lost += 5;
  });
  expect(problem).toContain('studies[0].steps[0].data.books: ');
  expect(problem).toContain('expected books that balance: published = received + lost');
});

it('refuses a time below nothing', () => {
  const problem = problemAfter(({ binary }) => {
    const { timesNs } = binary![0]!.data as unknown as { timesNs: number[] };
    timesNs[0] = -5;
  });
  expect(problem).toMatch(/data\.timesNs\[0\]: got -5, expected a number from 0/);
});
