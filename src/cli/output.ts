/** Formats to their places: stdout, a file, or a folder of files. */
import { join } from 'node:path';
import { formatNames, loadFormat } from '../report/discover.ts';
import type { Report, ReportFile, ReportFormat } from '../report/format.ts';
import { reportOf } from '../report/report-of.ts';
import type { GateVerdict } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import { checkWritable, namesFolder, saveRecord } from '../result/save.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { quote } from '../scenario/wording.ts';
import { UsageError } from './exit-code.ts';

/** One format and where it goes; without a path, to stdout. */
export interface Output {
  readonly format: ReportFormat;
  readonly path: string | undefined;
  /** Whether the format's short text is wanted, where it has one. */
  readonly short: boolean;
}

/** What was said about a report on the command line. */
export interface OutputFlags {
  /** `name[=path]`, in order; absent for a table. */
  readonly formats: readonly string[] | undefined;
  readonly summary: boolean;
}

/** Reads `-f name[=path]` and `--summary`, before anything runs. Throws a UsageError for an unknown format, and for a summary of none that has one. */
export async function readOutputs({ formats, summary }: OutputFlags): Promise<readonly Output[]> {
  const outputs = await Promise.all((formats ?? ['table']).map((text) => readOutput(text, summary)));
  if (summary && !outputs.some(({ format }) => format.renderSummary !== undefined)) {
    const got = formats === undefined ? 'no -f' : `-f ${outputs.map(({ format }) => format.name).join(', -f ')}`;
    throw new UsageError(`--summary: got ${got}, expected -f json beside it, which alone has a summary`);
  }
  return outputs;
}

async function readOutput(text: string, short: boolean): Promise<Output> {
  const [name = '', ...rest] = text.split('=');
  const names = formatNames();
  if (!names.includes(name)) {
    throw new UsageError(`--format: got ${quote(name)}, expected one of ${names.join(', ')}${didYouMean(name, names)}`);
  }
  const path = rest.join('=');
  if (rest.length > 0 && path === '') throw new UsageError(`--format: got ${quote(text)}, expected a path after "="`);
  return { format: await loadFormat(name), path: rest.length > 0 ? path : undefined, short };
}

/** Throws a SaveError where `writeOutputs` would, as far as one can tell without the texts. Leaves nothing behind. */
export function checkOutputs(outputs: readonly Output[]): void {
  for (const output of outputs) {
    const { format, path } = output;
    if (path === undefined) continue;
    checkWritable(asFiles(output) === undefined ? path : join(path, `report${format.fileExtension}`), flagOf(format));
  }
}

/** Renders from the record alone: a report of the file gives the same bytes as the run did, unless it is judged anew. Throws a SaveError for a file that cannot be written. */
export function writeOutputs(record: RunRecord, outputs: readonly Output[], gate?: GateVerdict | null): void {
  const report = reportOf(record, gate);
  for (const line of leftOut(record, outputs)) process.stderr.write(`${line}\n`);
  for (const output of outputs) {
    const { format, path } = output;
    const files = asFiles(output);
    if (path === undefined) process.stdout.write(textOf(output, report));
    else if (files === undefined) saveRecord(path, textOf(output, report), flagOf(format));
    else for (const { name, text } of files(report)) saveRecord(join(path, name), text, flagOf(format));
  }
}

/** What a format has no place for, so that nobody takes an empty file for an empty run. */
function leftOut({ plan }: RunRecord, outputs: readonly Output[]): readonly string[] {
  if (plan.studies.length === 0) return [];
  const studies = plan.studies.map(({ name }) => name).join(', ');
  return outputs
    .filter(({ format }) => format.workloadsOnly === true)
    .map(
      ({ format }) =>
        `-f ${format.name}: nothing of ${studies} is in it, for it has workloads only; table, markdown and the record have all`,
    );
}

/** How another place is named for this format. */
const flagOf = ({ name }: Pick<ReportFormat, 'name'>): string => `-f ${name}=<path>`;

/** How the files come about of a format that is to fill a folder, and can. */
const asFiles = ({ format, path }: Output): ((report: Report) => readonly ReportFile[]) | undefined =>
  path !== undefined && namesFolder(path) ? format.files : undefined;

const textOf = ({ format, short }: Output, report: Report): string =>
  short && format.renderSummary !== undefined ? format.renderSummary(report) : format.render(report);
