import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { nanoseconds, type PerSecond, perSecond, seconds } from '../units.ts';
import { scheduleArrivals } from './arrivals.ts';
import { arrivalsOf, divide, indivisible, probeOf } from './divide.ts';
import type { LoadModel, Scenario } from './scenario.ts';

const chatty = FIXTURE_CELLS.find(({ scenario }) => scenario.publish.length === 0 && scenario.clients > 1)!.scenario;
const paced = (ratePerSec: number): LoadModel => ({
  kind: 'open',
  arrivals: 'poisson',
  ratePerSec: perSecond(ratePerSec),
  maxInFlight: 64,
});

const CLOSED: LoadModel = { kind: 'closed', thinkNs: nanoseconds(0) };

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
          expect(shares.every((share) => rateIn(share.scenario) === 1_000)).toBe(true);
          expect(total(shares.map((share) => inFlightIn(share.scenario)))).toBe(drivers + more);
          // A calendar ends by itself, after as many calls as all of them make.
          expect(shares.every((share) => share.scenario.window.calls === drivers + moreCalls)).toBe(true);
          const closed = divide({ ...scenario, load: CLOSED }, drivers);
          expect(total(closed.map((share) => share.scenario.window.calls ?? 0))).toBe(drivers + moreCalls);
          expect(closed.every((share) => (share.scenario.window.calls ?? 0) >= 1)).toBe(true);
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
    expect(indivisible({ ...chatty, load: CLOSED, window: { timeNs: seconds(1), calls: 1 } }, 2)).toBe(
      'it ends after 1 call, and each driver needs one; --calls sets them',
    );
    expect(indivisible({ ...chatty, load: { ...paced(100), maxInFlight: 1 } as LoadModel }, 2)).toBe(
      'at most 1 may be in flight, and each driver needs one; max-in-flight in its file sets them',
    );
    expect(indivisible({ ...chatty, load: { kind: 'none' } }, 1)).toBe('nothing is called in it');
    const listening = FIXTURE_CELLS.find(({ scenario }) => scenario.publish.length > 0)!.scenario;
    expect(indivisible(listening, 1)).toContain('one driver must see all receivers');
  });
});

describe('the calendar of several drivers', () => {
  interface Calendar {
    readonly arrivals: 'constant' | 'poisson';
    readonly ratePerSec: PerSecond;
    readonly seed: number;
    readonly drivers: number;
  }
  const calendars: fc.Arbitrary<Calendar> = fc.record({
    arrivals: fc.constantFrom('constant' as const, 'poisson' as const),
    ratePerSec: fc.integer({ min: 1, max: 2_000 }).map(perSecond),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    drivers: fc.integer({ min: 1, max: 16 }),
  });
  const partsOf = ({ arrivals, ratePerSec, seed, drivers }: Calendar) => {
    const all = scheduleArrivals({ arrivals, ratePerSec, seed, durationNs: seconds(1), gridNs: nanoseconds(0) });
    const parts = Array.from({ length: drivers }, (_, driver) =>
      Float64Array.from(
        arrivalsOf(all.length, { driver, drivers }, { arrivals, seed }),
        (number) => all[number] ?? NaN,
      ),
    );
    return { all, parts };
  };

  test('is the calendar of one: no arrival is lost, none falls due twice', () => {
    fc.assert(
      fc.property(calendars, (calendar) => {
        const { all, parts } = partsOf(calendar);
        expect(parts.flatMap((part) => [...part]).toSorted((a, b) => a - b)).toEqual([...all]);
        for (const part of parts) expect([...part]).toEqual([...part].toSorted((a, b) => a - b));
      }),
    );
  });

  test('is even for each where it is even for all', () => {
    const { parts } = partsOf({ arrivals: 'constant', ratePerSec: perSecond(300), seed: 1, drivers: 3 });
    for (const part of parts) {
      const gaps = part.subarray(1).map((offset, at) => offset - (part[at] ?? 0));
      expect(gaps.every((gap) => Math.abs(gap - 1e7) < 1)).toBe(true);
    }
  });

  test('is random for each where it is random for all: waits are exponential, and no driver has more than its part', () => {
    const [drivers, ratePerSec] = [4, 40_000];
    const { all, parts } = partsOf({ arrivals: 'poisson', ratePerSec: perSecond(ratePerSec), seed: 5, drivers });
    for (const part of parts) {
      expect(Math.abs(part.length - all.length / drivers)).toBeLessThan(4 * Math.sqrt(all.length / drivers));
      const waits = Array.from(part.subarray(1), (offset, at) => offset - (part[at] ?? 0));
      const mean = total(waits) / waits.length;
      const beyond = waits.filter((wait) => wait > mean).length / waits.length;
      expect(Math.abs(beyond - Math.exp(-1))).toBeLessThan(0.02);
    }
  });
});

describe('a probe', () => {
  test('calls fifty times a second, or at a twentieth of a known rate, from one client', () => {
    const closed: Scenario = { ...chatty, load: CLOSED };
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
