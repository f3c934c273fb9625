/** What was measured, scenario by scenario: numbers in rows of arms, one group per level, ratios below each group. */
import { armTitle } from '../claims/arms.ts';
import { estimateOf } from '../claims/evidence.ts';
import { rate, significant, sizePair, time, timeWithInterval, whole } from '../claims/quantity.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ArmCell, CellSummary, Comparison, MetricName, Summary } from '../stats/summary.ts';
import { pairWords, ratioName, ratioText } from './comparison-text.ts';
import { hasLongScripts, loadText } from './load-text.ts';

/** One scenario's numbers, as text, not yet escaped. */
export interface ScenarioSection {
  readonly name: string;
  readonly title: string;
  /** How the endpoint is loaded; empty where the levels differ in that. */
  readonly load: string;
  /** Calls, or pushes, or both one after the other. */
  readonly blocks: readonly Block[];
  /** What must be said about the numbers: trials that are missing, whole scripts. */
  readonly notes: readonly string[];
}

/** The numbers of one kind of thing that happened. */
export interface Block {
  readonly what: 'calls' | 'pushes';
  /** Heads of the columns after the arm's. */
  readonly heads: readonly string[];
  readonly groups: readonly Group[];
}

/** One level of what the scenario varies; the level is empty where it varies nothing. */
export interface Group {
  readonly level: string;
  /** How the endpoint is loaded, where the levels differ in that. */
  readonly load: string;
  /** The arm's name, then one text per head. */
  readonly rows: readonly (readonly string[])[];
  /** Every other arm against the first. */
  readonly ratios: readonly string[];
}

/** One line each: how the tables are to be read. */
export const LEGEND: readonly string[] = [
  'p50, p90, p99: 50, 90, 99 of 100 were this fast or faster (median of the trials).',
  '[ ]: where the true p50 lies. max: the slowest of all. A p99 of under 1,000 is its slowest few.',
  'bytes: on the wire per call with its answer, or per event: up to the server/down.',
  'CPU: µs per call or event, endpoint/driver. events/s: deliveries, to each listener one.',
  '÷: one arm in units of another, from pairs of neighbouring trials. –: not to be had.',
];

/** The sections in the order in which the plan has the scenarios. */
export function scenarioSections(summary: Summary): readonly ScenarioSection[] {
  const names = [...new Set(summary.cells.map(({ cell }) => cell.scenario.name))];
  return names.flatMap((name) => {
    const cells = summary.cells.filter(({ cell }) => cell.scenario.name === name);
    const [first] = cells;
    return first === undefined ? [] : [sectionOf(first.cell.scenario, cells)];
  });
}

const sectionOf = (scenario: Scenario, cells: readonly CellSummary[]): ScenarioSection => ({
  name: scenario.name,
  title: scenario.title,
  load: isLoadedAlike(cells) ? loadText(scenario) : '',
  blocks: hasNumbers(cells) ? blocksOf(scenario, cells) : [],
  notes: [
    ...(hasNumbers(cells) ? [] : ['Nothing here that may be shown.']),
    ...scriptNotes(scenario, cells),
    ...cells.flatMap(validityNotes),
  ],
});

const hasNumbers = (cells: readonly CellSummary[]): boolean =>
  cells.some(({ arms }) => arms.some(({ validTrials }) => validTrials > 0));

const isLoadedAlike = (cells: readonly CellSummary[]): boolean =>
  new Set(cells.map(({ cell }) => loadText(cell.scenario))).size === 1;

/** Calls if the scenario makes any, pushes if it publishes any. Bytes and CPU are those of both and stand in the first block. */
function blocksOf(scenario: Scenario, cells: readonly CellSummary[]): readonly Block[] {
  const kinds: Kind[] = [];
  if (scenario.load.kind !== 'none') kinds.push(CALLS);
  if (scenario.publish.length > 0) kinds.push(PUSHES);
  return kinds.map((kind, index) => blockOf(kind, cells, { withCosts: index === 0 }));
}

interface Kind {
  readonly what: Block['what'];
  readonly times: 'response-time' | 'delivery';
  readonly rate: MetricName;
  readonly rateHead: string;
}

const CALLS: Kind = { what: 'calls', times: 'response-time', rate: 'rate', rateHead: 'calls/s' };
const PUSHES: Kind = { what: 'pushes', times: 'delivery', rate: 'events-rate', rateHead: 'events/s' };

interface BlockOptions {
  readonly withCosts: boolean;
}

const blockOf = (kind: Kind, cells: readonly CellSummary[], options: BlockOptions): Block => ({
  what: kind.what,
  heads: [
    'p50 [interval]',
    'p90',
    'p99',
    'max',
    kind.rateHead,
    ...(options.withCosts ? ['bytes up/down', 'CPU µs'] : []),
  ],
  groups: cells.map((cell) => ({
    level: cell.cell.level,
    load: isLoadedAlike(cells) ? '' : loadText(cell.cell.scenario),
    rows: cell.arms.map((arm) => [armTitle(arm.armId), ...numbersOf(kind, cell, arm, options)]),
    ratios: ratiosOf(kind, cell, options),
  })),
});

