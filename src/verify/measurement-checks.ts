/**
 * Numbers of one measurement that follow from each other without being the same: what the reading of a record does not
 * look at. Each rule says what the recorder does, so that a number which was edited by hand stands out.
 */
import type { RecordedContext } from '../doubts/doubts-of.ts';
import { decodeHistogram } from '../measure/histogram.ts';
import type { Distribution, Measurement } from '../result/record.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { milliseconds } from '../units.ts';
import { atLeast, atMost, type Contradiction, equals, type Rule } from './contradiction.ts';
import { doubtRules } from './doubt-checks.ts';
import { rateRules } from './rate-checks.ts';
import { teamRules } from './team-checks.ts';

/** What a measurement is held against beside itself. */
export interface MeasurementContext {
  readonly scenario: Scenario;
  /** How many runs' measurements are added up in it; 1 for a run's own. */
  readonly runs: number;
  /** Of how many drivers each run's are the sum; `undefined` for one that was alone. */
  readonly drivers: number | undefined;
  /** What was known around it; `undefined` where the record does not say, as of a trial that broke off. */
  readonly recorded: RecordedContext | undefined;
}

/** Every contradiction in a measurement whose books balance; of one that says they do not, nothing follows from anything. */
export function measurementContradictions(
  measurement: Measurement,
  context: MeasurementContext,
): readonly Contradiction[] {
  if (measurement.doubts.some(({ kind }) => kind === 'books-do-not-balance')) return [];
  const { scenario, runs } = context;
  const rules = [
    ...timeRules(measurement),
    ...withinRules(measurement),
    ...receiverRules(measurement),
    ...useRules(measurement),
    ...relayRules(measurement),
    ...doubtRules(measurement, runs === 1 ? context.recorded : undefined),
    equals('clients', measurement.clients, scenario.clients * runs, 'as the scenario has'),
    ...(runs === 1 ? rateRules(measurement, scenario) : []),
    ...teamRules(measurement, context),
  ];
  return rules.filter(({ holds }) => !holds);
}

/** What rounding to whole nanoseconds may add up to, for each sample of three distributions. */
const ROUNDING_NS = 1.5;

/** Response time is send lag and service time, call by call; a call without a calendar has no send lag. */
function timeRules({ responseTime, serviceTime, sendLag, delivery, deliveryFromDue }: Measurement): readonly Rule[] {
  const partsNs = sumNs(serviceTime) + sumNs(sendLag);
  return [
    atMost('sendLag.count', sendLag.count, responseTime.count, 'the calls that were timed'),
    {
      key: 'responseTime.meanNs',
      got: String(responseTime.meanNs),
      expected: `${partsNs / responseTime.count}, what send lag and service time come to`,
      holds: Math.abs(sumNs(responseTime) - partsNs) <= ROUNDING_NS * responseTime.count,
    },
    atLeast('responseTime.minNs', responseTime.minNs + 1, serviceTime.minNs, 'the shortest service time'),
    atLeast('responseTime.maxNs', responseTime.maxNs + 1, serviceTime.maxNs, 'the longest service time'),
    equals('deliveryFromDue.count', deliveryFromDue.count, delivery.count, 'as many as delivery has'),
  ];
}

/** Whole, as the samples are. */
const sumNs = ({ meanNs, count }: Distribution): number => Math.round(meanNs * count);

const HUNDRED_NS = milliseconds(100);
/** How far the end of a bucket lies above what is in it, at most. */
const BUCKET = 1.008;

/** The share within 100 ms is a number of calls over those that were due, and the distribution has as many. */
function withinRules({ calls, within100ms: share, responseTime }: Measurement): readonly Rule[] {
  const rule = (expected: string, holds: boolean): Rule => ({
    key: 'within100ms',
    got: String(share),
    expected,
    holds,
  });
  if (share === null) return [rule('a share, for calls were due', calls.due === 0)];
  const within = Math.round(share * calls.due);
  if (!(within / calls.due === share && within >= 0 && within <= calls.ok))
    return [rule(`a number of the ${calls.ok} right answers over the ${calls.due} calls due`, false)];
  const histogram = decodeHistogram(responseTime);
  const rankNs = (rank: number): number => histogram.valueAtQuantile(rank / histogram.count) ?? 0;
  const few = within === 0 || rankNs(within) <= HUNDRED_NS * BUCKET;
  const many = within === histogram.count || rankNs(within + 1) > HUNDRED_NS;
  return [rule('as many calls within 100 ms as responseTime has', few && many)];
}

/** Every complete event has a spread; whoever has the last receiver has the one in the middle, and whoever has that the first. */
function receiverRules({ fanOut, doubts }: Measurement): readonly Rule[] {
  if (fanOut === null) return [];
  const { complete, first, median, last, spread } = fanOut;
  const rules = [equals('fanOut.spread.count', spread.count, complete, 'the complete events')];
  // Where clocks cannot be compared, spans between two processes may be missing.
  if (doubts.some(({ kind }) => kind === 'clock-not-comparable')) return rules;
  return [
    ...rules,
    atMost('fanOut.last.count', last.count, median.count, 'the events with a median receiver'),
    atMost('fanOut.median.count', median.count, first.count, 'the events with a first receiver'),
  ];
}

const useRules = ({ endpoint, driver, hiccups }: Measurement): readonly Rule[] => [
  // Both are rounded.
  ...(endpoint === null || !('gcMaxNs' in endpoint)
    ? []
    : [atMost('endpoint.gcMaxNs', endpoint.gcMaxNs, endpoint.gcTotalNs + 1, 'all collections together')]),
  atMost('driver.gcMaxNs', driver.gcMaxNs, driver.gcTotalNs + 1, 'all collections together'),
  atMost('hiccups.maxNs', hiccups.maxNs, hiccups.totalNs, 'all of them together'),
];

const relayRules = ({ relay }: Measurement): readonly Rule[] =>
  relay === undefined
    ? []
    : [
        atMost('relay.p50Ns', relay.p50Ns, relay.p99Ns, 'its p99'),
        atMost('relay.p99Ns', relay.p99Ns, relay.maxNs, 'its maximum'),
      ];
