/** From a run record to a report: what every format renders. */
import { evaluateClaims } from '../claims/all.ts';
import type { RunRecord } from '../result/record.ts';
import { summarise } from '../stats/summarise.ts';
import type { Report } from './format.ts';

/** From the record alone: a report of the file is the same as the run's. */
export function reportOf(record: RunRecord): Report {
  const summary = summarise(record);
  return { summary, claims: evaluateClaims(summary), gate: record.findings?.gate ?? null };
}
