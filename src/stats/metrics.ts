/** Every metric by name: its unit, its better direction, the difference that matters, and its value in one measurement. */
import { processorUs } from '../measure/process-meter.ts';
import type { Distribution, FanOut, Measurement } from '../result/record.ts';
import type { METRIC_UNITS, MetricName, MetricUnit } from '../scenario/metric.ts';
import { rateOf } from '../units.ts';
import { quantileAmongDue, quantileOf, type Share } from './quantiles.ts';

export interface Metric<Unit extends MetricUnit = MetricUnit> {
  readonly unit: Unit;
  readonly higherIsBetter: boolean;
  /** Counted, not timed: trials without noise agree to the last digit, and are then compared by equality. */
  readonly exact: boolean;
  /** The difference that matters, as a share: 5 %, for the far tail 10 %. */
  readonly margin: number;
  /** One value per trial; `undefined` where the metric does not apply or there are too few samples for it. */
  readonly valueOf: (measurement: Measurement) => number | undefined;
}

type ValueOf = Metric['valueOf'];

const MARGIN = 0.05;
const TAIL_MARGIN = 0.1;

const smallerIsBetter = { higherIsBetter: false, exact: false, margin: MARGIN } as const;

const duration = (valueOf: ValueOf): Metric<'ns'> => ({ unit: 'ns', ...smallerIsBetter, valueOf });
const tail = (valueOf: ValueOf): Metric<'ns'> => ({ ...duration(valueOf), margin: TAIL_MARGIN });
const frequency = (valueOf: ValueOf): Metric<'per-second'> => ({
  unit: 'per-second',
  ...smallerIsBetter,
  higherIsBetter: true,
  valueOf,
});
const wireSize = (valueOf: ValueOf): Metric<'bytes'> => ({ unit: 'bytes', ...smallerIsBetter, exact: true, valueOf });
const memory = (valueOf: ValueOf): Metric<'bytes'> => ({ unit: 'bytes', ...smallerIsBetter, valueOf });
const tally = (valueOf: ValueOf): Metric<'count'> => ({ unit: 'count', ...smallerIsBetter, exact: true, valueOf });
const processorTime = (valueOf: ValueOf): Metric<'us'> => ({ unit: 'us', ...smallerIsBetter, valueOf });

/**
 * Times are over the calls of the window (`delivery.*`: over its notifications), send lag and script time over its
 * scripts. Rates count successes only. What is *per message* is defined at `exchangesOf` and `messagesOf`.
 */
export const METRICS: { readonly [Name in MetricName]: Metric<(typeof METRIC_UNITS)[Name]> } = {
  'response-time.mean': duration(({ responseTime }) => meanOf(responseTime)),
  'response-time.p50': duration(answeredWithin(0.5)),
  'response-time.p90': duration(answeredWithin(0.9)),
  'response-time.p99': tail(answeredWithin(0.99)),
  // The slowest of all is unknown where one was never answered.
  'response-time.max': tail(({ calls, responseTime }) => (unansweredOf(calls) > 0 ? undefined : maxOf(responseTime))),
  'service-time.p50': duration(({ serviceTime }) => quantileOf(serviceTime, 0.5)),
  'service-time.p99': tail(({ serviceTime }) => quantileOf(serviceTime, 0.99)),
  'send-lag.p50': duration(({ sendLag }) => quantileOf(sendLag, 0.5)),
  'send-lag.p99': tail(({ sendLag }) => quantileOf(sendLag, 0.99)),
  'script-time.p50': duration(({ scriptTime }) => quantileOf(scriptTime, 0.5)),
  'script-time.p99': tail(({ scriptTime }) => quantileOf(scriptTime, 0.99)),
  'delivery.mean': duration(ofDelivery(meanOf)),
  'delivery.p50': duration(ofDelivery(quantileAt(0.5))),
  'delivery.p90': duration(ofDelivery(quantileAt(0.9))),
  'delivery.p99': tail(ofDelivery(quantileAt(0.99))),
  'delivery.max': tail(ofDelivery(maxOf)),
  'first-receiver.p50': duration(receivedBy('first', 0.5)),
  'median-receiver.p50': duration(receivedBy('median', 0.5)),
  'last-receiver.p50': duration(receivedBy('last', 0.5)),
  'last-receiver.p90': duration(receivedBy('last', 0.9)),
  'last-receiver.p99': tail(receivedBy('last', 0.99)),
  'last-receiver.max': tail(slowestComplete),
  // Both of its instants are the driver's, so that it is known even where clocks cannot be compared.
  'receiver-spread.p50': duration(({ fanOut }) => (fanOut === null ? undefined : amongEvents(fanOut, 'spread', 0.5))),
  'receiver-spread.p99': tail(({ fanOut }) => (fanOut === null ? undefined : amongEvents(fanOut, 'spread', 0.99))),
  rate: frequency(({ calls, elapsedNs }) => (calls.due > 0 ? rateOf(calls.ok, elapsedNs) : undefined)),
  'events-rate': frequency(({ notifications, elapsedNs }) =>
    notifications.published > 0 ? rateOf(notifications.delivered, elapsedNs) : undefined,
  ),
  'within-100ms': {
    unit: 'share',
    ...smallerIsBetter,
    higherIsBetter: true,
    valueOf: ({ within100ms }) => within100ms ?? undefined,
  },
  'wire-up-per-message': wireSize((measurement) => perExchange(measurement, wireUp(measurement))),
  'wire-down-per-message': wireSize((measurement) => perExchange(measurement, wireDown(measurement))),
  'overhead-up-per-message': wireSize((measurement) =>
    perExchange(measurement, beyond(wireUp(measurement), measurement.bytes.payloadUp)),
  ),
  'overhead-down-per-message': wireSize((measurement) =>
    perExchange(measurement, beyond(wireDown(measurement), measurement.bytes.payloadDown)),
  ),
  'payload-up-per-message': wireSize((measurement) => perExchange(measurement, measurement.bytes.payloadUp)),
  'payload-down-per-message': wireSize((measurement) => perExchange(measurement, measurement.bytes.payloadDown)),
  'endpoint-cpu-per-message': processorTime((measurement) =>
    cpuPerMessage(measurement.endpoint, messagesOf(measurement) + probed(measurement)),
  ),
  'driver-cpu-per-message': processorTime((measurement) => cpuPerMessage(measurement.driver, messagesOf(measurement))),
  'driver-cpu-per-event': processorTime(({ driver, fanOut, calls }) =>
    fanOut === null || calls.due > 0 ? undefined : quotient(processorUs(driver), fanOut.events),
  ),
  'endpoint-rss': memory(({ endpoint }) => endpoint?.rssBytes),
  'driver-rss': memory(({ driver }) => driver.rssBytes),
  // How many an SSE client opens depends on how its first messages overlap: a sample, not a count that must repeat.
  'sockets-per-client': {
    unit: 'count',
    ...smallerIsBetter,
    valueOf: ({ sockets, clients }) => quotient(sockets, clients),
  },
  'calls-failed': tally(({ calls }) => (calls.due > 0 ? calls.due - calls.ok : undefined)),
  'events-lost': tally(({ notifications }) => (notifications.published > 0 ? notifications.lost : undefined)),
};

