/** What a run came to, from its record alone: what `run` and `merge` write into the file, and what `verify` computes again. */
import { findingsOf } from '../report/findings-of.ts';
import { reportOf } from '../report/report-of.ts';
import type { Findings, GateVerdict } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';

/** Whether a record is good enough for what was asked of it; `null` where nothing was asked. */
export type Judge = (record: RunRecord) => GateVerdict | null;

/** The one place that says who judges. No flag of this version asks anything of a run. */
const judge: Judge = () => null;

/** Everything that a report of the record states. What the record says about itself so far has no part in it. */
export const concludeFrom = (record: RunRecord, judged: Judge = judge): Findings =>
  findingsOf({ ...reportOf(record), gate: judged(record) });

/** The record with what it comes to. */
export const concluded = (record: RunRecord): RunRecord => ({ ...record, findings: concludeFrom(record) });
