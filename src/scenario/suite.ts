/** Suites: what `run` measures when nobody names single scenarios. */
import type { NetworkProfile } from './network.ts';

/** Several scenarios by one name. */
export interface Suite {
  /** One line: what it answers. */
  readonly title: string;
  readonly entries: readonly SuiteEntry[];
  /** What is measured over networks besides; nothing, where it is left out. */
  readonly overNetworks?: OverNetworks;
}

/** Scenarios that the usual arms go through once more for each network. */
export interface OverNetworks {
  readonly networks: readonly NetworkProfile[];
  readonly scenarios: readonly string[];
}

/** A scenario in a suite. */
export interface SuiteEntry {
  readonly scenario: string;
  /** As `--quick` has it, whatever the rest of the run is. */
  readonly quick: boolean;
}

const inFull = (scenario: string): SuiteEntry => ({ scenario, quick: false });
const inShort = (scenario: string): SuiteEntry => ({ scenario, quick: true });

/** Everything that the eight rows rest on, in three minutes: what has to be timed in full, what is counted in short. */
const ARTICLE: readonly SuiteEntry[] = [
  ...['tool-calls', 'agent-loop', 'chatty', 'chatty-paced', 'notifications', 'duplex'].map(inFull),
  ...['payload-sizes', 'reconnect', 'proxies', 'connection-limits'].map(inShort),
];

/** Everything that the comparison and its prose rest on. What is slow and steady, or takes long for its precision alone, stays short. */
const ARTICLE_FULL: readonly SuiteEntry[] = [
  ...['tool-calls', 'agent-loop', 'chatty', 'chatty-paced', 'notifications', 'duplex', 'payload-sizes'].map(inFull),
  ...['fan-out', 'reconnect', 'proxies'].map(inShort),
  ...['connection-limits', 'idle-listeners', 'ticket-updates', 'multi-server', 'connect', 'binary', 'published'].map(
    inFull,
  ),
];

/** By the name that stands for all of its scenarios on the command line. */
export const SUITES: Readonly<Record<string, Suite>> = {
  article: { title: 'the eight rows of the article’s comparison, about 3 minutes', entries: ARTICLE },
  'article-full': {
    title: 'the eight rows and everything argued in prose, about 20 minutes (reconnect, proxies and fan-out in short)',
    entries: ARTICLE_FULL,
    overNetworks: { networks: ['lan', 'metro', 'wan'], scenarios: ['tool-calls', 'agent-loop'] },
  },
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

/** What the words on a command line want to be measured over networks besides. */
export const overNetworksOf = (words: readonly string[]): OverNetworks | undefined =>
  (words.length === 0 ? [USUAL_SUITE] : words)
    .map((word) => SUITES[word]?.overNetworks)
    .find((one) => one !== undefined);
