/** From a run record to a report: what every format renders. */
import { evaluateClaims } from '../claims/all.ts';
import type { GateVerdict } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import { summarise } from '../stats/summarise.ts';
import type { Report } from './format.ts';

/** From the record alone, so that a report of the file is the same as the run's, unless it is judged anew. */
export function reportOf(record: RunRecord, gate: GateVerdict | null = record.findings?.gate ?? null): Report {
  const summary = summarise(record);
  return { summary, claims: evaluateClaims(summary), gate };
}
