/** What was offered and what was achieved, against the books and the calendar that the scenario has. */
import { achievedPerSec } from '../measure/rates.ts';
import type { Measurement } from '../result/record.ts';
import { calendarLengthOf, callsIn, repeatsOf } from '../scenario/calendar-length.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Nanoseconds, nanoseconds, rateOf } from '../units.ts';
import { isNear, ROUNDING, type Rule } from './contradiction.ts';

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

/**
 * Scripts of several calls were timed one by one; the other calls that came to an end were a script each. Where scripts
 * of several calls differ in how many, only bounds follow. Scripts of a client that is gone have no end.
 */
function achievedRules(
  { achievedPerSec: got, calls, scriptTime, elapsedNs }: Measurement,
  { scripts }: Scenario,
  calendar: Parameters<typeof achievedPerSec>[0]['calendar'],
): Rule[] {
  const isCountable = scripts.every((script) => script.steps.length > 1 || callsIn(script) === 1);
  if (!isCountable || calls.disconnected > 0) return [];
  const long = scripts.filter(({ steps }) => steps.length > 1).map(callsIn);
  const timed = long.length === 0 ? 0 : scriptTime.count;
  const rateOfScripts = (callsEach: number): number => {
    const others = long.length === scripts.length ? 0 : calls.due - calls.dropped - timed * callsEach;
    return achievedPerSec({ scripts: timed + others, elapsedNs, calendar });
  };
  const [least, most] = [rateOfScripts(Math.max(0, ...long)), rateOfScripts(long.length === 0 ? 0 : Math.min(...long))];
  return [
    {
      key: 'achievedPerSec',
      got: String(got),
      expected: `${least === most ? least : `${least} to ${most}`}, the scripts that came to an end over their time`,
      holds: got >= least * (1 - ROUNDING) && got <= most * (1 + ROUNDING),
    },
  ];
}
