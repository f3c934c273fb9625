/** What was offered and what was achieved, against the books and the calendar that the scenario has. */
import { achievedPerSec } from '../measure/rates.ts';
import type { Measurement } from '../result/record.ts';
import { calendarLengthOf, callsIn, repeatsOf } from '../scenario/calendar-length.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Nanoseconds, nanoseconds, rateOf } from '../units.ts';
import type { Rule } from './contradiction.ts';

/** Rates of several drivers are sums, whose last digits depend on the order. */
const ROUNDING = 1e-9;

export function rateRules(measurement: Measurement, scenario: Scenario): readonly Rule[] {
  const { load } = scenario;
  if (load.kind !== 'open' && load.kind !== 'sessions')
    return [
      {
        key: 'offeredPerSec',
        got: String(measurement.offeredPerSec),
        expected: 'null without a calendar',
        holds: measurement.offeredPerSec === null,
      },
      ...achievedRules(measurement, scenario, null),
    ];
  const lengthNs = calendarLengthOf('window', scenario);
  return [
    ...offeredRules(measurement, scenario, lengthNs),
    ...achievedRules(measurement, scenario, {
      lengthNs,
      quickestNs: nanoseconds(repeatsOf(load) * (quickestOf(measurement)?.minNs ?? 0)),
    }),
  ];
}

const quickestOf = ({ scriptTime, responseTime }: Measurement) => (scriptTime.count > 0 ? scriptTime : responseTime);

/** Whether every script is one call, so that calls can be counted for scripts. */
const isOneCallEach = ({ scripts }: Scenario): boolean =>
  scripts.every((script) => script.steps.length === 1 && callsIn(script) === 1);

/** Scripts that were due are whole sessions; of one call each, as many as there were calls. */
function offeredRules({ offeredPerSec, calls }: Measurement, scenario: Scenario, lengthNs: Nanoseconds): Rule[] {
  const sessions = ((offeredPerSec ?? NaN) * lengthNs) / 1e9 / repeatsOf(scenario.load);
  const rule = (expected: string, holds: boolean): Rule => ({
    key: 'offeredPerSec',
    got: String(offeredPerSec),
    expected,
    holds,
  });
  if (!isOneCallEach(scenario) || calls.disconnected > 0)
    return [rule('a whole number of sessions in the window', isNear(sessions, Math.round(sessions)))];
  const expected = rateOf(calls.due, lengthNs) ?? null;
  return [rule(`${expected}, the ${calls.due} calls due in the window`, isNear(offeredPerSec ?? NaN, expected ?? NaN))];
}

/** Of scripts that were counted. Those of a client that is gone have no end. */
function achievedRules(
  { achievedPerSec: got, calls, scriptTime, elapsedNs }: Measurement,
  scenario: Scenario,
  calendar: Parameters<typeof achievedPerSec>[0]['calendar'],
): Rule[] {
  const areLong = scenario.scripts.every(({ steps }) => steps.length > 1);
  if (!areLong && !(isOneCallEach(scenario) && calls.disconnected === 0)) return [];
  const scripts = areLong ? scriptTime.count : calls.due - calls.dropped;
  const expected = achievedPerSec({ scripts, elapsedNs, calendar });
  return [
    {
      key: 'achievedPerSec',
      got: String(got),
      expected: `${expected}, the ${scripts} scripts that came to an end over their time`,
      holds: isNear(got, expected),
    },
  ];
}

const isNear = (got: number, expected: number): boolean =>
  Math.abs(got - expected) <= ROUNDING * Math.max(1, Math.abs(expected));
