/** Several drivers are the whole of a measurement, bucket by bucket; the probe is none of it. */
import { callsBalance } from '../measure/books.ts';
import { mergeDistributions } from '../measure/histogram.ts';
import { processorUs } from '../measure/process-meter.ts';
import type { DriverShare, Measurement } from '../result/record.ts';
import { callsIn, meanCalls } from '../scenario/calendar-length.ts';
import { probeOf } from '../scenario/divide.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { NS_PER_S } from '../units.ts';
import { equals, isNear, type Rule } from './contradiction.ts';

const COUNTS = [
  'due',
  'ok',
  'rejected',
  'disconnected',
  'wrong',
  'timedOut',
  'dropped',
  'misrouted',
  'duplicated',
  'unreadable',
] as const;

/** What was planned. */
export interface PlannedTeam {
  readonly scenario: Scenario;
  /** How many runs' teams stand in the measurement. */
  readonly runs: number;
  /** Of each run; `undefined` for a driver that was alone. */
  readonly drivers: number | undefined;
}

export function teamRules(measurement: Measurement, planned: PlannedTeam): readonly Rule[] {
  const count = planned.drivers === undefined ? undefined : planned.drivers * planned.runs;
  const { team, calls, clients, serviceTime, driver } = measurement;
  if (team === undefined) return count === undefined ? [] : [equals('team.drivers', 0, count, 'as planned')];
  const { drivers, probe } = team;
  const sum = (read: (share: DriverShare) => number): number => drivers.reduce((total, one) => total + read(one), 0);
  const together = drivers.length === 0 ? undefined : mergeDistributions(drivers.map((one) => one.serviceTime));
  return [
    ...(count === undefined ? [] : [equals('team.drivers', drivers.length, count, 'as planned')]),
    ...COUNTS.map((key) =>
      equals(
        `team.drivers.calls.${key}`,
        sum((one) => one.calls[key]),
        calls[key],
        'all of them',
      ),
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
      holds: together?.hdr === serviceTime.hdr && isNear(together.meanNs, serviceTime.meanNs),
    },
    ...drivers.flatMap((one, at) => seenRules(`team.drivers[${at}]`, one)),
    ...seenRules('team.probe', probe),
    probeRule(measurement, probe.calls.due, planned),
  ];
}

/** So many standard deviations of a Poisson count are no chance. */
const MOST_DEVIATIONS = 6;

/** The probe calls at random at a rate that follows from the scenario, for as long as the drivers do. */
function probeRule({ elapsedNs }: Measurement, due: number, { scenario, runs }: PlannedTeam): Rule {
  const { load, window, scripts } = probeOf(scenario);
  const most = Math.max(...scripts.map(callsIn));
  const perSec = load.kind === 'open' ? load.ratePerSec * meanCalls(scripts) : 0;
  const mean = (runs * perSec * Math.min(elapsedNs, window.timeNs ?? Infinity)) / NS_PER_S;
  const chance = MOST_DEVIATIONS * Math.sqrt(mean * most) + most;
  return {
    key: 'team.probe.calls.due',
    got: String(due),
    expected: `about ${Math.round(mean)}, by its rate`,
    holds: Math.abs(due - mean) <= chance,
  };
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
