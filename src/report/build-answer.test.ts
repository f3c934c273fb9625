import { expect, test } from 'vitest';
import { armOf, fixtureRecord } from '../../test/fixtures/record.ts';
import type { RunRecord } from '../result/record.ts';
import { armOfBuild } from '../scenario/builds.ts';
import { summarise } from '../stats/summarise.ts';
import { answerSentences } from './answer.ts';
import { headerParts } from './header.ts';
import { reportOf } from './report-of.ts';
import { format as markdown } from './formats/markdown.ts';
import { format as table } from './formats/table.ts';

/** SSE twice, the second of them a newer build. */
function recordOfBuilds(blocks = 6): RunRecord {
  const record = fixtureRecord({ blocks, armIds: ['sse', 'websocket'] });
  const ids: Readonly<Record<string, string>> = { sse: 'sse:base', websocket: 'sse:head' };
  const renamed = JSON.parse(
    JSON.stringify(record, (key, value: unknown) => (key === 'armId' ? ids[String(value)] : value)),
  ) as RunRecord;
  const arms = ['base', 'head'].map((build) => armOfBuild({ ...armOf('sse'), title: 'SSE' }, build));
  return { ...renamed, plan: { ...renamed.plan, arms } };
}

test('one sentence for each way of speaking: what head costs against base, and no word about the article', () => {
  const [sentence, ...more] = answerSentences(summarise(recordOfBuilds()));
  expect(more).toEqual([]);
  expect(sentence).toMatch(
    /^sse, head against base in tool-calls: the median \S+ .s after \S+ .s, \S+× \[\S+\] \w+ .*\(6 pairs\); the server's processor time per message \S+× .*; \S+ B on the wire instead of \S+ B\.$/,
  );
});

test('a build of which nothing was measured is said to be so', () => {
  const record = recordOfBuilds();
  const trials = record.trials.map((trial) => ({
    ...trial,
    measurements: trial.armId === 'sse:head' ? [] : trial.measurements,
  }));
  expect(answerSentences(summarise({ ...record, trials }))).toEqual([
    'sse, head against base: no trial gave a valid number of both.',
  ]);
});

test.each([table, markdown])('the $name shows no claim of the article', ({ render }) => {
  const text = render(reportOf(recordOfBuilds()));
  expect(text).toContain('SSE (head)');
  expect(text).not.toContain('claimed');
  expect(text).not.toContain('Not answered');
});

test('a run that ended at a look is no partial one', () => {
  const record = recordOfBuilds(4);
  const trials = record.trials.filter(({ block }) => block < 2);
  const parts = headerParts(summarise({ ...record, trials, stopped: { afterBlock: 1, because: 'decided' } }));
  expect(parts).toContain('2 of at most 4 trials each, interleaved');
  expect(parts.join()).not.toContain('PARTIAL');
  expect(headerParts(summarise({ ...record, trials })).join()).toContain('PARTIAL');
});