function meanOf({ count, meanNs }: Distribution): number | undefined {
  return count > 0 ? meanNs : undefined;
}

/** Calls that waited, and for longer than any that was answered. */
export const unansweredOf = ({ timedOut, dropped, disconnected }: Measurement['calls']): number =>
  timedOut + dropped + disconnected;

function maxOf({ count, maxNs }: Distribution): number | undefined {
  return count > 0 ? maxNs : undefined;
}

/** Calls that were never answered waited longer than those that were. A refusal is quick and takes no part. */
function answeredWithin(q: Share): ValueOf {
  return ({ responseTime, calls }) => quantileAmongDue(responseTime, unansweredOf(calls), q);
}

function quantileAt(q: Share): (distribution: Distribution) => number | undefined {
  return (distribution) => quantileOf(distribution, q);
}

/** Published and received are instants of two processes: where their clocks cannot be compared there is no delivery latency. */
function ofDelivery(valueOf: (distribution: Distribution) => number | undefined): ValueOf {
  return (measurement) => (hasComparableClocks(measurement) ? valueOf(measurement.delivery) : undefined);
}

type Receiver = 'first' | 'median' | 'last' | 'spread';

/** An event without such a receiver waited for it longer than those that had one. */
const amongEvents = (fanOut: FanOut, receiver: Receiver, q: Share): number | undefined =>
  quantileAmongDue(fanOut[receiver], fanOut.events - fanOut[receiver].count, q);

function receivedBy(receiver: Receiver, q: Share): ValueOf {
  return (measurement) =>
    measurement.fanOut === null || !hasComparableClocks(measurement)
      ? undefined
      : amongEvents(measurement.fanOut, receiver, q);
}

/** The slowest of all is unknown where one was never complete. */
function slowestComplete(measurement: Measurement): number | undefined {
  const { fanOut } = measurement;
  if (fanOut === null || fanOut.incomplete > 0 || !hasComparableClocks(measurement)) return undefined;
  return maxOf(fanOut.last);
}

/** Whether instants of the two processes may be subtracted from each other. */
export const hasComparableClocks = ({ doubts }: Measurement): boolean =>
  !doubts.some((doubt) => doubt.kind === 'clock-not-comparable');

/** Calls that an answer came back for, whatever it said. */
const answered = ({ calls }: Pick<Measurement, 'calls'>): number => calls.ok + calls.rejected + calls.wrong;

/**
 * What bytes are divided by: the answered calls of a cell that only calls (a call with its answer and its progress
 * notifications is one exchange), the delivered notifications of a cell that only listens. `undefined` for a cell that
 * does both: a socket counts bytes, not whose they are, so they cannot be attributed to either.
 */
function exchangesOf(measurement: Measurement): number | undefined {
  const { calls, notifications } = measurement;
  if (calls.due > 0 && notifications.published > 0) return undefined;
  return calls.due > 0 ? answered(measurement) : notifications.delivered;
}

/** What processor time is divided by: answered calls and delivered notifications alike. */
const messagesOf = (measurement: Measurement): number => answered(measurement) + measurement.notifications.delivered;

/** Bytes, or microseconds, for each; `undefined` for none. */
function quotient(total: number | null, count: number | undefined): number | undefined {
  return total === null || count === undefined || count === 0 ? undefined : total / count;
}

const perExchange = (measurement: Measurement, total: number | null): number | undefined =>
  quotient(total, exchangesOf(measurement));

/** As the endpoint counted; of a server that is not ours, as the driver did. Where both counted they agree, or the measurement is not shown. */
const wireUp = ({ bytes }: Measurement): number | null => bytes.wireUp ?? bytes.driverWireUp;
const wireDown = ({ bytes }: Measurement): number | null => bytes.wireDown ?? bytes.driverWireDown;

/** Wire bytes that are not payload; `null` where there is no wire. Below 0 where the wire compresses. */
const beyond = (wire: number | null, payload: number): number | null => (wire === null ? null : wire - payload);

/** What the endpoint has answered beside: a probe's calls. */
const probed = ({ team }: Measurement): number => (team === undefined ? 0 : answered(team.probe));

function cpuPerMessage(use: Measurement['endpoint'], messages: number): number | undefined {
  return use === null ? undefined : quotient(processorUs(use), messages);
}
