/** The whole distributions that a measurement holds, by name: what quantiles other than those of the metrics come from. */
import type { Distribution, Measurement } from '../result/record.ts';
import { hasComparableClocks, unansweredOf } from './metrics.ts';

/** In this order in every report. Each is what the metrics of the same name are quantiles of. */
export const DISTRIBUTION_NAMES = [
  'response-time',
  'service-time',
  'send-lag',
  'script-time',
  'delivery',
  'delivery-from-due',
  'first-receiver',
  'median-receiver',
  'last-receiver',
  'receiver-spread',
] as const;

/** Durations in nanoseconds, one for each call, script, notification or published event of a window. */
export type DistributionName = (typeof DISTRIBUTION_NAMES)[number];

/** Instants of two processes lie behind these: where their clocks cannot be compared, there is no such duration. */
const OF_TWO_CLOCKS: ReadonlySet<DistributionName> = new Set([
  'delivery',
  'delivery-from-due',
  'first-receiver',
  'median-receiver',
  'last-receiver',
] as const);

const READ: Readonly<Record<DistributionName, (measurement: Measurement) => Distribution | undefined>> = {
  'response-time': ({ responseTime }) => responseTime,
  'service-time': ({ serviceTime }) => serviceTime,
  'send-lag': ({ sendLag }) => sendLag,
  'script-time': ({ scriptTime }) => scriptTime,
  delivery: ({ delivery }) => delivery,
  'delivery-from-due': ({ deliveryFromDue }) => deliveryFromDue,
  'first-receiver': ({ fanOut }) => fanOut?.first,
  'median-receiver': ({ fanOut }) => fanOut?.median,
  'last-receiver': ({ fanOut }) => fanOut?.last,
  'receiver-spread': ({ fanOut }) => fanOut?.spread,
};

/** One distribution of a measurement; `undefined` where it is empty, or made of clocks that cannot be compared. */
export function distributionOf(measurement: Measurement, name: DistributionName): Distribution | undefined {
  const found = READ[name](measurement);
  if (found === undefined || found.count === 0) return undefined;
  return OF_TWO_CLOCKS.has(name) && !hasComparableClocks(measurement) ? undefined : found;
}

/**
 * What waited and has no duration in the distribution, because it never came to its end: calls without an answer, events
 * that a receiver did not get. Those that a quantile of the metrics counts as slower than all others.
 */
export function unendedOf({ calls, fanOut }: Measurement, name: DistributionName): number {
  switch (name) {
    case 'response-time':
    case 'service-time':
      return unansweredOf(calls);
    case 'first-receiver':
      return fanOut === null ? 0 : fanOut.events - fanOut.first.count;
    case 'median-receiver':
      return fanOut === null ? 0 : fanOut.events - fanOut.median.count;
    case 'last-receiver':
      return fanOut === null ? 0 : fanOut.events - fanOut.last.count;
    case 'receiver-spread':
      return fanOut === null ? 0 : fanOut.events - fanOut.spread.count;
    case 'delivery':
    case 'delivery-from-due':
    case 'send-lag':
    case 'script-time':
      return 0;
  }
}
