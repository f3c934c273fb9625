/** Summaries written by hand, number by number, for rules that are to be tried at their edges. */
import type { ArmFacts } from '../../src/result/record.ts';
import type { Cell, Scenario } from '../../src/scenario/scenario.ts';
import type {
  ArmCell,
  CellSummary,
  Comparison,
  Estimate,
  Interference,
  MetricName,
  Summary,
  Word,
} from '../../src/stats/summary.ts';
import { scenarioOf } from '../fixtures/cells.ts';
import { fixtureRecord } from '../fixtures/record.ts';

/** A value, or its median and interval. */
export type Value = number | readonly [low: number, value: number, high: number];

/** One cell: per arm its metrics, and what is known of `websocket ÷ sse`. */
export interface CellSpec {
  readonly scenario: string;
  readonly level?: string;
  /** What the scenario is beside its name. */
  readonly special?: Partial<Scenario>;
  readonly arms?: Readonly<Record<string, Partial<Record<MetricName, Value>>>>;
  readonly comparisons?: readonly (Partial<Comparison> & Pick<Comparison, 'metric'>)[];
  readonly fewestSamples?: number;
  readonly coverage?: number;
}

/** What is special about a summary. */
export interface SummarySpec {
  readonly armIds?: readonly string[];
  readonly facts?: Readonly<Record<string, Partial<ArmFacts>>>;
  readonly cells?: readonly CellSpec[];
  readonly interferences?: readonly Interference[];
}

/** Two arms, `sse` and `websocket`, with the fixture's facts, and only the cells that are given. */
export function summaryOf({
  armIds = ['sse', 'websocket'],
  facts = {},
  cells = [],
  interferences = [],
}: SummarySpec): Summary {
  const record = fixtureRecord({ blocks: 1, armIds, cells: [] });
  const special = record.matching.facts.map((seen) => ({ ...seen, ...facts[seen.armId] }));
  return {
    record: { ...record, matching: { ...record.matching, facts: special } },
    arms: record.plan.arms,
    cells: cells.map((cell) => cellOf(cell, armIds)),
    interferences,
    noiseShare: 0.01,
    longestHiccupNs: 1e6,
    completedTrials: 2,
    failedTrials: [],
  };
}

function cellOf(spec: CellSpec, armIds: readonly string[]): CellSummary {
  const level = spec.level ?? '';
  const cell: Cell = {
    id: level === '' ? spec.scenario : `${spec.scenario}[${level}]`,
    level,
    scenario: scenarioOf({ ...spec.special, name: spec.scenario }),
  };
  return {
    cell,
    arms: armIds.map((armId) => armCellOf(armId, spec)),
    comparisons: (spec.comparisons ?? []).map((special) => ({ ...EQUAL, ...special })),
  };
}

function armCellOf(armId: string, { arms = {}, fewestSamples = 5_000, coverage = 0.969 }: CellSpec): ArmCell {
  const own = arms[armId];
  const metrics = Object.fromEntries(
    Object.entries(own ?? {}).map(([name, value]) => [name, estimateOf(value, coverage)]),
  );
  const none = { published: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0 };
  const calls = {
    due: 0,
    ok: 0,
    rejected: 0,
    disconnected: 0,
    wrong: 0,
    timedOut: 0,
    dropped: 0,
    misrouted: 0,
    duplicated: 0,
    unreadable: 0,
    errors: [],
  };
  return {
    armId,
    validTrials: own === undefined ? 0 : 6,
    invalidTrials: own === undefined ? 6 : 0,
    metrics,
    fewestSamples,
    calls,
    notifications: none,
    progress: none,
    events: 0,
    incompleteEvents: 0,
    doubts: [],
  };
}

function estimateOf(value: Value, coverage: number): Estimate {
  const [low, middle, high] = typeof value === 'number' ? [value, value, value] : value;
  return { value: middle, low, high, coverage, values: [low, middle, high] };
}

const EQUAL: Comparison = {
  metric: 'response-time.p50',
  armId: 'websocket',
  baseArmId: 'sse',
  pairs: 6,
  ratio: 1,
  low95: 0.98,
  high95: 1.02,
  coverage95: 0.969,
  low90: 0.985,
  high90: 1.015,
  word: 'equivalent',
  smallestDetectable: 1.03,
  exact: false,
};

/** Ratios that go with each word. */
export const RATIOS: Readonly<Record<Word, Partial<Comparison>>> = {
  faster: { word: 'faster', ratio: 0.5, low95: 0.45, high95: 0.55, low90: 0.46, high90: 0.54 },
  slower: { word: 'slower', ratio: 2, low95: 1.8, high95: 2.2, low90: 1.85, high90: 2.15 },
  equivalent: { word: 'equivalent' },
  inconclusive: { word: 'inconclusive', ratio: 1.02, low95: 0.8, high95: 1.3, low90: 0.85, high90: 1.2 },
};
export const compared = (metric: Comparison['metric'], word: Word) => ({ metric, ...RATIOS[word] });
