/** Calls one after another, timed one by one. */
import type { StudyData } from '../../result/study-data.ts';
import type { Nanoseconds } from '../../units.ts';
import { minus } from '../../units.ts';
import type { StepContext } from '../contract.ts';

type Context = StepContext<'published'>;

/** Somebody who can call, however that is done. */
export interface Caller {
  /** One small call, answered rightly; whatever has to be opened for it, and closed after it, is part of it. Rejects when the answer is wrong or does not come. */
  call(): Promise<void>;
  /** Ends everything that was started. Never rejects. */
  close(): Promise<void>;
}

export type OpenCaller = (context: Context) => Promise<Caller>;

/** Discarded first: a tenth of the calls, for the code on their path to be compiled. */
const WARMUP_SHARE = 0.1;

export async function timeCalls(open: OpenCaller, calls: number, context: Context): Promise<StudyData['published']> {
  const caller = await open(context);
  try {
    for (let call = 0; call < Math.ceil(calls * WARMUP_SHARE); call += 1) await caller.call();
    const timesNs: Nanoseconds[] = [];
    for (let call = 0; call < calls; call += 1) {
      const startedNs = context.clock.now();
      await caller.call();
      timesNs.push(minus(context.clock.now(), startedNs));
    }
    return { timesNs, bytes: null, waitedNs: [] };
  } finally {
    await caller.close();
  }
}
