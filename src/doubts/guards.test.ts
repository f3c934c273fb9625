/** Doubts about the moment: what makes them, at their edges, and which of them have a block measured again. */
import { expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { fixtureMeasurement } from '../../test/fixtures/record.ts';
import { DOUBT_ORDER } from '../report/doubt-text.ts';
import { DISTURBING, type Doubt, type MachineUse, type Measurement, isDisturbed } from '../result/record.ts';
import { nanoseconds } from '../units.ts';
import { doubtsOf } from './doubts-of.ts';

const cell = FIXTURE_CELLS.find(({ id }) => id === 'tool-calls');
if (cell === undefined) throw new Error('the fixture has no such cell');
const CLEAN = fixtureMeasurement(cell, 'websocket', 1);

function doubts(special: Partial<Measurement>): Doubt[] {
  return doubtsOf(
    { ...CLEAN, partMedians: [], hiccups: { maxNs: nanoseconds(0), totalNs: nanoseconds(0) }, ...special },
    {
      clock: { comparable: true, offsetLowNs: nanoseconds(0), offsetHighNs: nanoseconds(0), evidence: '' },
      openAtEndpoint: null,
      latestPublicationNs: nanoseconds(0),
      sessionsReopened: 0,
      lostBecause: undefined,
    },
  );
}

const QUIET: MachineUse = {
  othersCores: 0,
  resolutionCores: 0.1,
  throttledPeriods: 0,
  throttledNs: nanoseconds(0),
};

test('load by others: a quarter of a core beyond what ticks can tell', () => {
  const loaded = (othersCores: number | null) => doubts({ machine: { ...QUIET, othersCores } });
  expect(loaded(0.35)).toEqual([]);
  expect(loaded(0.36)).toEqual([{ kind: 'load', cores: 0.36, limitCores: 0.35 }]);
  expect(loaded(-0.5)).toEqual([]);
  expect(loaded(null)).toEqual([]);
  expect(doubts({})).toEqual([]);
});

test('a quota that held us up, be it once', () => {
  const held = { ...QUIET, throttledPeriods: 1, throttledNs: nanoseconds(5) };
  expect(doubts({ machine: held })).toEqual([{ kind: 'throttled', periods: 1, throttledNs: 5 }]);
  expect(doubts({ machine: { ...QUIET, throttledPeriods: 1 } })).toHaveLength(1);
  expect(doubts({ machine: { ...QUIET, throttledNs: nanoseconds(1) } })).toHaveLength(1);
  expect(doubts({ machine: QUIET })).toEqual([]);
});

test('arrivals that were not as planned', () => {
  const kept = { count: 401, plannedPerSec: 400, startedPerSec: 400, distance: 0.1, limit: 0.1 };
  expect(doubts({ arrivals: kept })).toEqual([]);
  expect(doubts({ arrivals: { ...kept, distance: 0.101 } })).toEqual([
    { kind: 'arrivals', distance: 0.101, limit: 0.1, startedPerSec: 400, plannedPerSec: 400 },
  ]);
  // A second that took 22 ms longer: two in a hundred and the slack at both ends.
  expect(doubts({ arrivals: { ...kept, startedPerSec: 400 / 1.0219 } })).toEqual([]);
  expect(doubts({ arrivals: { ...kept, startedPerSec: 400 / 1.0221 } })).toMatchObject([{ kind: 'arrivals' }]);
});

const ns = nanoseconds(1);
const one = (kind: Doubt['kind'], special: object = {}): Pick<Measurement, 'doubts' | 'offeredPerSec'> => ({
  doubts: [{ kind, maxNs: ns, process: 'driver', utilisation: 1, count: 1, ...special } as unknown as Doubt],
  offeredPerSec: 100,
});

test.each(DOUBT_ORDER.map((kind) => [kind, DISTURBING.has(kind)] as const))('%s disturbs: %s', (kind, disturbs) => {
  expect(isDisturbed(one(kind))).toBe(disturbs);
});

test('what disturbs is the machine and the driver, and nothing of the endpoint', () => {
  expect([...DISTURBING].toSorted()).toEqual([
    'arrivals',
    'driver-bias',
    'driver-saturated',
    'gc-pause',
    'hiccup',
    'load',
    'send-lag',
    'throttled',
  ]);
  expect(isDisturbed(one('gc-pause', { process: 'endpoint' }))).toBe(false);
  // Nobody paces a closed loop: its driver is as busy the next time.
  expect(isDisturbed({ ...one('driver-saturated'), offeredPerSec: null })).toBe(false);
  expect(isDisturbed({ doubts: [], offeredPerSec: null })).toBe(false);
});
