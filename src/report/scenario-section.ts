/** What was measured, scenario by scenario: numbers in rows of arms, one group per level, ratios below each group. */
import { armTitle, isAgainstTargets } from '../claims/arms.ts';
import { estimateOf } from '../claims/evidence.ts';
import { oneOfEachNetwork } from '../scenario/article-sides.ts';
import { hasCalls, hasPushes } from '../scenario/directions.ts';
import { type Arm, isPlanned } from '../scenario/plan.ts';
import {
  rate,
  significant,
  sizePair,
  time,
  times,
  timesWithInterval,
  timeWithInterval,
  whole,
} from '../claims/quantity.ts';
import { whyUnsupported } from '../result/record.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { baseOf } from '../stats/arm-pairs.ts';
import type { CellSummary, Estimate, MetricName, Summary } from '../stats/summary.ts';
import { inLevel, noNumber, numberOr, shownComparison } from './cell-text.ts';
import { pairWords, ratioName, ratioText } from './comparison-text.ts';
import { groupBy } from './group-by.ts';
import { interferenceNotes } from './interference-text.ts';
import { ceilingNotes } from './ceiling-notes.ts';
import { lagNotes } from './lag-notes.ts';
import { teamNotes } from './team-notes.ts';
import { hasLongScripts, loadText } from './load-text.ts';
import {
  driverNotes,
  hasReceivers,
  isForReceivers,
  RECEIVER_HEADS,
  RECEIVER_LEGEND,
  RECEIVER_RATIOS,
  receiverTexts,
} from './receivers.ts';

/** One scenario's numbers, as text, not yet escaped. */
export interface ScenarioSection {
  readonly name: string;
  readonly title: string;
  /** How the endpoint is loaded; empty where the levels differ in that. */
  readonly load: string;
  /** Calls, pushes and their receivers, one after the other, as far as there are any. */
  readonly blocks: readonly Block[];
  /** What must be said about the numbers: trials that are missing, whole scripts. */
  readonly notes: readonly string[];
}

/** The numbers of one kind of thing that happened. */
export interface Block {
  readonly what: 'calls' | 'pushes' | 'receivers';
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
  /** Every other arm against the first, in words; empty where the rows have a column for it. */
  readonly ratios: readonly string[];
}

/** With more arms than this a ratio has a column instead of a line, and the p90 and the slowest call make room for it. */
const MOST_ARMS_IN_FULL = 4;
const isCompact = ({ arms }: Summary): boolean => arms.length > MOST_ARMS_IN_FULL;

/** One line each: how the tables are to be read. */
export const legendOf = (summary: Summary): readonly string[] => [
  ...layoutLegend(sectionCells(summary).map((cells) => isCompact(lookedAt(summary, cells)))),
  ...(isOverSeveralNetworks(summary)
    ? ['÷ is within one network only: what differs by a network says nothing about a transport.']
    : []),
  ...(sectionCells(summary).some(isForReceivers) ? [RECEIVER_LEGEND] : []),
  ...(isAgainstTargets(summary) ? ['n/a: cannot be known of a server that is somebody else’s.'] : []),
];

/** A run over many arms may hold scenarios that only a few of them went through. */
function layoutLegend(compact: readonly boolean[]): readonly string[] {
  if (compact.length > 0 && compact.every((one) => one)) return COMPACT_LEGEND;
  return compact.includes(true) ? [...LEGEND, COMPACT_RATIO] : LEGEND;
}

const COMPACT_RATIO =
  '÷ in a column: the p50 in units of the first arm’s over the same network; p90 and the slowest are in the record.';

const LEGEND: readonly string[] = [
  'p50, p90, p99: 50, 90, 99 of 100 were this fast or faster (median of the trials).',
  '[ ]: where the true p50 lies. max: the slowest of all. A p99 of under 1,000 is its slowest few.',
  'bytes: on the wire per call with its answer, or per event: up to the server/down.',
  'CPU: µs per call or event, endpoint/driver. events/s: deliveries, to each listener one.',
  '÷: one arm in units of another, from pairs of neighbouring trials. –: not to be had.',
];

