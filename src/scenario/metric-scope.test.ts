import { expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { METRICS } from '../stats/metrics.ts';
import { METRIC_NAMES } from './metric.ts';
import { hasMetric, whyWithout } from './metric-scope.ts';

const { plan, trials } = fixtureRecord({ blocks: 1 });

/** The made-up record has them for scripts of one step too, of which a real one keeps nothing apart. */
const isOfScripts = (name: string): boolean => name.startsWith('script-time.');

test.each(plan.cells)('$id: what was measured is what could be', ({ id, scenario }) => {
  const measurements = trials.flatMap((trial) => trial.measurements.filter(({ cellId }) => cellId === id));
  const measured = METRIC_NAMES.filter((name) => measurements.some((one) => METRICS[name].valueOf(one) !== undefined));
  // Of a few notifications there is no 99th percentile; the other direction holds for all.
  expect(measured.filter((name) => !hasMetric(scenario, name) && !isOfScripts(name))).toEqual([]);
  const possible = METRIC_NAMES.filter((name) => hasMetric(scenario, name));
  expect(possible.filter((name) => !measured.includes(name) && !/\.(p99|p90|max)$/.test(name))).toEqual([]);
});

test('whoever lacks a metric is told why', () => {
  const lacking = METRIC_NAMES.filter((name) => plan.cells.some(({ scenario }) => !hasMetric(scenario, name)));
  expect(lacking.length).toBeGreaterThan(20);
  expect(lacking.filter((name) => whyWithout(name) === '')).toEqual([]);
});