/** Stands where a number would mislead. */
const NO_NUMBER = '–';

function numbersOf(kind: Kind, cell: CellSummary, { armId }: ArmCell, { withCosts }: BlockOptions): readonly string[] {
  const of = (metric: MetricName): ReturnType<typeof estimateOf> => estimateOf(cell, armId, metric);
  const timeOf = (part: 'p90' | 'p99'): string => {
    const found = of(`${kind.times}.${part}`);
    return found === undefined ? NO_NUMBER : time(found.value);
  };
  // The slowest of all trials: a median of maxima would be no maximum.
  const slowest = of(`${kind.times}.max`);
  const p50 = of(`${kind.times}.p50`);
  const perSecond = of(kind.rate);
  return [
    p50 === undefined ? NO_NUMBER : timeWithInterval(p50),
    timeOf('p90'),
    timeOf('p99'),
    slowest === undefined ? NO_NUMBER : time(Math.max(...slowest.values)),
    perSecond === undefined ? NO_NUMBER : rate(perSecond.value),
    ...(withCosts ? costsOf(cell, armId) : []),
  ];
}

function costsOf(cell: CellSummary, armId: string): readonly string[] {
  const up = estimateOf(cell, armId, 'wire-up-per-message')?.value;
  const down = estimateOf(cell, armId, 'wire-down-per-message')?.value;
  const endpoint = estimateOf(cell, armId, 'endpoint-cpu-per-message')?.value;
  const driver = estimateOf(cell, armId, 'driver-cpu-per-message')?.value;
  const bytes = up === undefined && down === undefined ? NO_NUMBER : sizePair(up ?? 0, down ?? 0);
  return [bytes, endpoint === undefined && driver === undefined ? NO_NUMBER : costPair(endpoint, driver)];
}

/** Microseconds without their unit, as the head says; milliseconds with it where both are that long. */
function costPair(endpoint: number | undefined, driver: number | undefined): string {
  const long = (endpoint ?? 0) >= 1000 && (driver ?? 0) >= 1000;
  const number = (value: number | undefined): string =>
    value === undefined ? NO_NUMBER : significant(long ? value / 1000 : value);
  return `${number(endpoint)}/${number(driver)}${long ? ' ms' : ''}`;
}

/** The median always; the rate where it is not given by the calendar; the endpoint's processor time. */
function ratiosOf(kind: Kind, cell: CellSummary, { withCosts }: BlockOptions): readonly string[] {
  const free = kind.what === 'calls' && cell.cell.scenario.load.kind === 'closed';
  const shown: readonly { readonly metric: MetricName; readonly label: string }[] = [
    { metric: `${kind.times}.p50`, label: 'p50' },
    ...(free ? [{ metric: 'rate', label: 'rate' } as const] : []),
    ...(withCosts ? [{ metric: 'endpoint-cpu-per-message', label: 'CPU' } as const] : []),
  ];
  return cell.arms.flatMap(({ armId }) => {
    const found = shown.flatMap(({ metric, label }) => {
      const comparison = shownComparison(cell, metric, armId);
      return comparison === undefined ? [] : [{ comparison, text: `${label} ${ratioText(comparison)}` }];
    });
    const [first] = found;
    if (first === undefined) return [];
    return [
      `${ratioName(first.comparison)}: ${found.map(({ text }) => text).join(' · ')} (${pairWords(first.comparison)})`,
    ];
  });
}

/** A comparison against the first arm, if both numbers are shown. */
function shownComparison(cell: CellSummary, metric: MetricName, armId: string): Comparison | undefined {
  const found = cell.comparisons.find((entry) => entry.metric === metric && entry.armId === armId);
  if (found === undefined || estimateOf(cell, armId, metric) === undefined) return undefined;
  return estimateOf(cell, found.baseArmId, metric) === undefined ? undefined : found;
}

/** How long a whole script took, where it is more than one call. */
function scriptNotes(scenario: Scenario, cells: readonly CellSummary[]): readonly string[] {
  if (!hasLongScripts(scenario)) return [];
  return cells.flatMap((cell) => {
    const seen = cell.arms.flatMap(({ armId }) => {
      const p50 = estimateOf(cell, armId, 'script-time.p50');
      return p50 === undefined ? [] : [`${armTitle(armId)} ${time(p50.value)}`];
    });
    return seen.length === 0 ? [] : [`Whole script${inLevel(cell)}, thinking included, p50: ${seen.join(', ')}.`];
  });
}

const inLevel = ({ cell }: CellSummary): string => (cell.level === '' ? '' : ` at ${cell.level}`);

/** Which arms rest on fewer trials than were made. */
const validityNotes = (cell: CellSummary): readonly string[] =>
  cell.arms
    .filter(({ invalidTrials }) => invalidTrials > 0)
    .map(({ armId, validTrials, invalidTrials }) => {
      const all = validTrials + invalidTrials;
      return `${armTitle(armId)}${inLevel(cell)}: ${whole(validTrials)} of ${whole(all)} trials valid.`;
    });
