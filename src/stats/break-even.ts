/** After how many calls a session that had to be opened has cost no more than requests that stand by themselves. Pure. */

/** What calls in a row cost, in bytes or in time: the first with everything that had to come before it, and the end. */
export interface Course {
  readonly first: number;
  /** Of each call after the first, in order; the last stands for all that might follow. */
  readonly later: readonly number[];
  readonly closing: number;
}

/** What `calls` calls cost in all; at least one. */
export function courseCost({ first, later, closing }: Course, calls: number): number {
  const seen = later.slice(0, calls - 1).reduce((sum, cost) => sum + cost, 0);
  const beyond = Math.max(0, calls - 1 - later.length) * (later.at(-1) ?? 0);
  return first + seen + beyond + closing;
}

/**
 * The smallest number of calls for which `opened` costs no more than `unopened`; `undefined` where it never does. Every
 * number of calls that was seen is looked at, and beyond them the last call of each repeats itself, so that there the rest is
 * a division.
 */
export function breakEven(opened: Course, unopened: Course): number | undefined {
  const seen = 1 + Math.max(opened.later.length, unopened.later.length);
  const excess = (calls: number): number => courseCost(opened, calls) - courseCost(unopened, calls);
  for (let calls = 1; calls <= seen; calls += 1) if (excess(calls) <= 0) return calls;
  const gained = (unopened.later.at(-1) ?? 0) - (opened.later.at(-1) ?? 0);
  return gained > 0 ? seen + Math.ceil(excess(seen) / gained) : undefined;
}
