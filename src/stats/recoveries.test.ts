import { describe, expect, it } from 'vitest';
import {
  BY_APPLICATION,
  type MadeStep,
  NEVER,
  STREAM_ONLY,
  cutOf,
  stepData,
  subjectOf,
} from '../../test/fixtures/reconnect.ts';
import { milliseconds, seconds } from '../units.ts';
import { type Recovery, differenceOf, recoveriesOf } from './recoveries.ts';

const of = (steps: readonly MadeStep[]): readonly Recovery[] =>
  recoveriesOf(steps.map((step) => ({ subject: subjectOf(step), data: stepData(step) })));
const one = (step: MadeStep): Recovery => of([step])[0] as Recovery;

describe('a client over all of its cuts', () => {
  it.each([
    ['library', [cutOf(), cutOf()]],
    ['stream-only', [cutOf(), STREAM_ONLY]],
    ['application', [STREAM_ONLY, BY_APPLICATION, cutOf()]],
    ['never', [BY_APPLICATION, NEVER]],
    ['not-cut', []],
  ])('is back by %s', (expected, cuts) => {
    expect(one({ client: 'eventsource', cuts }).return).toBe(expected);
  });

  it('has the wait taken off cut by cut, then the median over cuts, then the estimate over steps', () => {
    const slow = cutOf({ firstEventNs: milliseconds(900), policyNs: milliseconds(500) });
    const quick = cutOf({ firstEventNs: milliseconds(260), policyNs: milliseconds(250) });
    const [recovery] = of([
      { client: 'eventsource', cuts: [slow, quick, quick], lost: 2 },
      { client: 'eventsource', cuts: [slow, slow, quick], lost: 3 },
    ]);
    expect(recovery?.beyondWait?.values).toEqual([milliseconds(10), milliseconds(400)]);
    expect(recovery?.firstEvent?.value).toBe(milliseconds(580));
    expect(recovery).toMatchObject({ cuts: 6, backs: 6, books: { lost: 5, published: 200, received: 195 } });
  });

  it('has no time to the first event where none came', () => {
    expect(one({ client: 'ws', cuts: [NEVER] })).toMatchObject({
      firstEvent: undefined,
      beyondWait: undefined,
      waited: undefined,
      backs: 0,
    });
  });
});

describe('a difference between two', () => {
  const after = (firstEventNs: number, policyNs: number): Recovery =>
    one({ client: 'eventsource', cuts: [cutOf({ firstEventNs, policyNs })] });

  it('is policy when nothing is left of it without the waits', () => {
    expect(differenceOf(after(seconds(3.01), seconds(3)), after(milliseconds(255), milliseconds(250)))).toBe('policy');
  });

  it('is none when there is none', () => {
    expect(differenceOf(after(milliseconds(260), milliseconds(250)), after(milliseconds(255), milliseconds(250)))).toBe(
      'none',
    );
  });

  it('goes beyond policy when an event’s distance is left of it', () => {
    expect(differenceOf(after(milliseconds(290), milliseconds(250)), after(milliseconds(255), milliseconds(250)))).toBe(
      'beyond-policy',
    );
  });

  it('is not known after a killed server, which is back when it is back', () => {
    const killed = one({ client: 'eventsource', cut: 'restart', cuts: [cutOf()] });
    expect(differenceOf(killed, killed)).toBeUndefined();
  });

  it('is not known where one was never back', () => {
    expect(differenceOf(one({ client: 'ws', cuts: [NEVER] }), after(1, 0))).toBeUndefined();
  });
});
