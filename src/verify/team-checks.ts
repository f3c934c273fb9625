/** Several drivers are the whole of a measurement, bucket by bucket; the probe is none of it. */
import { callsBalance } from '../measure/books.ts';
import { mergeDistributions } from '../measure/histogram.ts';
import { processorUs } from '../measure/process-meter.ts';
import type { DriverShare, Measurement } from '../result/record.ts';
import { equals, type Rule } from './contradiction.ts';

/** `count` is of the drivers that were planned; `undefined` for one that was alone. */
export function teamRules(measurement: Measurement, count: number | undefined): readonly Rule[] {
  const { team, calls, clients, serviceTime, driver } = measurement;
  if (team === undefined) return count === undefined ? [] : [equals('team.drivers', 0, count, 'as planned')];
  const { drivers, probe } = team;
  const sum = (read: (share: DriverShare) => number): number => drivers.reduce((total, one) => total + read(one), 0);
  const together = drivers.length === 0 ? undefined : mergeDistributions(drivers.map((one) => one.serviceTime));
  return [
    ...(count === undefined ? [] : [equals('team.drivers', drivers.length, count, 'as planned')]),
    equals(
      'team.drivers.calls.due',
      sum((one) => one.calls.due),
      calls.due,
      'all calls',
    ),
    equals(
      'team.drivers.calls.ok',
      sum((one) => one.calls.ok),
      calls.ok,
      'all right answers',
    ),
    equals(
      'team.drivers.clients',
      sum((one) => one.clients),
      clients,
      'all clients',
    ),
    equals('team.drivers.cpuUs', Math.round(sum((one) => one.cpuUs)), Math.round(processorUs(driver)), 'all of it'),
    equals(
      'team.drivers.utilisation',
      Math.max(...drivers.map(({ utilisation }) => utilisation)),
      driver.utilisation,
      'that of the busiest',
    ),
    {
      key: 'serviceTime',
      got: `${serviceTime.count} samples, mean ${serviceTime.meanNs}`,
      expected: `what the drivers come to together: ${together?.count ?? 0} samples, mean ${together?.meanNs ?? 0}`,
      holds: together?.hdr === serviceTime.hdr,
    },
    ...drivers.flatMap((one, at) => seenRules(`team.drivers[${at}]`, one)),
    ...seenRules('team.probe', probe),
  ];
}

/** Every call is accounted for, and every right answer was timed. */
const seenRules = (
  key: string,
  { calls, serviceTime }: Pick<Measurement, 'calls' | 'serviceTime'>,
): readonly Rule[] => [
  {
    key: `${key}.calls`,
    got: `${calls.due} due`,
    expected: 'as many as are accounted for',
    holds: callsBalance(calls),
  },
  equals(`${key}.serviceTime.count`, serviceTime.count, calls.ok, 'the right answers'),
];
