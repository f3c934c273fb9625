/**
 * What a quantity is. Inside the program every number with a unit is one of these; other units exist in scenario
 * files and in reports only, and the conversions below are the only doors between the two.
 */

declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** A span of time, or an instant of the host's monotonic clock, in nanoseconds. Whole numbers up to 2^53 (104 days) are exact. */
export type Nanoseconds = Quantity<'nanoseconds'>;

/** A number of bytes, never of characters. */
export type Bytes = Quantity<'bytes'>;

/** How often something happens in one second. */
export type PerSecond = Quantity<'per-second'>;

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

export const nanoseconds = (value: number): Nanoseconds => value as Nanoseconds;
export const milliseconds = (value: number): Nanoseconds => (value * NS_PER_MS) as Nanoseconds;
export const seconds = (value: number): Nanoseconds => (value * NS_PER_S) as Nanoseconds;
export const bytes = (value: number): Bytes => value as Bytes;
export const perSecond = (value: number): PerSecond => value as PerSecond;

export const toMilliseconds = (value: Nanoseconds): number => value / NS_PER_MS;
export const toSeconds = (value: Nanoseconds): number => value / NS_PER_S;

export const plus = (a: Nanoseconds, b: Nanoseconds): Nanoseconds => (a + b) as Nanoseconds;
export const minus = (a: Nanoseconds, b: Nanoseconds): Nanoseconds => (a - b) as Nanoseconds;

/** How often something happened, from a count and the time it took. `undefined` for a time of zero: no rate, not infinity. */
export function rateOf(count: number, elapsed: Nanoseconds): PerSecond | undefined {
  return elapsed > 0 ? perSecond((count * NS_PER_S) / elapsed) : undefined;
}
