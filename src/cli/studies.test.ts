/** Which arms a study takes of those that were asked for. */
import { expect, test } from 'vitest';
import { readArmWord } from '../scenario/arm-word.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import type { Variant } from '../scenario/variant.ts';
import { transportNames } from '../transports/discover.ts';
import { UsageError } from './exit-code.ts';
import { readRunFlags } from './options.ts';
import { chooseScenarios } from './scenarios.ts';
import { planStudies } from './studies.ts';

const FLAGS = readRunFlags({ transport: 'sse', trials: '1', readyTimeout: '10s' }, transportNames());

function draftOf(name: string) {
  const file = loadScenario(name);
  if (file.kind !== 'study') throw new Error(`${name} is no study`);
  return file.draft;
}

function wordOf(text: string) {
  const read = readArmWord(text, transportNames());
  if (!read.ok) throw new Error(read.why);
  return read.word;
}

const planned = (name: string, words: string, axes: Partial<Variant> = {}) =>
  planStudies([draftOf(name)], {
    seed: 1,
    flags: { ...FLAGS, arms: words.split(',').map(wordOf), axes },
    isGiven: (option) => option === 'transport',
    isAlone: true,
  });

test('an arm over a network is measured over it, by a relay', async () => {
  const { studies, unsupported } = await planned('binary', 'sse,sse+wan,websocket+wan-lossy,websocket+h2');
  expect(studies[0]?.arms.map(({ id, variant }) => [id, variant.mechanism])).toEqual([
    ['sse', undefined],
    ['sse+wan', 'relay'],
  ]);
  expect(unsupported).toEqual([
    { armId: 'websocket+wan-lossy', cellId: null, reason: expect.stringContaining('cannot lose packets') as string },
    { armId: 'websocket+h2', cellId: null, reason: expect.stringContaining('RFC 8441') as string },
  ]);
});

test('where a study has no use for one, the arm is not measured without it, and stays in the run', async () => {
  const { studies, unsupported } = await planned('where-the-time-goes', 'sse,sse+wan');
  expect(studies[0]?.arms.map(({ id }) => id)).toEqual(['sse']);
  const reason = 'this study makes its own connections, and puts no network between their ends';
  expect(unsupported).toEqual([{ armId: 'sse+wan', cellId: 'where-the-time-goes', reason }]);
});

test('a network for nothing but such a study is refused', () => {
  const flags = { ...FLAGS, axes: { network: 'wan' } as const };
  expect(() => chooseScenarios(['reconnect'], flags, false)).toThrow(
    new UsageError('--network: got "wan", but "reconnect" is a study that makes its own connections; leave it out'),
  );
  expect(chooseScenarios(['binary'], flags, false).studies).toHaveLength(1);
  expect(chooseScenarios(['reconnect', 'tool-calls'], flags, false).studies).toHaveLength(1);
  expect(chooseScenarios(['reconnect'], { ...FLAGS, axes: { network: 'lo' } }, false).studies).toHaveLength(1);
});

test('a study that goes through every client stack takes no arm that has chosen one', async () => {
  await expect(planned('where-the-time-goes', 'sse,websocket+lean')).rejects.toThrow(
    new UsageError(
      '--client: got websocket+lean, but scenario "where-the-time-goes" drives every arm through all client stacks by itself; leave the client out',
    ),
  );
});
