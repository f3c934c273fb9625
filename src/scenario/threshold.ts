/**
 * A limit in words: `[<scenario or cell>] [<arm or transport>] <metric> <comparison> <value>`, such as
 * `tool-calls websocket response-time.p99 < 5ms`. Read in two steps: the words by themselves, and then what they name,
 * once it is known which cells and arms there are.
 */
import { THRESHOLD_COMPARISONS, type Threshold, type ThresholdComparison } from './gate.ts';
import { METRIC_NAMES, METRIC_UNITS, type MetricName } from './metric.ts';
import { formatMetricValue, parseMetricValue } from './metric-quantity.ts';
import { hasMetric, whyWithout } from './metric-scope.ts';
import { didYouMean } from './nearest.ts';
import type { Plan } from './plan.ts';
import { isPlanned } from './plan.ts';
import { QuantityError } from './quantities.ts';
import { oneOf, quote } from './wording.ts';

/** What is wrong with a threshold. The message reads `got "fast", expected …`. */
export class ThresholdError extends Error {
  override readonly name = 'ThresholdError';
  readonly got: string;
  /** The part of the message after `expected`. */
  readonly expected: string;

  constructor(got: string, expected: string) {
    super(`got ${got}, expected ${expected}`);
    this.got = got;
    this.expected = expected;
  }
}

/** A threshold whose words before the metric are not yet known to name anything. */
export interface ThresholdWords {
  /** As it was written. */
  readonly text: string;
  /** None, one or two: a scenario or a cell, and an arm or a transport. */
  readonly subjects: readonly string[];
  readonly metric: MetricName;
  readonly comparison: ThresholdComparison;
  /** In the metric's unit. */
  readonly limit: number;
}

const FORM = 'a threshold like "websocket response-time.p99 < 5ms"';
/** Nobody writes a longer one by hand. */
const LONGEST = 1_000;

/** The words by themselves. Throws a {@link ThresholdError}. */
export function parseThreshold(text: string): ThresholdWords {
  if (text.length > LONGEST) throw new ThresholdError(`${text.length} characters`, FORM);
  const [, left = '', comparison, right = ''] = /^([^<>=]*)([<>=]+)([^<>=]*)$/.exec(text) ?? [];
  if (comparison === undefined) throw new ThresholdError(quote(text), FORM);
  const known = THRESHOLD_COMPARISONS.find((one) => one === comparison);
  if (known === undefined) throw new ThresholdError(quote(comparison), oneOf(THRESHOLD_COMPARISONS));
  const words = left.split(/\s+/).filter((word) => word !== '');
  const name = words.pop();
  if (name === undefined) throw new ThresholdError(`no metric in ${quote(text)}`, FORM);
  if (words.length > 2) {
    throw new ThresholdError(`${words.length} words before the metric`, 'at most a scenario and an arm');
  }
  const metric = metricCalled(name);
  return { text, subjects: words, metric, comparison: known, limit: limitOf(metric, right.trim()) };
}

function metricCalled(name: string): MetricName {
  const found = METRIC_NAMES.find((one) => one === name);
  if (found !== undefined) return found;
  const meant = longerNames(name) || didYouMean(name, METRIC_NAMES);
  throw new ThresholdError(`metric ${quote(name)}`, `one of those that "list metrics" shows${meant}`);
}

/** Half of a name, `response-time`, is no slip of the pen. */
function longerNames(name: string): string {
  const longer = METRIC_NAMES.filter((one) => one.startsWith(`${name}.`) || one.startsWith(`${name}-`));
  return longer.length === 0 ? '' : `; there are ${longer.join(', ')}`;
}

function limitOf(metric: MetricName, text: string): number {
  try {
    return parseMetricValue(text, METRIC_UNITS[metric]);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw new ThresholdError(`${quote(text)} for ${metric}`, error.expected);
  }
}

/** The same threshold in one spelling: what reports call it. */
export function thresholdText({ scenario, arm, metric, comparison, limit }: Omit<Threshold, 'text'>): string {
  const subjects = [scenario, arm].filter((word) => word !== undefined);
  return [...subjects, metric, comparison, formatMetricValue(limit, METRIC_UNITS[metric])].join(' ');
}

