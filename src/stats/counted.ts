/** Which metrics are counts of something rather than measurements of it: those are held against a limit or a base as they are. */
import { METRIC_UNITS, type MetricName } from '../scenario/metric.ts';
import { METRICS } from './metrics.ts';

/** Bytes, sockets, failed calls and lost events: where all trials agree to the last digit, that is the answer and no sample. */
export const isCounted = (metric: MetricName): boolean => METRICS[metric].exact || METRIC_UNITS[metric] === 'count';

/** Of these every single one matters: no median over trials excuses the trial that lost something. */
export const isTally = (metric: MetricName): boolean => metric === 'calls-failed' || metric === 'events-lost';

/** At least one value, and all of them the same to the last digit. */
export const allEqual = (values: readonly number[]): boolean =>
  values.length > 0 && values.every((value) => value === values[0]);
