/** Whether a run may be compared with an earlier one, and in what: otherwise one clear line, before anything is measured or shown. */
import { isWhole } from '../result/attempts.ts';
import { type MachineDifference, machineDifferences } from '../result/same-machine.ts';
import type { Environment, RunRecord } from '../result/record.ts';
import type { Plan } from '../scenario/plan.ts';
import { comparePlans } from '../scenario/same-plan.ts';
import { escapeUnprintable, quote } from '../scenario/wording.ts';
import type { SampleChoice } from '../stats/run-samples.ts';
import { RunFailure, UsageError } from './exit-code.ts';

/** A record and how it was named. */
export interface NamedRecord {
  readonly name: string;
  readonly record: RunRecord;
}

/** The run that is held against it: done, or about to begin. */
export interface HeadRun {
  readonly name: string;
  readonly plan: Plan;
  readonly environment: Environment;
  readonly version: string;
  /** Whether its control workload is measured. */
  readonly hasControls: boolean;
}

export interface Comparable extends SampleChoice {
  readonly differences: readonly MachineDifference[];
  /** What else differs and may be what is compared: versions. */
  readonly notes: readonly string[];
}

/**
 * Throws a UsageError for runs that measure different things, and a RunFailure for those that could not be compared rightly:
 * one was cut off, or the machines differ and not both runs have their control. With `common`, what both measure is enough.
 */
export function checkComparable(
  base: NamedRecord,
  head: HeadRun,
  { common }: { readonly common: boolean },
): Comparable {
  checkWhole(base);
  const { cellIds, armIds } = checkPlans(base, head, common);
  const differences = differencesOf(base.record, head.environment);
  const normalised = differences.length > 0;
  if (normalised) checkControls(base, head, differences);
  return { cellIds, armIds, normalised, differences, notes: versionNotes(base.record, head) };
}

/** From every machine that the base was measured on, each field once. */
function differencesOf({ environment, mergedFrom = [] }: RunRecord, head: Environment): readonly MachineDifference[] {
  const all = [environment, ...mergedFrom.map((run) => run.environment)].flatMap((one) =>
    machineDifferences(one, head),
  );
  return all.filter((one, at) => all.findIndex(({ field }) => field === one.field) === at);
}

/** Throws a RunFailure for a run that was cut off or failed. */
export function checkWhole({ name, record }: NamedRecord): void {
  if (record.status === 'complete' && isWhole(record)) return;
  throw new RunFailure(
    `${escapeUnprintable(name)}: its run was cut off after ${record.trials.length} of ${record.plan.trials.length} trials (${record.status}); compare with a whole one`,
  );
}

/** More than these do not help. */
const MOST_LISTED = 5;

function checkPlans(base: NamedRecord, head: HeadRun, common: boolean) {
  const compared = comparePlans(base.record.plan, head.plan);
  const { differences, cellIds, armIds } = compared;
  const isWhole = differences.length === 0 || (common && compared.sameWarmup);
  if (isWhole && cellIds.length > 0 && armIds.length > 0) return compared;
  const shown = differences.slice(0, MOST_LISTED);
  const more = differences.length > shown.length ? `; and ${differences.length - shown.length} more` : '';
  const what = differences.length === 0 ? 'neither holds a workload' : `${shown.join('; ')}${more}`;
  throw new UsageError(
    `${escapeUnprintable(head.name)} and ${escapeUnprintable(base.name)} do not measure the same: ${what}`,
  );
}

function checkControls(base: NamedRecord, head: HeadRun, differences: readonly MachineDifference[]): void {
  const without = [
    ...((base.record.controls ?? []).length === 0 ? [base.name] : []),
    ...(head.hasControls ? [] : [head.name]),
  ];
  if (without.length === 0) return;
  const what = differences.map((one) => `${one.field} ${quote(one.head)} against ${quote(one.base)}`).join('; ');
  throw new RunFailure(
    `${escapeUnprintable(head.name)} and ${escapeUnprintable(base.name)} are of different machines: ${what}; their times cannot be compared, for there is no control workload to divide them by in ${without.map(escapeUnprintable).join(' and ')}: measure with --control`,
  );
}

function versionNotes({ tool, environment }: RunRecord, head: HeadRun): readonly string[] {
  const names = [...new Set([...Object.keys(environment.packages), ...Object.keys(head.environment.packages)])];
  const changed = names
    .map((name) => ({ name, base: environment.packages[name], head: head.environment.packages[name] }))
    .filter((one) => one.base !== one.head)
    .map((one) => `${one.name} ${one.base ?? 'none'} and ${one.head ?? 'none'}`);
  return [
    ...(tool.version === head.version
      ? []
      : [`Measured by versions ${tool.version} and ${head.version} of this tool.`]),
    ...(changed.length === 0 ? [] : [`Measured with ${changed.join(', ')}.`]),
  ];
}