const COMPACT_LEGEND: readonly string[] = [
  'p50, p99: 50, 99 of 100 were this fast or faster (median of the trials).',
  '÷: the p50 in units of the first arm’s, from pairs of neighbouring trials, with its interval.',
  'bytes: on the wire per call with its answer, or per event: up to the server/down.',
  'CPU: µs per call or event, endpoint/driver. events/s: deliveries, to each listener one.',
  '–: not to be had. p90, the slowest, and the other ratios are in the record.',
];

/** The sections in the order in which the plan has the scenarios. */
export const scenarioSections = (summary: Summary): readonly ScenarioSection[] =>
  sectionCells(summary).flatMap((cells) => {
    const [first] = cells;
    return first === undefined ? [] : [sectionOf(lookedAt(summary, cells), first.cell.scenario, cells)];
  });

/** The summary of those arms that were to go through some of the cells, or could not. */
function lookedAt(summary: Summary, cells: readonly CellSummary[]): Summary {
  const { record } = summary;
  const concerns = ({ id }: Arm): boolean =>
    cells.some(({ cell }) => isPlanned(record.plan, id, cell.id) || whyUnsupported(record, id, cell.id) !== undefined);
  return { ...summary, arms: summary.arms.filter(concerns) };
}

/** The cells of each scenario. */
const sectionCells = ({ cells }: Summary): readonly (readonly CellSummary[])[] => [
  ...groupBy(cells, ({ cell }) => cell.scenario.name).values(),
];

const sectionOf = (summary: Summary, scenario: Scenario, cells: readonly CellSummary[]): ScenarioSection => ({
  name: scenario.name,
  title: scenario.title,
  load: isLoadedAlike(cells) ? loadText(scenario) : '',
  blocks: hasNumbers(cells) ? blocksOf(summary, cells) : [],
  notes: [
    ...(hasNumbers(cells) ? [] : ['Nothing here that may be shown.']),
    ...lagNotes(summary, cells),
    ...ceilingNotes(summary, cells),
    ...teamNotes(summary, cells),
    ...scriptNotes(summary, scenario, cells),
    ...interferenceNotes(summary, scenario.name),
    ...driverNotes(summary, cells),
    ...cells.flatMap((cell) => validityNotes(summary, cell)),
    ...unsupportedNotes(summary, cells),
  ],
});

const hasNumbers = (cells: readonly CellSummary[]): boolean =>
  cells.some(({ arms }) => arms.some(({ validTrials }) => validTrials > 0));

const isLoadedAlike = (cells: readonly CellSummary[]): boolean =>
  new Set(cells.map(({ cell }) => loadText(cell.scenario))).size === 1;

/** Calls, pushes, and their receivers, each with the levels that have any. Bytes and CPU are those of a whole level and stand where it comes first. */
function blocksOf(summary: Summary, cells: readonly CellSummary[]): readonly Block[] {
  const seen = new Set<CellSummary>();
  return [CALLS, PUSHES, ...(isForReceivers(cells) ? [RECEIVERS] : [])].flatMap((kind) => {
    const own = cells.filter(({ cell }) => kind.isIn(cell.scenario));
    if (own.length === 0) return [];
    const fresh = new Set(own.filter((cell) => !seen.has(cell)));
    for (const cell of own) seen.add(cell);
    return [blockOf(summary, kind, own, { fresh, isLoadSaid: isLoadedAlike(cells) })];
  });
}

interface Timed {
  readonly what: 'calls' | 'pushes';
  readonly times: 'response-time' | 'delivery';
  readonly rate: MetricName;
  readonly rateHead: string;
}

/** What may happen in a level, once for each thing that is timed. */
type Kind = (Timed | { readonly what: 'receivers' }) & { readonly isIn: (scenario: Scenario) => boolean };

const CALLS: Kind = {
  what: 'calls',
  times: 'response-time',
  rate: 'rate',
  rateHead: 'calls/s',
  isIn: hasCalls,
};
const PUSHES: Kind = {
  what: 'pushes',
  times: 'delivery',
  rate: 'events-rate',
  rateHead: 'events/s',
  isIn: hasPushes,
};
const RECEIVERS: Kind = { what: 'receivers', isIn: hasReceivers };

