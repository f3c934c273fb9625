/** From a run record to what it means. Pure: the same record gives the same summary, today and in a year. */
import { countingTrials } from '../result/attempts.ts';
import type { RunRecord } from '../result/record.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';
import { addCalls, addNotifications, NO_CALLS, NO_NOTIFICATIONS } from './books.ts';
import { pairsToCompare } from './arm-pairs.ts';
import { compareArms, type Pair } from './compare.ts';
import { estimate } from './estimate.ts';
import { interferencesOf } from './interference.ts';
import { METRICS } from './metrics.ts';
import { typicalSpread } from './noise.ts';
import { type Run, runsOf, type Valid, validOf } from './runs.ts';
import {
  type ArmCell,
  type CellSummary,
  type Comparison,
  type Estimate,
  METRIC_NAMES,
  type MetricName,
  type Summary,
} from './summary.ts';

/**
 * The summary of a record, complete or cut off. Trials of arms that the plan does not name, and measurements of cells
 * that it does not name, take no part. A trial that failed keeps the cells that it had finished measuring before.
 */
export function summarise(record: RunRecord): Summary {
  const unsupported = new Set(record.unsupported.filter(({ cellId }) => cellId === null).map(({ armId }) => armId));
  const arms = record.plan.arms.filter((arm) => !unsupported.has(arm.id));
  const cells = record.plan.cells.map((cell) => summariseCell(record, arms, cell));
  const trials = countingTrials(record);
  return {
    record,
    arms,
    cells,
    interferences: interferencesOf(record, arms),
    noiseShare: typicalSpread(cells.flatMap((cell) => cell.arms.map(typicalDurations))),
    longestHiccupNs: trials
      .flatMap((trial) => trial.measurements)
      .reduce((longest, { hiccups }) => Math.max(longest, hiccups.maxNs), 0),
    completedTrials: trials.filter((trial) => trial.status === 'completed').length,
    failedTrials: trials
      .filter((trial) => trial.status === 'failed')
      .map(({ index, armId, error }) => ({ trialIndex: index, armId, error })),
  };
}

function summariseCell(record: RunRecord, arms: readonly Arm[], cell: Cell): CellSummary {
  const columns = arms.map((arm) => {
    const runs = runsOf(record, arm, cell);
    return { armId: arm.id, runs, valid: validOf(runs) };
  });
  return {
    cell,
    arms: columns.map(({ armId, runs, valid }) => summariseArm(armId, runs, valid)),
    comparisons: pairsToCompare(arms).flatMap(({ arm, base }) =>
      compareColumns(columnOf(columns, arm), columnOf(columns, base)),
    ),
  };
}

function columnOf<T extends { readonly armId: string }>(columns: readonly T[], { id }: Arm): T {
  const found = columns.find(({ armId }) => armId === id);
  if (found === undefined) throw new RangeError(`${id} is not an arm of the summary`);
  return found;
}

function summariseArm(armId: string, runs: readonly Run[], valid: readonly Valid[]): ArmCell {
  const all = runs.flatMap(({ measurement }) => measurement ?? []);
  return {
    armId,
    validTrials: valid.length,
    invalidTrials: runs.length - valid.length,
    metrics: estimateMetrics(valid),
    fewestSamples: fewestSamples(valid),
    calls: all.reduce((sum, { calls }) => addCalls(sum, calls), NO_CALLS),
    notifications: all.reduce((sum, { notifications }) => addNotifications(sum, notifications), NO_NOTIFICATIONS),
    progress: all.reduce((sum, { progress }) => addNotifications(sum, progress), NO_NOTIFICATIONS),
    events: all.reduce((sum, { fanOut }) => sum + (fanOut?.events ?? 0), 0),
    incompleteEvents: all.reduce((sum, { fanOut }) => sum + (fanOut?.incomplete ?? 0), 0),
    doubts: runs.flatMap(({ trial, measurement }) =>
      (measurement?.doubts ?? []).map((doubt) => ({ trialIndex: trial.index, doubt })),
    ),
  };
}

/** Metrics that a trial with few samples does not have. */
const QUANTILE = /\.p\d+$/;

function estimateMetrics(valid: readonly Valid[]): ArmCell['metrics'] {
  const metrics: Partial<Record<MetricName, Estimate>> = {};
  for (const name of METRIC_NAMES) {
    const values = valid
      .map(({ measurement }) => METRICS[name].valueOf(measurement))
      .filter((value) => value !== undefined);
    // The trials with samples enough are the fast ones: a tail from them alone would lie below the quantiles of all.
    if (QUANTILE.test(name) && values.length < valid.length) continue;
    const found = estimate(values);
    if (found !== undefined) metrics[name] = found;
  }
  return metrics;
}

/** Of the distributions that have samples at all; 0 when none has. */
function fewestSamples(valid: readonly Valid[]): number {
  const counts = valid
    .flatMap(({ measurement }) => [measurement.responseTime.count, measurement.delivery.count])
    .filter((count) => count > 0);
  return counts.length > 0 ? Math.min(...counts) : 0;
}

interface Column {
  readonly armId: string;
  readonly valid: readonly Valid[];
}

function compareColumns(arm: Column, base: Column): readonly Comparison[] {
  const [armHas, baseHas] = [estimateMetrics(arm.valid), estimateMetrics(base.valid)];
  return METRIC_NAMES.filter((metric) => armHas[metric] !== undefined && baseHas[metric] !== undefined).flatMap(
    (metric) => {
      const { higherIsBetter, exact, margin } = METRICS[metric];
      const pairs = pairsByBlock(arm.valid, base.valid, metric);
      return (
        compareArms({ metric, armId: arm.armId, baseArmId: base.armId, pairs, higherIsBetter, exact, margin }) ?? []
      );
    },
  );
}

/** The blocks in which both arms have the metric. */
function pairsByBlock(arm: readonly Valid[], base: readonly Valid[], metric: MetricName): readonly Pair[] {
  const { valueOf } = METRICS[metric];
  const baseByBlock = new Map(base.map(({ block, measurement }) => [block, valueOf(measurement)]));
  return arm.flatMap(({ block, measurement }) => {
    const pair = { arm: valueOf(measurement), base: baseByBlock.get(block) };
    return pair.arm === undefined || pair.base === undefined ? [] : [{ arm: pair.arm, base: pair.base }];
  });
}

/** What noise is judged by: the medians of response time, or without calls of delivery, trial by trial. */
function typicalDurations({ metrics }: ArmCell): readonly number[] {
  return (metrics['response-time.p50'] ?? metrics['delivery.p50'])?.values ?? [];
}
