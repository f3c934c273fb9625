/** For HdrHistogram's plotters: whole distributions as percentiles, one for each cell, arm and kind of duration. */
import type { Arm } from '../../scenario/plan.ts';
import type { Cell } from '../../scenario/scenario.ts';
import { DISTRIBUTION_NAMES, type DistributionName } from '../../stats/distributions.ts';
import { type Merged, mergedDistribution } from '../../stats/merged.ts';
import { runsOf, validOf } from '../../stats/runs.ts';
import { nanoseconds, NS_PER_US } from '../../units.ts';
import { forTerminal } from '../escape.ts';
import type { Report, ReportFile, ReportFormat } from '../format.ts';

/** Of milliseconds, three decimals would show the fastest calls with two digits. */
const UNIT = { ns: nanoseconds(NS_PER_US), words: 'microseconds' } as const;

export const format: ReportFormat = {
  name: 'hgrm',
  fileExtension: '.hgrm',
  summary: "for HdrHistogram's plotters: percentile distributions in µs; with =<folder>/ one file for each",
  workloadsOnly: true,
  render: (report) => distributionsOf(report).map(textOf).join('\n'),
  files: (report) => namedFiles(distributionsOf(report)),
};

interface Named {
  readonly cell: Cell;
  readonly arm: Arm;
  readonly name: DistributionName;
  readonly merged: Merged;
}

/** Of the trials that count and may be shown. */
const distributionsOf = ({ summary: { record, arms } }: Report): readonly Named[] =>
  record.plan.cells.flatMap((cell) =>
    arms.flatMap((arm) => {
      const measurements = validOf(runsOf(record, arm, cell)).map(({ measurement }) => measurement);
      return DISTRIBUTION_NAMES.flatMap((name) => {
        const merged = mergedDistribution(measurements, name);
        return merged === undefined ? [] : [{ cell, arm, name, merged }];
      });
    }),
  );

/** Plotters pass over lines that begin with `#`. */
function textOf({ cell, arm, name, merged: { histogram, trials, unended } }: Named): string {
  const missing = unended === 0 ? '' : `, ${unended} more never ended and are not among them`;
  const head = `# ${name} · ${cell.id} · ${arm.id} · ${UNIT.words} · ${trials} ${trials === 1 ? 'trial' : 'trials'} merged${missing}`;
  return `${forTerminal(head)}\n${histogram.percentileText(UNIT.ns)}`;
}

/** Names that differ in more than what some file systems ignore. */
function namedFiles(distributions: readonly Named[]): readonly ReportFile[] {
  const taken = new Set<string>();
  return distributions.map((one) => {
    const stem = [one.cell.id, one.arm.id, one.name].map(fileNamePart).join('.');
    let name = stem;
    for (let next = 2; taken.has(name.toLowerCase()); next += 1) name = `${stem}-${next}`;
    taken.add(name.toLowerCase());
    return { name: `${name}.hgrm`, text: textOf(one) };
  });
}

/** Keeps a name within what file systems allow. */
const LONGEST_PART = 60;

/** A name that no file system and no shell takes for more than a name. */
const fileNamePart = (text: string): string =>
  text
    .replaceAll(/[^\w@+-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, LONGEST_PART) || 'unnamed';