interface BlockOptions {
  /** Levels that no block before this one has shown. */
  readonly fresh: ReadonlySet<CellSummary>;
  /** The load is the same at all levels and stands above them. */
  readonly isLoadSaid: boolean;
}

const blockOf = (summary: Summary, kind: Kind, cells: readonly CellSummary[], options: BlockOptions): Block => ({
  what: kind.what,
  heads: headsOf(summary, kind, options),
  groups: cells.map((cell) => ({
    level: cell.cell.level,
    load: options.isLoadSaid || !options.fresh.has(cell) ? '' : loadText(cell.cell.scenario),
    rows: summary.arms.map((arm) => [arm.title, ...numbersOf(summary, kind, { cell, arm }, options)]),
    ratios: isCompact(summary) ? [] : ratiosOf(summary, kind, cell, options),
  })),
});

function headsOf(summary: Summary, kind: Kind, { fresh }: BlockOptions): readonly string[] {
  if (kind.what === 'receivers') return RECEIVER_HEADS;
  const spans = isCompact(summary) ? ['p50', ratioHead(summary), 'p99'] : ['p50 [interval]', 'p90', 'p99', 'max'];
  return [...spans, kind.rateHead, ...(fresh.size > 0 ? ['bytes up/down', 'CPU µs'] : [])];
}

interface ArmInCell {
  readonly cell: CellSummary;
  readonly arm: Arm;
}

function numbersOf(summary: Summary, kind: Kind, { cell, arm }: ArmInCell, { fresh }: BlockOptions): readonly string[] {
  if (kind.what === 'receivers') return receiverTexts(cell, arm);
  return [
    ...(isCompact(summary) ? compactTimes(summary, kind, cell, arm) : timesOf(kind, cell, arm)),
    ...numberOr(arm, estimateOf(cell, arm.id, kind.rate)?.value, rate),
    ...(fresh.size > 0 ? costsOf(cell, arm) : []),
  ];
}

/** Longer titles would make the column wider than its numbers. */
const LONGEST_IN_HEAD = 10;

const isOverSeveralNetworks = ({ arms }: Summary): boolean => oneOfEachNetwork(arms).length > 1;

const ratioHead = (summary: Summary): string => {
  const [first] = summary.arms;
  return !isOverSeveralNetworks(summary) && first !== undefined && first.title.length <= LONGEST_IN_HEAD
    ? `÷ ${first.title}`
    : '÷ first';
};

function timesOf(kind: Timed, cell: CellSummary, arm: Arm): readonly string[] {
  const of = (part: 'p50' | 'p90' | 'p99' | 'max'): Estimate | undefined =>
    estimateOf(cell, arm.id, `${kind.times}.${part}`);
  const p50 = of('p50');
  // The slowest of all trials: a median of maxima would be no maximum.
  const slowest = of('max');
  return [
    p50 === undefined ? noNumber(arm) : timeWithInterval(p50),
    ...numberOr(arm, of('p90')?.value, time),
    ...numberOr(arm, of('p99')?.value, time),
    ...numberOr(arm, slowest && Math.max(...slowest.values), time),
  ];
}

function compactTimes({ arms }: Summary, kind: Timed, cell: CellSummary, arm: Arm): readonly string[] {
  const first = baseOf(arms, arm);
  const comparison = shownComparison(cell, `${kind.times}.p50`, { armId: arm.id, baseArmId: first.id });
  const ratio =
    comparison === undefined
      ? undefined
      : timesWithInterval({ value: comparison.ratio, low: comparison.low95, high: comparison.high95 });
  return [
    ...numberOr(arm, estimateOf(cell, arm.id, `${kind.times}.p50`)?.value, time),
    arm === first ? times(1) : (ratio ?? noNumber(arm)),
    ...numberOr(arm, estimateOf(cell, arm.id, `${kind.times}.p99`)?.value, time),
  ];
}

