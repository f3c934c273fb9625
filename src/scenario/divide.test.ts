import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { nanoseconds, perSecond, seconds } from '../units.ts';
import { divide, indivisible, probeOf } from './divide.ts';
import type { LoadModel, Scenario } from './scenario.ts';

const chatty = FIXTURE_CELLS.find(({ scenario }) => scenario.publish.length === 0 && scenario.clients > 1)!.scenario;
const paced = (ratePerSec: number): LoadModel => ({
  kind: 'open',
  arrivals: 'poisson',
  ratePerSec: perSecond(ratePerSec),
  maxInFlight: 64,
});

const rateIn = ({ load }: Scenario): number => (load.kind === 'open' ? load.ratePerSec : 0);
const inFlightIn = ({ load }: Scenario): number => (load.kind === 'open' ? load.maxInFlight : 0);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('drivers divide a scenario', () => {
  test('so that the parts add up and no two drivers have a client in common', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 9_000 }),
        (drivers, more, moreCalls) => {
          const scenario: Scenario = {
            ...chatty,
            clients: drivers + more,
            load: { ...paced(1_000), maxInFlight: drivers + more } as LoadModel,
            window: { timeNs: seconds(1), calls: drivers + moreCalls },
          };
          const shares = divide(scenario, drivers);
          const numbers = shares.flatMap(({ firstClient, scenario: { clients } }) =>
            Array.from({ length: clients }, (_, index) => firstClient + index),
          );
          expect(numbers).toEqual(Array.from({ length: scenario.clients }, (_, index) => index));
          expect(shares.every((share) => share.scenario.clients >= 1)).toBe(true);
          expect(total(shares.map((share) => rateIn(share.scenario)))).toBeCloseTo(1_000, 6);
          expect(total(shares.map((share) => inFlightIn(share.scenario)))).toBe(drivers + more);
          expect(total(shares.map((share) => share.scenario.window.calls ?? 0))).toBe(drivers + moreCalls);
          expect(shares.every((share) => share.scenario.window.timeNs === seconds(1))).toBe(true);
        },
      ),
    );
  });

  test('but for what one of them must see by itself', () => {
    expect(indivisible(chatty, chatty.clients)).toBeUndefined();
    expect(indivisible({ ...chatty, clients: 1 }, 2)).toBe(
      'it has 1 client, and each driver needs one; --clients sets them',
    );
    expect(indivisible({ ...chatty, load: { kind: 'none' } }, 1)).toBe('nothing is called in it');
    const listening = FIXTURE_CELLS.find(({ scenario }) => scenario.publish.length > 0)!.scenario;
    expect(indivisible(listening, 1)).toContain('one driver must see all receivers');
  });
});

describe('a probe', () => {
  test('calls fifty times a second, or at a twentieth of a known rate, from one client', () => {
    const closed: Scenario = { ...chatty, load: { kind: 'closed', thinkNs: nanoseconds(0) } };
    expect(probeOf(closed)).toMatchObject({ clients: 1, load: { kind: 'open', arrivals: 'poisson', ratePerSec: 50 } });
    expect(rateIn(probeOf({ ...chatty, load: paced(100_000) }))).toBe(50);
    expect(rateIn(probeOf({ ...chatty, load: paced(200) }))).toBe(10);
    expect(probeOf(chatty).scripts).toBe(chatty.scripts);
  });

  test('does not end by itself where the drivers end with a number of calls', () => {
    const byTime = probeOf({ ...chatty, window: { timeNs: seconds(2), calls: undefined } });
    expect(byTime.window).toEqual({ timeNs: seconds(2), calls: undefined });
    const byCalls = probeOf({ ...chatty, window: { timeNs: nanoseconds(1), calls: 10 } });
    expect(byCalls.window).toEqual({ timeNs: seconds(600), calls: undefined });
  });
});
