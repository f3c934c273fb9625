/** What a record says in one place against what it says in another. */

/** One number, or word, that contradicts others beside it. */
export interface Contradiction {
  /** Leads to it from what is looked at: `responseTime.meanNs`. */
  readonly key: string;
  readonly got: string;
  readonly expected: string;
}

/** A contradiction, unless it holds. */
export interface Rule extends Contradiction {
  readonly holds: boolean;
}

/** `key` must be this number, for it is `what`. */
export const equals = (key: string, got: number, expected: number, what: string): Rule => ({
  key,
  got: String(got),
  expected: `${expected}, ${what}`,
  holds: got === expected,
});

/** `key` must not be beyond this number, for that is `what`. */
export const atMost = (key: string, got: number, most: number, what: string): Rule => ({
  key,
  got: String(got),
  expected: `at most ${most}, ${what}`,
  holds: got <= most,
});

/** Likewise from below. */
export const atLeast = (key: string, got: number, least: number, what: string): Rule => ({
  key,
  got: String(got),
  expected: `at least ${least}, ${what}`,
  holds: got >= least,
});

/** Sums and means of several drivers differ in their last digits by the order in which they were added. */
export const ROUNDING = 1e-9;

/** Whether two numbers are the same but for that. */
export const isNear = (got: number, expected: number): boolean =>
  Math.abs(got - expected) <= ROUNDING * Math.max(1, Math.abs(expected));
