/** What the parts of the truth bench share: the arms that were asked for, and how a record's numbers are read. */
import { decodeHistogram } from '#dist/measure/histogram.js';
import { isValid, type Measurement, type RunRecord } from '#dist/result/record.js';
import { askedArms } from '../support/arms.js';

export const ARMS = askedArms();
/** One number per second call that a relay can capture: what has sockets. */
export const SOCKET_ARMS = ARMS.filter((arm) => !arm.startsWith('stdio') && arm !== 'loopback');
export const SEED = 20_261_122;
export const US = 1_000;
export const MS = 1_000_000;

/** The valid measurements of one transport. */
export const of = (record: RunRecord, armId: string): readonly Measurement[] =>
  record.trials.filter((trial) => trial.armId === armId).flatMap((trial) => trial.measurements.filter(isValid));

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const quantile = (measurements: readonly Measurement[], q: number): number =>
  median(measurements.map((one) => decodeHistogram(one.responseTime).valueAtQuantile(q) ?? Number.NaN));
