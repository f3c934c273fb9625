/** The simulation's tables, in Markdown. */
import { OTHERS, OURS } from './rules.js';
import { allWorse, type Change, oneWorse, unchanged } from './run.js';
import { coverageOf, type Replicates, sharesOf } from './simulate.js';
import { COVERED_PAIRS, percent, PROFILES } from './targets.js';

interface NamedChange {
  readonly name: string;
  readonly change: Change;
}

const NONE: NamedChange = { name: 'no change', change: unchanged };
const ONE_5: NamedChange = { name: 'one p50 +5 %', change: oneWorse(0.05) };
const ONE_10: NamedChange = { name: 'one p50 +10 %', change: oneWorse(0.1) };
const OF_OURS: readonly NamedChange[] = [
  NONE,
  { name: 'all four +2 %', change: allWorse(0.02) },
  ONE_5,
  ONE_10,
  { name: 'all four +5 %', change: allWorse(0.05) },
];

/** What this gate says, profile by profile and change by change. */
export function oursTable(replicates: Replicates): string {
  const rows = PROFILES.flatMap((profile) =>
    OF_OURS.map(({ name, change }) => {
      const { fail, pass, inconclusive, meanPairs } = sharesOf(OURS, profile, change, replicates);
      return [profile.name, name, percent(fail), percent(pass), percent(inconclusive), meanPairs.toFixed(1)];
    }),
  );
  return table(['machine', 'true change', 'fail', 'pass', 'inconclusive', 'pairs, mean'], rows);
}

/** How often each rule fails a run: with no change those are false alarms. */
export function othersTable(replicates: Replicates): string {
  const rows = PROFILES.flatMap((profile) =>
    [OURS, ...OTHERS].map((rule) => [
      profile.name,
      rule.name,
      ...[NONE, ONE_5, ONE_10].map(({ change }) => percent(sharesOf(rule, profile, change, replicates).fail)),
    ]),
  );
  return table(['machine', 'rule', `fails: ${NONE.name}`, ONE_5.name, ONE_10.name], rows);
}

/** How often the interval at 95 % holds the true ratio. */
export function coverageTable(replicates: Replicates): string {
  const rows = PROFILES.map((profile) => [
    profile.name,
    ...COVERED_PAIRS.map((pairs) => {
      const { seen, stated } = coverageOf(profile, pairs, replicates);
      return `${percent(seen)} (states ${percent(stated)})`;
    }),
  ]);
  return table(['machine', ...COVERED_PAIRS.map((pairs) => `${pairs} pairs hold the true ratio in`)], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? title.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n`;
}
