/** For spreadsheets and data frames: one row for every value of every trial, in the CSV of RFC 4180. */
import { decodeHistogram } from '../../measure/histogram.ts';
import { attemptOf, countingTrials } from '../../result/attempts.ts';
import { isValid, type Measurement, type RunRecord, type TrialResult } from '../../result/record.ts';
import { DISTRIBUTION_NAMES, distributionOf } from '../../stats/distributions.ts';
import { METRICS } from '../../stats/metrics.ts';
import { isReportable } from '../../stats/quantiles.ts';
import { METRIC_NAMES, type MetricName } from '../../stats/summary.ts';
import { forTerminal } from '../escape.ts';
import type { ReportFormat } from '../format.ts';

export const format: ReportFormat = {
  name: 'csv',
  fileExtension: '.csv',
  summary: 'for spreadsheets and data frames: one row per trial, cell and metric',
  workloadsOnly: true,
  render: ({ summary }) =>
    [COLUMNS, ...rowsOf(summary.record)].map((row) => `${row.map(field).join(',')}\r\n`).join(''),
};

const COLUMNS = [
  'started_at',
  'scenario',
  'cell',
  'arm',
  'transport',
  'build',
  'block',
  'attempt',
  'counts',
  'trial',
  'metric',
  'quantile',
  'value',
  'unit',
  'valid',
] as const;

/** A number is written as it is; a text may be hostile. */
type Row = readonly (string | number | boolean)[];

/** A spreadsheet takes a text that begins so for a formula, and computes it. */
const FORMULA = /^[=+\-@\t\r]/;

/** Quoted where RFC 4180 asks for it; a text never ends its line, and is never a formula. */
function field(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const line = forTerminal(value);
  const harmless = FORMULA.test(line) ? `'${line}` : line;
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function rowsOf(record: RunRecord): readonly Row[] {
  const counting = new Set(countingTrials(record));
  return record.trials.flatMap((trial) => trialRows(record, trial, counting.has(trial)));
}

/** In the plan's order of cells, whatever the trial's own was. */
function trialRows({ plan, startedAt }: RunRecord, trial: TrialResult, counts: boolean): readonly Row[] {
  const planned = plan.trials.find(({ index }) => index === trial.index)?.cellIds ?? [];
  const arm = plan.arms.find(({ id }) => id === trial.armId);
  return plan.cells
    .filter(({ id }) => planned.includes(id))
    .flatMap((cell) => {
      const where = [cell.scenario.name, cell.id, trial.armId, arm?.variant.transport ?? '', arm?.build ?? ''];
      const head = [startedAt, ...where, trial.block, attemptOf(trial), counts, trial.index];
      return valueRows(trial.measurements.find(({ cellId }) => cellId === cell.id)).map((row) => [...head, ...row]);
    });
}

/** Metric, quantile, value, unit and validity. A trial that did not get so far has one row without a value: it is not to be forgotten. */
function valueRows(measurement: Measurement | undefined): readonly Row[] {
  if (measurement === undefined) return [['', '', '', '', false]];
  const valid = isValid(measurement);
  const rows = [...metricRows(measurement), ...distributionRows(measurement)].map((row) => [...row, valid]);
  return rows.length > 0 ? rows : [['', '', '', '', valid]];
}

const metricRows = (measurement: Measurement): readonly Row[] =>
  METRIC_NAMES.flatMap((name): readonly Row[] => {
    const value = METRICS[name].valueOf(measurement);
    return value === undefined ? [] : [[name, quantileIn(name), value, METRICS[name].unit]];
  });

/** `response-time.p99` → 0.99; empty for a metric that is none. */
function quantileIn(name: MetricName): number | '' {
  const [, hundredths] = /\.p(\d+)$/.exec(name) ?? [];
  if (hundredths !== undefined) return Number(hundredths) / 100;
  return name.endsWith('.max') ? 1 : '';
}

const SHARES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1] as const;

/** Of the calls that were answered, the events that arrived: what was never answered is in the metrics of that name alone. */
const distributionRows = (measurement: Measurement): readonly Row[] =>
  DISTRIBUTION_NAMES.flatMap((name): readonly Row[] => {
    const distribution = distributionOf(measurement, name);
    if (distribution === undefined) return [];
    const histogram = decodeHistogram(distribution);
    return SHARES.filter((share) => share === 1 || isReportable(distribution.count, share)).map((share) => [
      `distribution.${name}`,
      share,
      histogram.valueAtQuantile(share) ?? '',
      'ns',
    ]);
  });
