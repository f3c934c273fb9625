/** For Prometheus and what reads its text: estimates, ratios and the gate's verdict as gauges in base units. */
import type { GateFinding, GateVerdict, GateWord } from '../../result/findings.ts';
import type { Arm } from '../../scenario/plan.ts';
import { METRIC_UNITS } from '../../scenario/metric.ts';
import { type CellSummary, METRIC_NAMES, type MetricName, type Summary } from '../../stats/summary.ts';
import { NS_PER_S, NS_PER_US } from '../../units.ts';
import { expositionText, type Family, type Sample } from '../exposition.ts';
import type { ReportFormat } from '../format.ts';

export const format: ReportFormat = {
  name: 'prometheus',
  fileExtension: '.prom',
  summary: "for Prometheus' text collectors: estimates, ratios and the gate's verdict as gauges",
  workloadsOnly: true,
  render: ({ summary, gate }) =>
    expositionText([
      runInfo(summary),
      trialCounts(summary),
      ...METRIC_NAMES.flatMap((metric) => estimateFamilies(summary, metric)),
      ...comparisonFamilies(summary),
      ...(gate === null ? [] : gateFamilies(gate)),
    ]),
};

const nameOf = (...words: readonly string[]): string =>
  ['mcp_transport_bench', ...words.filter((word) => word !== '')].join('_').replaceAll(/[.-]/g, '_');

type Unit = GateFinding['unit'];

/** The base unit's name at the end of a metric's, and how many of ours are one of it. */
const BASE: Readonly<Record<Unit, { readonly suffix: string; readonly size: number }>> = {
  ns: { suffix: 'seconds', size: NS_PER_S },
  us: { suffix: 'seconds', size: NS_PER_S / NS_PER_US },
  'per-second': { suffix: 'per_second', size: 1 },
  bytes: { suffix: 'bytes', size: 1 },
  share: { suffix: 'ratio', size: 1 },
  ratio: { suffix: 'ratio', size: 1 },
  count: { suffix: '', size: 1 },
};

function runInfo({ record }: Summary): Family {
  const { environment, plan, tool, status, startedAt } = record;
  const { node, platform, arch, cpuModel, cores, kernel } = environment;
  const about = { version: tool.version, started_at: startedAt, status, seed: String(plan.seed) };
  const machine = { node, platform, kernel, arch, cpu: cpuModel, cores: String(cores) };
  return {
    name: nameOf('run_info'),
    help: 'The run that all other values come from, and its machine; always 1.',
    samples: [{ labels: { ...about, ...machine }, value: 1 }],
  };
}

const trialCounts = (summary: Summary): Family => ({
  name: nameOf('trials'),
  help: 'Trials of an arm in a cell, those whose measurement may be shown and the others.',
  samples: eachArm(summary, (labels, { validTrials, invalidTrials }) => [
    { labels: { ...labels, validity: 'valid' }, value: validTrials },
    { labels: { ...labels, validity: 'invalid' }, value: invalidTrials },
  ]),
});

type ArmLabels = Readonly<Record<'scenario' | 'cell' | 'arm' | 'transport' | 'build', string>>;

function eachArm(
  { cells, arms }: Summary,
  samplesOf: (labels: ArmLabels, arm: CellSummary['arms'][number]) => readonly Sample[],
): readonly Sample[] {
  return cells.flatMap((cell) =>
    cell.arms.flatMap((arm) => {
      const planned = arms.find(({ id }) => id === arm.armId);
      return planned === undefined ? [] : samplesOf(labelsOf(cell, planned), arm);
    }),
  );
}

const labelsOf = ({ cell }: CellSummary, { id, variant, build = '' }: Arm): ArmLabels => ({
  scenario: cell.scenario.name,
  cell: cell.id,
  arm: id,
  transport: variant.transport,
  build,
});

/** `response-time.p99` is the statistic `p99` of the quantity `response-time`; others have no statistic. */
function partsOf(metric: MetricName): { readonly quantity: string; readonly statistic: string } {
  const [quantity = metric, statistic = ''] = metric.split('.');
  return { quantity, statistic };
}

const BOUNDS = [
  { bound: '', key: 'value', words: 'Median over the trials' },
  { bound: 'low', key: 'low', words: 'Lower end of the interval of the median over the trials' },
  { bound: 'high', key: 'high', words: 'Upper end of the interval of the median over the trials' },
] as const;

function estimateFamilies(summary: Summary, metric: MetricName): readonly Family[] {
  const { quantity, statistic } = partsOf(metric);
  const { suffix, size } = BASE[METRIC_UNITS[metric]];
  return BOUNDS.map(({ bound, key, words }) => ({
    name: nameOf(quantity, bound, suffix),
    help: `${words}: ${quantity}.`,
    samples: eachArm(summary, (labels, { metrics }) => {
      const found = metrics[metric];
      return found === undefined ? [] : [{ labels: { ...labels, statistic }, value: found[key] / size }];
    }),
  }));
}

const RATIO_BOUNDS = [
  { bound: '', key: 'ratio', words: 'Ratio of a metric of one arm to that of its base, over pairs of trials' },
  { bound: 'low', key: 'low95', words: 'Lower end of the 95 % interval of that ratio' },
  { bound: 'high', key: 'high95', words: 'Upper end of the 95 % interval of that ratio' },
] as const;

const comparisonFamilies = ({ cells }: Summary): readonly Family[] =>
  RATIO_BOUNDS.map(({ bound, key, words }) => ({
    name: nameOf('comparison', bound, 'ratio'),
    help: `${words}.`,
    samples: cells.flatMap(({ cell, comparisons }) =>
      comparisons.map((found) => ({
        labels: { cell: cell.id, arm: found.armId, base_arm: found.baseArmId, metric: found.metric },
        value: found[key],
      })),
    ),
  }));

const WORDS: readonly GateWord[] = ['pass', 'fail', 'inconclusive'];

/** One sample for each word, 1 for the one that holds: a query need not know the others. */
const states = (labels: Sample['labels'], word: GateWord): readonly Sample[] =>
  WORDS.map((verdict) => ({ labels: { ...labels, verdict }, value: verdict === word ? 1 : 0 }));

function gateFamilies({ word, findings }: GateVerdict): readonly Family[] {
  return [
    {
      name: nameOf('gate'),
      help: 'What the run was judged to be: 1 for the word that holds.',
      samples: states({}, word),
    },
    {
      name: nameOf('gate_finding'),
      help: 'What one thing that was asked was judged to be: 1 for the word that holds.',
      samples: findings.flatMap((finding) => states(findingLabels(finding), finding.word)),
    },
    ...findings.flatMap(findingFamilies),
  ];
}

const findingLabels = ({ kind, name, cellId, armId, metric }: GateFinding) => ({
  kind,
  name,
  cell: cellId ?? '',
  arm: armId ?? '',
  metric,
});

const FINDING_NUMBERS = [
  { key: 'value', words: 'What was found' },
  { key: 'low', words: 'Lower end of the interval of what was found' },
  { key: 'high', words: 'Upper end of the interval of what was found' },
  { key: 'limit', words: 'What it is held against' },
] as const;

function findingFamilies(finding: GateFinding): readonly Family[] {
  const { suffix, size } = BASE[finding.unit];
  const labels = findingLabels(finding);
  return FINDING_NUMBERS.map(({ key, words }) => {
    const value = finding[key];
    return {
      name: nameOf('gate_finding', key, suffix),
      help: `${words}, by what was asked.`,
      samples: value === null ? [] : [{ labels, value: value / size }],
    };
  });
}
