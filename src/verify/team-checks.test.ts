import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { distributionOf, fixtureRecord, withMeasurements } from '../../test/fixtures/record.ts';
import type { DriverShare, Measurement, RunRecord, Team } from '../result/record.ts';
import { parseRecord, serialiseRecord } from '../result/codec.ts';
import { NO_CALLS } from '../stats/books.ts';
import { NS_PER_S } from '../units.ts';
import { inconsistenciesOf } from './record-checks.ts';

const RECORD = fixtureRecord({
  blocks: 1,
  armIds: ['sse'],
  cells: FIXTURE_CELLS.filter(({ id }) => id === 'tool-calls'),
});

const placesOf = (record: RunRecord): readonly string[] =>
  inconsistenciesOf(record).map(({ what }) => what.replace(/^.*measurements\[\d\]\./, ''));

/** One driver that has made all calls, and a probe that saw the same, fifty times a second. */
const teamOf = ({ clients, calls, serviceTime, driver, elapsedNs }: Measurement): Team => {
  const probed = Math.round((50 * elapsedNs) / NS_PER_S);
  return {
    drivers: [
      { clients, calls, serviceTime, cpuUs: driver.cpuUserUs + driver.cpuSystemUs, utilisation: driver.utilisation },
    ],
    probe: {
      calls: { ...calls, due: probed, ok: probed },
      serviceTime: distributionOf(Array(probed).fill(Math.round(serviceTime.meanNs))),
    },
  };
};
const edited = (edit: (team: Team) => Partial<Team>): readonly string[] =>
  placesOf(withMeasurements(RECORD, (one) => ({ ...one, team: { ...teamOf(one), ...edit(teamOf(one)) } })));
const inEach = (change: Partial<DriverShare>) =>
  edited(({ drivers }) => ({ drivers: drivers.map((driver) => ({ ...driver, ...change })) }));
const inProbe = (change: (calls: Measurement['calls']) => Partial<Measurement['calls']>) =>
  edited(({ probe }) => ({ probe: { ...probe, calls: { ...probe.calls, ...change(probe.calls) } } }));

describe('measurements of several drivers', () => {
  test('are what the drivers come to', () => {
    expect(edited(() => ({}))).toEqual([]);
    expect(edited(({ drivers }) => ({ drivers: [...drivers, ...drivers] }))).toEqual([
      'team.drivers.calls.due',
      'team.drivers.calls.ok',
      'team.drivers.clients',
      'team.drivers.cpuUs',
      'serviceTime',
    ]);
  });

  test('each of them by itself', () => {
    expect(inEach({ cpuUs: 7 })).toEqual(['team.drivers.cpuUs']);
    expect(inEach({ utilisation: 0.01 })).toEqual(['team.drivers.utilisation']);
    expect(inEach({ serviceTime: distributionOf([1]) })).toContain('team.drivers[0].serviceTime.count');
  });

  test('with a probe whose books balance, and that was judged', () => {
    expect(inProbe(({ due }) => ({ due: due + 1 }))).toEqual(['team.probe.calls']);
    expect(inProbe(({ ok }) => ({ ok: ok - 1, timedOut: 1 }))).toEqual([
      'doubts (errors)',
      'team.probe.serviceTime.count',
    ]);
    expect(inProbe(() => ({ misrouted: 1 }))).toEqual(['doubts (wrong-answers)']);
    const slower = edited(({ probe }) => ({
      probe: { ...probe, serviceTime: distributionOf(Array(probe.calls.ok).fill(1e9)) },
    }));
    expect(slower).toEqual(['doubts (driver-bias)']);
  });

  test('with a probe that called at its rate', () => {
    const nobody = { calls: { ...NO_CALLS }, serviceTime: distributionOf([]) };
    expect(edited(() => ({ probe: nobody }))).toEqual(['team.probe.calls.due']);
    expect(edited(({ drivers }) => ({ probe: drivers[0]! }))).toEqual(['team.probe.calls.due']);
  });

  test('with histograms that can be used', () => {
    const team = teamOf(RECORD.trials[0]!.measurements[0]!);
    const [first] = team.drivers as [DriverShare];
    const more = (serviceTime: DriverShare['serviceTime']) => ({ ...serviceTime, count: serviceTime.count + 1 });
    const broken: readonly Team[] = [
      { ...team, drivers: [{ ...first, serviceTime: more(first.serviceTime) }] },
      { ...team, probe: { ...team.probe, serviceTime: { ...team.probe.serviceTime, hdr: 'xx' } } },
    ];
    for (const one of broken) {
      const record = withMeasurements(RECORD, (measurement) => ({ ...measurement, team: one }));
      expect(() => parseRecord(serialiseRecord(record), 'x.json')).toThrow(/team\..*serviceTime: got a histogram that/);
    }
  });

  test('are as many as were planned', () => {
    const planned = { ...RECORD, plan: { ...RECORD.plan, drivers: 2 } };
    expect(placesOf(planned)).toEqual(['team.drivers']);
    expect(placesOf(withMeasurements(planned, (one) => ({ ...one, team: teamOf(one) })))).toEqual(['team.drivers']);
  });
});
