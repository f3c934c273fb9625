/** When a run that holds two builds against each other may end before its last block: a verdict stands, or the time is up. */
import type { Clock } from '../measure/clock.ts';
import type { RunRecord, Stopped } from '../result/record.ts';
import type { Plan } from '../scenario/plan.ts';
import { type Nanoseconds, minus } from '../units.ts';

export interface LookOptions {
  readonly plan: Plan;
  readonly clock: Clock;
  /** Whether the verdict stands; absent: every block is measured. Asked at the looks of the plan and at no other time, since each question is a chance of a false alarm. */
  readonly decide?: ((record: RunRecord) => boolean) | undefined;
}

/** Asked before and after each block, in order. */
export interface Looks {
  /** Why no further block begins; `undefined` where one may. */
  before(): Stopped | undefined;
  /** Why the run ends with the block that was just measured; `undefined` where it goes on. */
  after(record: RunRecord): Stopped | undefined;
}

/**
 * A budget counts from the first block: no block begins after it, nor one that would not be done by then if it took as
 * long as the longest before it. The first always begins.
 */
export function watchLooks({ plan, clock, decide }: LookOptions): Looks {
  const { looks = [], budgetNs } = plan.gate?.pairs ?? {};
  let startedNs: Nanoseconds | undefined;
  let beganNs = clock.now();
  let longestNs = 0;
  let done = 0;
  return {
    before: () => {
      beganNs = clock.now();
      startedNs ??= beganNs;
      const overdue = budgetNs !== undefined && minus(beganNs, startedNs) + longestNs > budgetNs;
      return overdue ? { afterBlock: done - 1, because: 'budget' } : undefined;
    },
    after: (record) => {
      done += 1;
      longestNs = Math.max(longestNs, minus(clock.now(), beganNs));
      const isLast = done >= plan.blocks;
      return !isLast && looks.includes(done) && decide?.(record) === true
        ? { afterBlock: done - 1, because: 'decided' }
        : undefined;
    },
  };
}