/** What words may name. */
export type Nameable = Pick<Plan, 'cells' | 'arms' | 'trials'>;

/**
 * What the words name among the plan's cells and arms. Throws a {@link ThresholdError} for words that name nothing there or
 * two things, and for a metric that nothing so named can have.
 */
export function resolveThreshold(words: ThresholdWords, plan: Nameable): Threshold {
  const { text, metric, comparison, limit } = words;
  const threshold = { text, ...subjectsOf(words, plan), metric, comparison, limit };
  if (concernedBy(threshold, plan).length > 0) return threshold;
  if (plan.cells.length === 0) throw new ThresholdError(quote(text), 'a run with a workload: a study has no metrics');
  const named = cellsNamed(threshold, plan);
  if (!named.some(({ scenario }) => hasMetric(scenario, metric))) {
    const where = threshold.scenario === undefined ? 'any cell of the run' : quote(threshold.scenario);
    throw new ThresholdError(`${metric} of ${where}`, `a metric that it has: ${whyWithout(metric)}`);
  }
  throw new ThresholdError(quote(text), 'an arm that runs the scenario: this one cannot');
}

/** One arm in one cell that a threshold is about. */
export interface Concerned {
  readonly cellId: string;
  readonly armId: string;
}

/** The arms in their cells that a threshold is about: those that it names, were to be run, and can have the metric. */
export const concernedBy = (threshold: Omit<Threshold, 'text'>, plan: Nameable): readonly Concerned[] =>
  cellsNamed(threshold, plan)
    .filter(({ scenario }) => hasMetric(scenario, threshold.metric))
    .flatMap(({ id: cellId }) =>
      armsNamed(threshold, plan)
        .filter(({ id: armId }) => isPlanned(plan, armId, cellId))
        .map(({ id: armId }) => ({ cellId, armId })),
    );

const cellsNamed = ({ scenario: word }: Pick<Threshold, 'scenario'>, { cells }: Nameable) =>
  cells.filter(({ id, scenario }) => word === undefined || id === word || scenario.name === word);

const armsNamed = ({ arm: word }: Pick<Threshold, 'arm'>, { arms }: Nameable) =>
  arms.filter(({ id, variant }) => word === undefined || id === word || variant.transport === word);

type Subjects = Pick<Threshold, 'scenario' | 'arm'>;

function subjectsOf({ subjects: [first, second] }: ThresholdWords, plan: Nameable): Subjects {
  if (first === undefined || plan.cells.length === 0) return {};
  const names = namesIn(plan);
  if (second !== undefined) {
    if (names.arms.includes(first) && names.scenarios.includes(second)) {
      throw new ThresholdError(quote(`${first} ${second}`), `the scenario before the arm: "${second} ${first}"`);
    }
    return { scenario: among(first, 'scenario', names.scenarios), arm: among(second, 'arm', names.arms) };
  }
  const [isScenario, isArm] = [names.scenarios.includes(first), names.arms.includes(first)];
  if (isScenario && isArm) {
    throw new ThresholdError(
      `${quote(first)}, which names a scenario and an arm`,
      'both in this order: a scenario and an arm',
    );
  }
  if (isScenario) return { scenario: first };
  return { arm: isArm ? first : among(first, 'scenario or arm', [...names.scenarios, ...names.arms]) };
}

/** Every word that names a scenario, a cell, an arm or the transport of one; in the plan's order, each once. */
const namesIn = ({ cells, arms }: Nameable) => ({
  scenarios: [...new Set(cells.flatMap(({ id, scenario }) => [scenario.name, id]))],
  arms: [...new Set(arms.flatMap(({ id, variant }) => [id, variant.transport]))],
});

/** More names than this are no help. */
const MOST_LISTED = 12;

function among(word: string, what: string, known: readonly string[]): string {
  if (known.includes(word)) return word;
  const listed = known.length > MOST_LISTED ? [...known.slice(0, MOST_LISTED), '…'] : known;
  throw new ThresholdError(
    `${what} ${quote(word)}`,
    known.length === 0 ? 'none: the run has none' : `one of this run, ${listed.join(', ')}${didYouMean(word, known)}`,
  );
}
