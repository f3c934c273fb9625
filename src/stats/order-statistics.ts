/** Values in order, and what stands in the middle of them. */

/** A sorted copy, smallest first. */
export const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** The middle one of at least one value, or the mean of the two middle ones. */
export const median = (values: readonly number[]): number => quantileBetween(ascending(values), 0.5);

/**
 * The value at the share `q`, 0 … 1, of at least one sorted value, linearly between neighbours (Hyndman and Fan 1996,
 * type 7). For a handful of trials only: quantiles of requests are nearest rank and come from their histogram.
 */
export function quantileBetween(sorted: readonly number[], q: number): number {
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError('no value has no quantile');
  return below + (above - below) * (position - Math.floor(position));
}

/** Twice the rank of each value, from 1 on, ties at their middle rank: doubled, so that a middle rank of 2½ is the whole number 5. */
export function doubledMidRanks(values: readonly number[]): number[] {
  const sorted = ascending(values);
  return values.map((value) => sorted.indexOf(value) + sorted.lastIndexOf(value) + 2);
}
