import { describe, expect, test } from 'vitest';
import { distributionOf, fixtureRecord } from '../../../test/fixtures/record.ts';
import type { Measurement } from '../../result/record.ts';
import { milliseconds } from '../../units.ts';
import { judgeProbe } from './judge.ts';

const LIMIT = { share: 0.99, atMostNs: milliseconds(10) };

const [trial] = fixtureRecord({ blocks: 1, armIds: ['sse'] }).trials;
const measured = trial?.measurements[0];

/** A hundred calls, all right, all after 2 ms, at the rate that was offered; and what is special about it. */
function probe(special: Partial<Measurement> = {}): Measurement {
  if (measured === undefined) throw new Error('the fixture has a measurement');
  const calls = {
    ...measured.calls,
    due: 100,
    ok: 100,
    rejected: 0,
    disconnected: 0,
    wrong: 0,
    timedOut: 0,
    dropped: 0,
  };
  const responseTime = distributionOf(Array.from({ length: 100 }, () => 2e6));
  return { ...measured, calls, responseTime, offeredPerSec: 100, achievedPerSec: 100, doubts: [], ...special };
}

const slow = { responseTime: distributionOf([...Array<number>(98).fill(2e6), 20e6, 20e6]) };

describe('a probe', () => {
  test('keeps the limit', () => {
    expect(judgeProbe(probe(), LIMIT)).toEqual({ answer: 'ok', why: '' });
    // One of a hundred may be late.
    const one = { responseTime: distributionOf([...Array<number>(99).fill(2e6), 20e6]) };
    expect(judgeProbe(probe(one), LIMIT).answer).toBe('ok');
  });

  test('breaks it by being late', () => {
    expect(judgeProbe(probe(slow), LIMIT)).toEqual({ answer: 'not-ok', why: 'p99 20.0 ms' });
    expect(judgeProbe(probe(slow), { ...LIMIT, share: 0.9 }).answer).toBe('ok');
  });

  test('breaks it by a failed call, or a queue that grows', () => {
    const calls = { ...probe().calls, ok: 99, dropped: 1 };
    expect(judgeProbe(probe({ calls }), LIMIT)).toEqual({ answer: 'not-ok', why: '1 of 100 calls failed' });
    expect(judgeProbe(probe({ achievedPerSec: 97 }), LIMIT)).toEqual({ answer: 'not-ok', why: '97 % completed' });
    expect(judgeProbe(probe({ achievedPerSec: 98 }), LIMIT).answer).toBe('ok');
    expect(judgeProbe(probe({ responseTime: distributionOf([]) }), LIMIT).answer).toBe('not-ok');
  });

  test('is disturbed only by what is no time of the endpoint, and only where the limit broke', () => {
    const hiccup = { doubts: [{ kind: 'hiccup', maxNs: milliseconds(80) }] } as const;
    expect(judgeProbe(probe({ ...slow, ...hiccup }), LIMIT)).toEqual({
      answer: 'disturbed',
      why: 'p99 20.0 ms; hiccup',
    });
    expect(judgeProbe(probe(hiccup), LIMIT).answer).toBe('ok');
    const busy = { doubts: [{ kind: 'driver-saturated', utilisation: 0.9 }] } as const;
    expect(judgeProbe(probe({ ...slow, ...busy }), LIMIT).answer).toBe('not-ok');
  });
});
