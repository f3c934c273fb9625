/** The samples of several trials in one distribution, for looking at its shape; what is claimed comes from estimates over trials. */
import { decodeHistogram, Histogram } from '../measure/histogram.ts';
import type { Measurement } from '../result/record.ts';
import { type DistributionName, distributionOf, unendedOf } from './distributions.ts';

/** All samples of some measurements together. */
export interface Merged {
  readonly histogram: Histogram;
  /** How many of the measurements have such a distribution. */
  readonly trials: number;
  /** What waited and never came to its end, so that the distribution does not hold it. */
  readonly unended: number;
}

/** `undefined` where none of the measurements has such a distribution. Throws when one is damaged. */
export function mergedDistribution(measurements: readonly Measurement[], name: DistributionName): Merged | undefined {
  const found = measurements.flatMap((measurement) => distributionOf(measurement, name) ?? []);
  if (found.length === 0) return undefined;
  const histogram = new Histogram();
  for (const distribution of found) histogram.add(decodeHistogram(distribution));
  const unended = measurements.reduce((sum, measurement) => sum + unendedOf(measurement, name), 0);
  return { histogram, trials: found.length, unended };
}
