/** `compare`: two records that are there already. */
import { baselineNotes, baselineOf, judgeBaseline } from '../gate/baseline.ts';
import { wordOf } from '../gate/judge.ts';
import { jsonOf } from '../report/comparisons/json.ts';
import { markdownOf } from '../report/comparisons/markdown.ts';
import type { RunHead, RunsComparison } from '../report/comparisons/runs-comparison.ts';
import { tableOf } from '../report/comparisons/table.ts';
import { formatNames, loadFormat } from '../report/discover.ts';
import { reportOf } from '../report/report-of.ts';
import type { GateVerdict } from '../result/findings.ts';
import { readRecord } from '../result/read-record.ts';
import { wholeBlocks } from '../gate/pair-evidence.ts';
import type { RunRecord } from '../result/record.ts';
import { checkWritable, saveRecord } from '../result/save.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { quote } from '../scenario/wording.ts';
import { changesFirst, compareRuns } from '../stats/compare-runs.ts';
import { samplesOf } from '../stats/run-samples.ts';
import { checkComparable, checkWhole, type Comparable, type NamedRecord } from './comparable.ts';
import { type ExitCode, UsageError } from './exit-code.ts';
import { readInconclusive, readMaxRegression } from './gate-flags.ts';
import { concludeGate } from './gate-lines.ts';
import { appendStepSummary } from './step-summary.ts';

/** As they were typed. */
export interface CompareOptions {
  readonly format?: readonly string[];
  readonly maxRegression?: string;
  readonly common?: boolean;
  readonly inconclusive?: string;
}

/** Without `--max-regression` the exit code says that the two could be compared; with it, it is the verdict's. */
export async function compareCommand(basePath: string, headPath: string, options: CompareOptions): Promise<ExitCode> {
  const maxRegression = options.maxRegression === undefined ? undefined : readMaxRegression(options.maxRegression);
  const inconclusive = readInconclusive(options.inconclusive);
  if (inconclusive !== undefined && maxRegression === undefined)
    throw new UsageError('--inconclusive: expected --max-regression beside it: without it nothing is judged');
  const outputs = (options.format ?? ['table']).map((text) => readOutput(text, maxRegression !== undefined));
  for (const { name, path } of outputs) if (path !== undefined) checkWritable(path, `-f ${name}=<path>`);
  const [base, head] = [basePath, headPath].map((path): NamedRecord => ({ name: path, record: readRecord(path) }));
  if (base === undefined || head === undefined) throw new Error('two paths are two records');
  checkWhole(head);
  const comparable = checkComparable(base, headOf(head), { common: options.common === true });
  const comparison = comparisonOf({ base, head, comparable, maxRegression });
  for (const { name, path } of outputs) {
    const text = await render(name, comparison, head.record);
    if (path === undefined) process.stdout.write(text);
    else saveRecord(path, text, `-f ${name}=<path>`);
  }
  await appendStepSummary(
    () => markdownOf(comparison),
    process.env,
    (line) => void process.stderr.write(`${line}\n`),
  );
  return concludeGate(comparison.gate, inconclusive);
}

const headOf = ({ name, record: { plan, environment, tool, controls } }: NamedRecord) => ({
  name,
  plan,
  environment,
  version: tool.version,
  hasControls: (controls ?? []).length > 0,
});

interface Compared {
  readonly base: NamedRecord;
  readonly head: NamedRecord;
  readonly comparable: Comparable;
  readonly maxRegression: number | undefined;
}

function comparisonOf({ base, head, comparable, maxRegression }: Compared): RunsComparison {
  const { normalised, differences } = comparable;
  const gate = baselineOf({
    ...comparable,
    base: base.record,
    name: base.name,
    maxRegression: maxRegression ?? 0,
    differences: differences.map(({ field }) => field),
  });
  const changes = compareRuns(samplesOf(base.record, comparable), samplesOf(head.record, comparable));
  const notes = [...baselineNotes(gate), ...comparable.notes, ...leftOut([base.record, head.record], comparable)];
  return {
    base: runHead(base),
    head: runHead(head),
    normalised,
    differences,
    changes: changesFirst(changes),
    gate: maxRegression === undefined ? null : verdictOf(judgeBaseline(head.record, gate), notes),
    notes,
  };
}

const verdictOf = (findings: GateVerdict['findings'], notes: readonly string[]): GateVerdict => ({
  word: wordOf(findings.map(({ word }) => word)),
  findings,
  notes,
});

function leftOut(records: readonly RunRecord[], { cellIds, armIds }: Comparable): readonly string[] {
  const ids = records.flatMap(({ plan }) => [...plan.cells, ...plan.arms].map(({ id }) => id));
  const missing = [...new Set(ids)].filter((id) => ![...cellIds, ...armIds].includes(id));
  return missing.length === 0 ? [] : [`Left out, for only one of the two measured it so: ${missing.join(', ')}.`];
}

const runHead = ({ name, record }: NamedRecord): RunHead => ({
  name,
  startedAt: record.startedAt,
  version: record.tool.version,
  trials: wholeBlocks(record).length,
});

const RENDERERS: Readonly<Record<string, (comparison: RunsComparison) => string>> = {
  table: tableOf,
  markdown: markdownOf,
  json: jsonOf,
};

/** Test cases are the verdict's. */
const JUNIT = 'junit';

interface ComparisonOutput {
  readonly name: string;
  readonly path: string | undefined;
}

function readOutput(text: string, isJudged: boolean): ComparisonOutput {
  const [name = '', ...rest] = text.split('=');
  const names = [...Object.keys(RENDERERS), ...formatNames().filter((one) => one === JUNIT)];
  if (!names.includes(name))
    throw new UsageError(`--format: got ${quote(name)}, expected one of ${names.join(', ')}${didYouMean(name, names)}`);
  if (name === JUNIT && !isJudged)
    throw new UsageError('--format: got "junit", expected --max-regression beside it: without it nothing can fail');
  const path = rest.join('=');
  if (rest.length > 0 && path === '') throw new UsageError(`--format: got ${quote(text)}, expected a path after "="`);
  return { name, path: rest.length > 0 ? path : undefined };
}

async function render(name: string, comparison: RunsComparison, head: RunRecord): Promise<string> {
  const renderer = RENDERERS[name];
  if (renderer !== undefined) return renderer(comparison);
  return (await loadFormat(name)).render(reportOf(head, comparison.gate));
}