function costsOf(cell: CellSummary, arm: Arm): readonly string[] {
  const up = estimateOf(cell, arm.id, 'wire-up-per-message')?.value;
  const down = estimateOf(cell, arm.id, 'wire-down-per-message')?.value;
  const endpoint = estimateOf(cell, arm.id, 'endpoint-cpu-per-message')?.value;
  const driver = estimateOf(cell, arm.id, 'driver-cpu-per-message')?.value;
  const none = noNumber(arm);
  const bytes = up === undefined && down === undefined ? none : sizePair(up ?? 0, down ?? 0);
  return [bytes, endpoint === undefined && driver === undefined ? none : costPair(endpoint, driver, none)];
}

/** Microseconds without their unit, as the head says; milliseconds with it where both are that long. */
function costPair(endpoint: number | undefined, driver: number | undefined, none: string): string {
  const long = (endpoint ?? 0) >= 1000 && (driver ?? 0) >= 1000;
  const number = (value: number | undefined): string =>
    value === undefined ? none : significant(long ? value / 1000 : value);
  return `${number(endpoint)}/${number(driver)}${long ? ' ms' : ''}`;
}

/** The median always; the rate where it is not given by the calendar; the endpoint's processor time, once for a level. */
function ratiosShown(kind: Kind, cell: CellSummary, { fresh }: BlockOptions): typeof RECEIVER_RATIOS {
  if (kind.what === 'receivers') return RECEIVER_RATIOS;
  const free = kind.what === 'calls' && cell.cell.scenario.load.kind === 'closed';
  return [
    { metric: `${kind.times}.p50`, label: 'p50' },
    ...(free ? [{ metric: 'rate', label: 'rate' } as const] : []),
    ...(fresh.has(cell) ? [{ metric: 'endpoint-cpu-per-message', label: 'CPU' } as const] : []),
  ];
}

function ratiosOf(summary: Summary, kind: Kind, cell: CellSummary, options: BlockOptions): readonly string[] {
  const shown = ratiosShown(kind, cell, options);
  return summary.arms.flatMap((arm) => {
    const [armId, baseArmId] = [arm.id, baseOf(summary.arms, arm).id];
    const found = shown.flatMap(({ metric, label }) => {
      const comparison = shownComparison(cell, metric, { armId, baseArmId });
      return comparison === undefined ? [] : [{ comparison, text: `${label} ${ratioText(comparison)}` }];
    });
    const [first] = found;
    if (first === undefined) return [];
    return [
      `${ratioName(summary, first.comparison)}: ${found.map(({ text }) => text).join(' · ')} (${pairWords(first.comparison)})`,
    ];
  });
}

/** How long a whole script took, where it is more than one call. */
function scriptNotes(summary: Summary, scenario: Scenario, cells: readonly CellSummary[]): readonly string[] {
  if (!hasLongScripts(scenario)) return [];
  return cells.flatMap((cell) => {
    const seen = cell.arms.flatMap(({ armId }) => {
      const p50 = estimateOf(cell, armId, 'script-time.p50');
      return p50 === undefined ? [] : [`${armTitle(summary, armId)} ${time(p50.value)}`];
    });
    return seen.length === 0 ? [] : [`Whole script${inLevel(cell)}, thinking included, p50: ${seen.join(', ')}.`];
  });
}

/** Which arms rest on fewer trials than were made. */
const validityNotes = (summary: Summary, cell: CellSummary): readonly string[] =>
  cell.arms
    .filter(({ invalidTrials }) => invalidTrials > 0)
    .map(({ armId, validTrials, invalidTrials }) => {
      const all = validTrials + invalidTrials;
      return `${armTitle(summary, armId)}${inLevel(cell)}: ${whole(validTrials)} of ${whole(all)} trials valid.`;
    });

/** Which arms cannot do what the scenario asks, with the reason. */
const unsupportedNotes = ({ record, arms }: Summary, cells: readonly CellSummary[]): readonly string[] =>
  arms.flatMap((arm) => {
    const reasons = cells.flatMap(({ cell }) => whyUnsupported(record, arm.id, cell.id) ?? []);
    return [...new Set(reasons)].map((reason) => `${arm.title}: unsupported: ${reason}.`);
  });
