/** Where the time of a call goes, through the whole program: what must hold of it on every machine. */
import { describe, expect, test } from 'vitest';
import { studySteps } from '../src/stats/study-steps.ts';
import { runStudy } from './fixtures/run-study.ts';

const takeApart = (arms: string) => runStudy(['where-the-time-goes', '--quick', '--trials', '1', '-t', arms]);

describe('run where-the-time-goes', async () => {
  const { record, code, stdout } = await takeApart('websocket,stdio');
  const steps = studySteps(record, 'attribution');
  const dataOf = (arm: string, part: string) => {
    const found = steps.find(({ subject }) => subject['arm'] === arm && subject['part'] === part)?.outcome;
    if (found?.status !== 'measured') throw new Error(`${arm}, ${part}: ${JSON.stringify(found)}`);
    return found.data;
  };

  test('measures the floor, every stack and the handler of each arm, and ends well', () => {
    expect(code).toBe(0);
    expect(steps).toHaveLength(1 + 2 * 4 + 1);
    expect(steps.filter(({ outcome }) => outcome.status !== 'measured')).toEqual([]);
    expect(stdout).toContain('The median of a call and what it is made of');
  });

  test.each(['websocket', 'stdio'])(
    '%s: the floor carries the bytes of the lean call, and stock and lean the same',
    (arm) => {
      const [echo, lean, stock] = ['echo', 'lean', 'stock'].map((part) => dataOf(arm, part));
      expect([echo?.upBytes, echo?.downBytes]).toEqual([lean?.upBytes, lean?.downBytes]);
      expect([stock?.upBytes, stock?.downBytes]).toEqual([lean?.upBytes, lean?.downBytes]);
    },
  );
});

test('an arm that the lean client does not drive is not taken apart, and keeps nobody waiting', async () => {
  const { record, code, stdout } = await takeApart('loopback,sse+h2');
  const outcomes = studySteps(record, 'attribution')
    .filter(({ subject }) => subject['arm'] !== undefined)
    .map(({ outcome }) => outcome);
  expect(outcomes).toHaveLength(2 * 4 + 1);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({
      status: 'not-measured',
      wouldAnswer: 'an arm that the lean client drives: sse, websocket, streamable-http, stdio',
    });
  expect(code).toBe(0);
  expect(stdout).toMatch(/would take: an arm\s+that\s+the\s+lean\s+client\s+drives/);
});
