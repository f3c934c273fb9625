/** What a run came to, from its record alone: what `run` and `merge` write into the file, and what `verify` computes again. */
import { judge } from '../gate/judge.ts';
import { findingsOf } from '../report/findings-of.ts';
import { reportOf } from '../report/report-of.ts';
import type { Findings } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';

/** Everything that a report of the record states. What the record says about itself so far has no part in it. */
export const concludeFrom = (record: RunRecord): Findings => findingsOf(reportOf(record, judge(record)));

/** The record with what it comes to. */
export const concluded = (record: RunRecord): RunRecord => ({ ...record, findings: concludeFrom(record) });
