import { describe, expect, test } from 'vitest';
import { type Clock } from '../measure/clock.ts';
import type { RunRecord } from '../result/record.ts';
import type { Plan } from '../scenario/plan.ts';
import { type Nanoseconds, milliseconds, nanoseconds } from '../units.ts';
import { watchLooks } from './looks.ts';

const record = {} as RunRecord;

/** A clock that stands until it is turned. */
function standingClock(): Clock & { turn(ms: number): void } {
  let now = 0;
  return {
    now: () => nanoseconds(now),
    at: () => () => undefined,
    turn: (ms) => {
      now += milliseconds(ms);
    },
  };
}

interface Pairs {
  readonly looks: readonly number[];
  readonly budgetNs?: Nanoseconds;
}

const planOf = (pairs: Pairs): Plan => ({ blocks: pairs.looks.at(-1), gate: { pairs } }) as unknown as Plan;

/** Goes through the blocks, each of which takes so long, until the run is to end; answers why and at which numbers it was asked. */
function run(pairs: Pairs, { blockMs, decideAt }: { blockMs: readonly number[]; decideAt?: number }) {
  const clock = standingClock();
  const asked: number[] = [];
  let done = 0;
  const decide = (): boolean => {
    asked.push(done);
    return done === decideAt;
  };
  const looks = watchLooks({ plan: planOf(pairs), clock, decide });
  // Between the plan and the first block lies a moment.
  clock.turn(1);
  for (const ms of blockMs) {
    const late = looks.before();
    if (late !== undefined) return { stopped: late, asked };
    clock.turn(ms);
    done += 1;
    const stopped = looks.after(record);
    if (stopped !== undefined) return { stopped, asked };
  }
  return { stopped: undefined, asked };
}

const each = (count: number, ms = 10): readonly number[] => Array<number>(count).fill(ms);

describe('looks', () => {
  test('are the only times at which anybody asks, and the last needs no question', () => {
    expect(run({ looks: [3, 5, 8] }, { blockMs: each(8) })).toEqual({ stopped: undefined, asked: [3, 5] });
  });

  test('end the run where the verdict stands', () => {
    expect(run({ looks: [3, 5, 8] }, { blockMs: each(8), decideAt: 5 })).toEqual({
      stopped: { afterBlock: 4, because: 'decided' },
      asked: [3, 5],
    });
  });

  test('nobody asks without a gate, or where nobody decides', () => {
    const clock = standingClock();
    const looks = watchLooks({ plan: { blocks: 2 } as Plan, clock });
    expect([looks.before(), looks.after(record), looks.before(), looks.after(record)]).toEqual(
      Array(4).fill(undefined),
    );
    const silent = watchLooks({ plan: planOf({ looks: [1, 2] }), clock });
    expect([silent.before(), silent.after(record)]).toEqual([undefined, undefined]);
  });
});

describe('a budget', () => {
  const budgetNs = milliseconds(100);

  test('ends the run before a block that would not be done', () => {
    // After five blocks of 20 ms the sixth would end at 120.
    expect(run({ looks: [30], budgetNs }, { blockMs: each(30, 20) }).stopped).toEqual({
      afterBlock: 4,
      because: 'budget',
    });
    expect(run({ looks: [30], budgetNs }, { blockMs: each(5, 20) }).stopped).toBeUndefined();
  });

  test('goes by the longest block so far', () => {
    expect(run({ looks: [30], budgetNs }, { blockMs: [40, 10, 10, 10, 10, 10] }).stopped).toEqual({
      afterBlock: 3,
      because: 'budget',
    });
  });

  test('lets the first block begin, however short it is', () => {
    expect(run({ looks: [30], budgetNs: milliseconds(0) }, { blockMs: each(3) }).stopped).toEqual({
      afterBlock: 0,
      because: 'budget',
    });
  });
});
