/** `report`: looking at a run without running, and judging it anew where limits are given. */
import { judge } from '../gate/judge.ts';
import { readRecord } from '../result/read-record.ts';
import type { RunRecord } from '../result/record.ts';
import { UsageError, type ExitCode } from './exit-code.ts';
import { readInconclusive, readThresholds } from './gate-flags.ts';
import { concludeGate } from './gate-lines.ts';
import { askThresholds } from './gate-plan.ts';
import { readOutputs, writeOutputs } from './output.ts';

/** As they were typed. */
export interface ReportOptions {
  readonly format?: readonly string[];
  readonly summary?: boolean;
  readonly threshold?: readonly string[];
  readonly inconclusive?: string;
}

/** Without limits the exit code says that there was a record; with them it is the verdict's. */
export async function reportCommand(path: string, options: ReportOptions): Promise<ExitCode> {
  const outputs = await readOutputs({ formats: options.format, summary: options.summary === true });
  const flags = readThresholds(options.threshold);
  const inconclusive = readInconclusive(options.inconclusive);
  if (inconclusive !== undefined && flags.length === 0)
    throw new UsageError('--inconclusive: expected a --threshold beside it: without one nothing is judged');
  const record = readRecord(path);
  if (flags.length === 0) {
    writeOutputs(record, outputs);
    return concludeGate(null, inconclusive);
  }
  const { thresholds } = askThresholds(record.plan, { flags, files: [] });
  const verdict = judge(withGate(record, { thresholds, reruns: 0 }));
  writeOutputs(record, outputs, verdict);
  return concludeGate(verdict, inconclusive);
}

/** Judged by this alone, whatever the run was judged by. */
const withGate = (record: RunRecord, gate: NonNullable<RunRecord['plan']['gate']>): RunRecord => ({
  ...record,
  plan: { ...record.plan, gate },
});
