/** What can be asked of a measurement by name. How each is computed is `stats/metrics.ts`'s business; here are the words and their units. */

/** `us` is microseconds of processor time, `share` 0 … 1, `count` a plain number. */
export type MetricUnit = 'ns' | 'per-second' | 'bytes' | 'us' | 'share' | 'count';

/** Every metric with the unit of its values. */
export const METRIC_UNITS = {
  'response-time.mean': 'ns',
  'response-time.p50': 'ns',
  'response-time.p90': 'ns',
  'response-time.p99': 'ns',
  'response-time.max': 'ns',
  'service-time.p50': 'ns',
  'service-time.p99': 'ns',
  'send-lag.p50': 'ns',
  'send-lag.p99': 'ns',
  'script-time.p50': 'ns',
  'script-time.p99': 'ns',
  'delivery.mean': 'ns',
  'delivery.p50': 'ns',
  'delivery.p90': 'ns',
  'delivery.p99': 'ns',
  'delivery.max': 'ns',
  'first-receiver.p50': 'ns',
  'median-receiver.p50': 'ns',
  'last-receiver.p50': 'ns',
  'last-receiver.p90': 'ns',
  'last-receiver.p99': 'ns',
  'last-receiver.max': 'ns',
  'receiver-spread.p50': 'ns',
  'receiver-spread.p99': 'ns',
  rate: 'per-second',
  'events-rate': 'per-second',
  'within-100ms': 'share',
  'wire-up-per-message': 'bytes',
  'wire-down-per-message': 'bytes',
  'overhead-up-per-message': 'bytes',
  'overhead-down-per-message': 'bytes',
  'payload-up-per-message': 'bytes',
  'payload-down-per-message': 'bytes',
  'endpoint-cpu-per-message': 'us',
  'driver-cpu-per-message': 'us',
  'driver-cpu-per-event': 'us',
  'endpoint-rss': 'bytes',
  'driver-rss': 'bytes',
  'sockets-per-client': 'count',
  'calls-failed': 'count',
  'events-lost': 'count',
} as const satisfies Readonly<Record<string, MetricUnit>>;

/** Times in nanoseconds, rates per second, sizes in bytes, CPU in microseconds, shares 0 … 1. */
export type MetricName = keyof typeof METRIC_UNITS;

/** In the order of the definition. */
export const METRIC_NAMES = Object.keys(METRIC_UNITS) as readonly MetricName[];
