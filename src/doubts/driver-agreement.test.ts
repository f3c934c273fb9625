import { expect, test } from 'vitest';
import { distributionOf } from '../../test/fixtures/record.ts';
import { biasOf, type Team } from '../result/record.ts';
import { NO_CALLS } from '../stats/books.ts';
import { nanoseconds } from '../units.ts';
import { driversDisagree } from './driver-agreement.ts';

/** Of drivers each of which saw these times. */
const teamOf = (...seen: readonly (readonly number[])[]): Team => ({
  drivers: seen.map((valuesNs) => ({
    clients: 1,
    calls: NO_CALLS,
    serviceTime: distributionOf(valuesNs),
    cpuUs: 0,
    utilisation: 0,
  })),
  probe: { calls: NO_CALLS, serviceTime: distributionOf([]) },
});
const around = (ns: number, count = 100): number[] => Array.from({ length: count }, (_, at) => ns + 100 * at);

test('drivers of one trial disagree where the medians of service time are a tenth apart and more than by chance', () => {
  expect(driversDisagree(teamOf(around(1e6), around(1.05e6), around(1.2e6)))).toMatchObject([
    { kind: 'drivers-disagree', metric: 'service-time.p50', limit: 0.1 },
  ]);
  expect(driversDisagree(teamOf(around(1e6), around(1.05e6)))).toEqual([]);
  // So few, and so far apart among themselves, that any of them could be in the middle.
  const wide = [0.5e6, 0.9e6, 1.3e6, 1.7e6, 2.1e6, 2.5e6];
  expect(driversDisagree(teamOf(wide, around(1e6)))).toEqual([]);
  expect(driversDisagree(teamOf(around(9e6, 4), around(1e6)))).toEqual([]);
});

test('a bias is as large as the two are at least apart, whoever saw more', () => {
  const bias = (driversNs: number, probeLowNs: number, probeHighNs: number | null) =>
    biasOf({
      kind: 'driver-bias',
      metric: 'service-time.p50',
      driversNs: nanoseconds(driversNs),
      probeLowNs: nanoseconds(probeLowNs),
      probeHighNs: probeHighNs === null ? null : nanoseconds(probeHighNs),
      limit: 0.1,
    });
  expect(bias(300, 90, 100)).toBe(3);
  expect(bias(100, 200, 400)).toBe(2);
  expect(bias(100, 200, null)).toBe(2);
});
