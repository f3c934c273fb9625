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

function binary() {
  const file = loadScenario('binary');
  if (file.kind !== 'study') throw new Error('binary is no study');
  return file.draft;
}

function wordOf(text: string) {
  const read = readArmWord(text, transportNames());
  if (!read.ok) throw new Error(read.why);
  return read.word;
}

const planned = (words: string, axes: Partial<Variant> = {}) =>
  planStudies([binary()], {
    seed: 1,
    flags: { ...FLAGS, arms: words.split(',').map(wordOf), axes },
    isGiven: (option) => option === 'transport',
    isAlone: true,
  });

test('an arm over a network is not measured without it, and stays in the run', async () => {
  const { studies, unsupported } = await planned('sse,sse+wan,websocket,websocket+wan-lossy,websocket+h2');
  expect(studies[0]?.arms.map(({ id }) => id)).toEqual(['sse', 'websocket']);
  const reason = 'a study makes its own connections, and puts no network between their ends';
  expect(unsupported).toEqual([
    { armId: 'sse+wan', cellId: 'binary', reason },
    { armId: 'websocket+wan-lossy', cellId: 'binary', reason },
    { armId: 'websocket+h2', cellId: null, reason: expect.stringContaining('RFC 8441') as string },
  ]);
});

test('a network for nothing but a study is refused', () => {
  const flags = { ...FLAGS, axes: { network: 'wan' } as const };
  expect(() => chooseScenarios(['binary'], flags, false)).toThrow(
    new UsageError('--network: got "wan", but "binary" is a study, which makes its own connections; leave it out'),
  );
  expect(chooseScenarios(['binary', 'tool-calls'], flags, false).studies).toHaveLength(1);
  expect(chooseScenarios(['binary'], { ...FLAGS, axes: { network: 'lo' } }, false).studies).toHaveLength(1);
});
