/** Suites: what `run` measures when nobody names single scenarios. */

/** Several scenarios by one name. */
export interface Suite {
  /** One line: what it answers. */
  readonly title: string;
  readonly entries: readonly SuiteEntry[];
}

/** A scenario in a suite. */
export interface SuiteEntry {
  readonly scenario: string;
  /** As `--quick` has it, whatever the rest of the run is. */
  readonly quick: boolean;
}

const inFull = (scenario: string): SuiteEntry => ({ scenario, quick: false });

/** The shipped scenarios that answer the article's comparison, in the order of its report. */
const ARTICLE: readonly SuiteEntry[] = [
  'tool-calls',
  'agent-loop',
  'chatty',
  'chatty-paced',
  'notifications',
  'duplex',
  'payload-sizes',
].map(inFull);

/** By the name that stands for all of its scenarios on the command line. */
export const SUITES: Readonly<Record<string, Suite>> = {
  article: { title: 'The article’s comparison (what run without a name does)', entries: ARTICLE },
};

/** Without a word on the command line. */
const USUAL_SUITE = 'article';

/** Names in the order in which the suites have them, each once. */
export const SUITE_ORDER: readonly string[] = [
  ...new Set(Object.values(SUITES).flatMap(({ entries }) => entries.map(({ scenario }) => scenario))),
];

/** What the words on a command line stand for: a suite's name for all its entries, any other word for itself. */
export const entriesOf = (words: readonly string[]): readonly SuiteEntry[] =>
  (words.length === 0 ? [USUAL_SUITE] : words).flatMap((word) => SUITES[word]?.entries ?? [inFull(word)]);
