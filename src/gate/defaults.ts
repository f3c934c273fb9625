/** How a gate decides unless it is told otherwise. `npm run bench:gate` says what these numbers buy. */
import type { GatedComparison, PairGate } from '../scenario/gate.ts';
import type { MetricName } from '../scenario/metric.ts';
import { METRICS } from '../stats/metrics.ts';

/** Looks after 12, 20 and 30 pairs, and one false alarm in a hundred runs over all of them together. */
export const DEFAULT_PAIR_GATE = { looks: [12, 20, 30], alpha: 0.01 } as const satisfies Pick<
  PairGate,
  'looks' | 'alpha'
>;

type Limits = Pick<GatedComparison, 'floor' | 'margin'>;

const CENTRE: Limits = { floor: 0.03, margin: 0.05 };
const TAIL: Limits = { floor: 0.05, margin: 0.1 };

/** Floor and margin of a metric, as shares: 3 % and 5 %; for the far tail (p99, maximum), whose usual margin is 10 %, 5 % and 10 %. */
export const defaultLimitsOf = (metric: MetricName): Limits => (METRICS[metric].margin >= TAIL.margin ? TAIL : CENTRE);
