/** `merge`: several records of the same plan into one. */
import { realpathSync } from 'node:fs';
import { mergeRecords } from '../merge/merge-records.ts';
import { serialiseRecord } from '../result/codec.ts';
import { readRecord } from '../result/read-record.ts';
import type { RunRecord } from '../result/record.ts';
import { RAN_APART, ranApart } from '../result/same-time.ts';
import { checkWritable, resolveOutput, saveRecord } from '../result/save.ts';
import { quote } from '../scenario/wording.ts';
import { UsageError } from './exit-code.ts';
import { concluded } from './findings.ts';
import { type OutputFlags, readOutputs, writeOutputs } from './output.ts';

/** As they were typed. */
export interface MergeWords {
  readonly output?: string;
  readonly format?: readonly string[];
  readonly summary?: boolean;
}

/** The flags of `merge`, and the release that merges. */
export interface MergeOptions extends OutputFlags {
  readonly output: string | undefined;
  readonly version: string;
}

export async function mergeCommand(paths: readonly string[], options: MergeOptions): Promise<void> {
  if (paths.length < 2)
    throw new UsageError('merge: got one record, expected two or more of the same plan; see "report" for a single one');
  const outputs = await readOutputs(options);
  const output = resolveOutput(options.output, new Date(), 'merged');
  refuseOverwriting(output, paths);
  checkWritable(output);
  const named = paths.map((path) => ({ path, record: readRecord(path) }));
  const merged = concluded(mergeRecords(named, options.version));
  saveRecord(output, serialiseRecord(merged));
  const plannedStudies = named.some(({ record }) => record.plan.studies.length > 0);
  for (const line of warningsOf(merged, plannedStudies)) process.stderr.write(`${line}\n`);
  process.stderr.write(`Record: ${output}\n`);
  writeOutputs(merged, outputs);
}

/** What is merged would be lost, and with it the only proof of what the sum was made of. */
function refuseOverwriting(output: string, paths: readonly string[]): void {
  const target = realPathOf(output);
  const same = paths.find((path) => target !== undefined && realPathOf(path) === target);
  if (same !== undefined)
    throw new UsageError(`--output: got ${quote(output)}, which is one of the records to be merged; name another file`);
}

/** `undefined` for what does not exist. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function warningsOf(merged: RunRecord, plannedStudies: boolean): readonly string[] {
  const measurements = merged.trials.flatMap((trial) => trial.measurements);
  const disagreeing = measurements.filter(({ doubts }) => doubts.some(({ kind }) => kind === 'drivers-disagree'));
  return [
    ...(ranApart(merged.mergedFrom ?? []) ? [`these records' runs ${RAN_APART}`] : []),
    ...(disagreeing.length === 0
      ? []
      : [
          `the drivers' medians are more than 10 % apart in ${disagreeing.length} of ${measurements.length} measurements; see the doubts drivers-disagree`,
        ]),
    ...(plannedStudies ? ['studies stay behind: what they found is of one machine, and cannot be added'] : []),
  ];
}
