/** How much trials of the same thing differ on this machine. */
import { ascending, median, quantileBetween } from './order-statistics.ts';

/**
 * Half the spread of the middle half of the values around their median, as a share of the median: 0.02 reads "± 2 %".
 * `undefined` with fewer than two values, or around a median of 0.
 */
export function spreadShare(values: readonly number[]): number | undefined {
  const sorted = ascending(values);
  if (sorted.length < 2) return undefined;
  const centre = quantileBetween(sorted, 0.5);
  const middleHalf = quantileBetween(sorted, 0.75) - quantileBetween(sorted, 0.25);
  return centre > 0 ? middleHalf / 2 / centre : undefined;
}

/** The median of the spreads of all groups of trials that have one; `undefined` when none has. */
export function typicalSpread(groups: readonly (readonly number[])[]): number | undefined {
  const spreads = groups.map(spreadShare).filter((spread) => spread !== undefined);
  return spreads.length > 0 ? median(spreads) : undefined;
}
