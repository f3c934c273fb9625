/** Several tests under one error rate (Holm 1979, A simple sequentially rejective multiple test procedure). */

/**
 * Each p-value as it counts among all of them: those with an adjusted one at or below α are rejected, and the chance of
 * rejecting any true hypothesis at all is at most α, however the tests depend on each other. The smallest is multiplied
 * by their number, the next by one less, and so on; none counts for less than one before it. In the order given.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).toSorted((a, b) => a.p - b.p);
  const adjusted: number[] = Array.from({ length: pValues.length }, () => 1);
  let largest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - rank)));
    adjusted[index] = largest;
  }
  return adjusted;
}
