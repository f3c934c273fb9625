/** One thing about a machine that decides whether it can measure. */

/** Nothing to say; something to know; times of this machine should decide nothing; it cannot measure at all. */
export const CHECK_WORDS = ['ok', 'note', 'doubt', 'cannot'] as const;
export type CheckWord = (typeof CHECK_WORDS)[number];

export interface Check {
  /** A word or two. */
  readonly name: string;
  readonly word: CheckWord;
  /** What was found, with its numbers. */
  readonly saw: string;
  /** What it means for what is measured here. */
  readonly means: string;
  /** What would change it; empty where nothing need be done. */
  readonly todo: string;
}

/** The worst word of all. */
export const worstOf = (checks: readonly Check[]): CheckWord =>
  CHECK_WORDS.findLast((word) => checks.some((check) => check.word === word)) ?? 'ok';

/** Names of the checks with this word. */
export const namesWith = (checks: readonly Check[], word: CheckWord): readonly string[] =>
  checks.filter((check) => check.word === word).map(({ name }) => name);
