/** One line of a benchmark that has a bound: the value, its range over the rounds, and whether it holds. */

/** Of at least one. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export interface Bound {
  readonly kind: 'at least' | 'at most';
  readonly value: number;
}

export const atLeast = (value: number): Bound => ({ kind: 'at least', value });
export const atMost = (value: number): Bound => ({ kind: 'at most', value });

/** Prints the line and answers whether the median is within the bound; nothing measured is not. */
export function gateLine(what: string, values: readonly number[], bound: Bound, digits = 2): boolean {
  const found = median(values);
  const holds = bound.kind === 'at least' ? found >= bound.value : found <= bound.value;
  const range =
    values.length === 0
      ? 'not measured'
      : `${Math.min(...values).toFixed(digits)} – ${Math.max(...values).toFixed(digits)}`;
  console.log(
    `${holds ? 'pass' : 'FAIL'}  ${what.padEnd(62)} ${found.toFixed(digits)}  (${range}; wanted ${bound.kind === 'at least' ? '≥' : '≤'} ${bound.value.toFixed(digits)})`,
  );
  return holds;
}
