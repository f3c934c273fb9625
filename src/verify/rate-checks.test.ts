import { expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { distributionOf, fixtureMeasurement } from '../../test/fixtures/record.ts';
import type { Measurement } from '../result/record.ts';
import type { Scenario, Script } from '../scenario/scenario.ts';
import { nanoseconds, perSecond, seconds } from '../units.ts';
import { rateRules } from './rate-checks.ts';

const cell = FIXTURE_CELLS.find(({ id }) => id === 'tool-calls')!;
const [call] = cell.scenario.scripts[0]!.steps;
const scriptOf = (calls: number): Script => ({ name: `${calls}`, weight: 1, steps: Array(calls).fill(call) });
const scenarioOf = (...calls: readonly number[]): Scenario => ({
  ...cell.scenario,
  scripts: calls.map(scriptOf),
  load: { kind: 'closed', thinkNs: nanoseconds(0) },
  window: { timeNs: seconds(2), calls: undefined },
});

/** In two seconds, so many calls, and so many scripts of several of them. */
function broken(
  scenario: Scenario,
  calls: number,
  long: number,
  achievedPerSec: number,
  offeredPerSec: number | null = null,
) {
  const clean = fixtureMeasurement(cell, 'sse', 1);
  const measurement: Measurement = {
    ...clean,
    elapsedNs: seconds(2),
    calls: { ...clean.calls, due: calls, ok: calls, timedOut: 0, errors: [] },
    scriptTime: distributionOf(Array(long).fill(1e6)),
    achievedPerSec,
    offeredPerSec,
  };
  return rateRules(measurement, scenario)
    .filter(({ holds }) => !holds)
    .map(({ key }) => key);
}

test('scripts of one call are as many as the calls, those of several were timed', () => {
  expect(broken(scenarioOf(1), 100, 0, 50)).toEqual([]);
  expect(broken(scenarioOf(1), 100, 0, 51)).toEqual(['achievedPerSec']);
  expect(broken(scenarioOf(3), 90, 30, 15)).toEqual([]);
  expect(broken(scenarioOf(3), 90, 30, 45)).toEqual(['achievedPerSec']);
});

test('of both kinds, the calls that are not in a script of several are scripts', () => {
  // Ten scripts of two calls take twenty; eighty are scripts of their own.
  expect(broken(scenarioOf(1, 2), 100, 10, 45)).toEqual([]);
  expect(broken(scenarioOf(1, 2), 100, 10, 90)).toEqual(['achievedPerSec']);
  expect(broken(scenarioOf(1, 2), 100, 10, 40)).toEqual(['achievedPerSec']);
});

test('where nobody knows which of several they were, bounds hold', () => {
  // Ten of two or four calls take twenty to forty.
  for (const rate of [35, 40, 45]) expect(broken(scenarioOf(1, 2, 4), 100, 10, rate)).toEqual([]);
  for (const rate of [34.9, 45.1]) expect(broken(scenarioOf(1, 2, 4), 100, 10, rate)).toEqual(['achievedPerSec']);
});

test('what was offered is what was due over the calendar, and a whole number of sessions', () => {
  const open = (...calls: readonly number[]): Scenario => ({
    ...scenarioOf(...calls),
    load: { kind: 'open', arrivals: 'constant', ratePerSec: perSecond(50), maxInFlight: 64 },
  });
  expect(broken(open(1), 100, 0, 50, 50)).toEqual([]);
  expect(broken(open(1), 100, 0, 50, 51)).toEqual(['offeredPerSec']);
  expect(broken(open(1), 100, 0, 50, null)).toEqual(['offeredPerSec']);
  expect(broken(open(2), 100, 50, 25, 25)).toEqual([]);
  expect(broken(open(2), 100, 50, 25, 25.2)).toEqual(['offeredPerSec']);
  expect(broken(scenarioOf(1), 100, 0, 50, 50)).toEqual(['offeredPerSec']);
});
