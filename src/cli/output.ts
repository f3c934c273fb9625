/** Formats to their places: stdout, or a file. */
import { formatNames, loadFormat } from '../report/discover.ts';
import type { ReportFormat } from '../report/format.ts';
import { reportOf } from '../report/report-of.ts';
import type { GateVerdict } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import { saveRecord } from '../result/save.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { quote } from '../scenario/wording.ts';
import { UsageError } from './exit-code.ts';

/** One format and where it goes; without a path, to stdout. */
export interface Output {
  readonly format: ReportFormat;
  readonly path: string | undefined;
}

/** Reads `-f name[=path]`, before anything runs. Throws a UsageError for an unknown format. */
export async function readOutputs(formats: readonly string[] | undefined): Promise<readonly Output[]> {
  return Promise.all((formats ?? ['table']).map(readOutput));
}

async function readOutput(text: string): Promise<Output> {
  const [name = '', ...rest] = text.split('=');
  const names = formatNames();
  if (!names.includes(name)) {
    throw new UsageError(`--format: got ${quote(name)}, expected one of ${names.join(', ')}${didYouMean(name, names)}`);
  }
  const path = rest.join('=');
  if (rest.length > 0 && path === '') throw new UsageError(`--format: got ${quote(text)}, expected a path after "="`);
  return { format: await loadFormat(name), path: rest.length > 0 ? path : undefined };
}

/** Renders from the record alone: a report of the file gives the same bytes as the run did, unless it is judged anew. Throws a SaveError for a file that cannot be written. */
export function writeOutputs(record: RunRecord, outputs: readonly Output[], gate?: GateVerdict | null): void {
  const report = reportOf(record, gate);
  for (const { format, path } of outputs) {
    const text = format.render(report);
    if (path === undefined) process.stdout.write(text);
    else saveRecord(path, text);
  }
}
