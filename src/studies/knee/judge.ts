/** Whether one probe kept the limit. */
import { decodeHistogram } from '../../measure/histogram.ts';
import type { Doubt, Measurement } from '../../result/record.ts';
import { type KneeLimit, quantileName } from '../../scenario/knee-limit.ts';
import { toMilliseconds } from '../../units.ts';
import type { Answer } from './search.ts';

/** A rate of which less than this share is completed is not sustained: a queue grows. */
const LEAST_SHARE = 0.98;

/** Of the machine: none of them is seen in the times of the endpoint, so that leaving a probe out does not choose among results. */
const OF_THE_MACHINE: ReadonlySet<Doubt['kind']> = new Set(['hiccup', 'load', 'throttled']);

export interface Judged {
  readonly answer: Answer;
  /** What broke the limit, or disturbed; empty where it was kept. */
  readonly why: string;
}

/** A limit that is kept is kept, however disturbed the machine was. */
export function judgeProbe(measurement: Measurement, limit: KneeLimit): Judged {
  const broken = whatBroke(measurement, limit);
  if (broken === undefined) return { answer: 'ok', why: '' };
  const disturbed = measurement.doubts.filter(({ kind }) => OF_THE_MACHINE.has(kind)).map(({ kind }) => kind);
  return disturbed.length === 0
    ? { answer: 'not-ok', why: broken }
    : { answer: 'disturbed', why: `${broken}; ${disturbed.join(', ')}` };
}

function whatBroke(
  { calls, offeredPerSec, achievedPerSec, responseTime, doubts }: Measurement,
  { share, atMostNs }: KneeLimit,
): string | undefined {
  if (doubts.some(({ kind }) => kind === 'books-do-not-balance')) return 'the books do not balance';
  const failed = calls.due - calls.ok;
  if (failed > 0) return `${failed} of ${calls.due} calls failed`;
  const found = decodeHistogram(responseTime).valueAtQuantile(share);
  if (found === undefined) return 'no call was due';
  if (found > atMostNs) return `${quantileName(share)} ${toMilliseconds(found).toFixed(1)} ms`;
  const completed = achievedPerSec / (offeredPerSec ?? achievedPerSec);
  return completed < LEAST_SHARE ? `${(100 * completed).toFixed(0)} % completed` : undefined;
}
