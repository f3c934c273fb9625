/** Which metrics of base and head may make a run fail: few, and fixed before it starts. */
import { type BuildPair, buildPairs } from '../scenario/builds.ts';
import { hasBoth, hasCalls, hasPushes } from '../scenario/directions.ts';
import type { GatedComparison } from '../scenario/gate.ts';
import type { MetricName } from '../scenario/metric.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Cell, Scenario, Step } from '../scenario/scenario.ts';
import { isTally } from '../stats/counted.ts';
import { defaultLimitsOf } from './defaults.ts';
import { fewestPairs, largestFamily } from './look.ts';

export interface FamilyOptions {
  readonly arms: readonly Arm[];
  readonly cells: readonly Cell[];
  /** Cells that an arm cannot run. */
  readonly impossible: readonly { readonly armId: string; readonly cellId: string | null }[];
  /** In place of the usual ones; counted bytes are gated besides. */
  readonly metrics?: readonly MetricName[] | undefined;
  /** Margin of every metric, a share above 0; absent: each metric's usual one. */
  readonly maxRegression?: number | undefined;
  /** Whether the arm's server tells, or shows, what processor time it takes. */
  readonly knowsProcessorTime: (arm: Arm) => boolean;
}

/** A change for the worse that is no failure, as a part of the margin: 3 % of 5 %. */
const FLOOR_OF_MARGIN = 0.6;
const BYTES = ['wire-up-per-message', 'wire-down-per-message'] as const satisfies readonly MetricName[];

/** Every metric of every pair of arms in every cell that both can run. */
export function pairFamily(options: FamilyOptions): readonly GatedComparison[] {
  return options.cells.flatMap((cell) =>
    buildPairs(options.arms)
      .filter(({ base, head }) => [base, head].every(({ id }) => canRun(options, id, cell.id)))
      .flatMap((pair) => ofPair(pair, cell, options)),
  );
}

const canRun = ({ impossible }: FamilyOptions, arm: string, cell: string): boolean =>
  !impossible.some(({ armId, cellId }) => armId === arm && cellId === cell);

function ofPair({ base, head }: BuildPair, cell: Cell, options: FamilyOptions): readonly GatedComparison[] {
  const timed = options.metrics ?? usualMetrics(cell.scenario, head, options);
  // A socket counts bytes, not whose they are: where calls and events share it, nothing is per message.
  const counted = hasBoth(cell.scenario) ? [] : BYTES;
  return [...new Set<MetricName>([...timed, ...counted, ...talliesOf(cell.scenario)])].map((metric) => ({
    cellId: cell.id,
    armId: head.id,
    baseArmId: base.id,
    metric,
    ...limitsOf(metric, options.maxRegression),
    exact: isTally(metric) || (BYTES.some((name) => name === metric) && isCountedFor(head, cell.scenario)),
  }));
}

/** A build that fails calls, or loses events, is worse however quick it is with the others. */
const talliesOf = (scenario: Scenario): readonly MetricName[] => [
  ...(hasCalls(scenario) ? (['calls-failed'] as const) : []),
  ...(hasPushes(scenario) ? (['events-lost'] as const) : []),
];

/** What is timed, where nobody says otherwise: the median wait of whoever asks or listens, and what it takes of the processor. */
const usualMetrics = (scenario: Scenario, head: Arm, { knowsProcessorTime }: FamilyOptions): readonly MetricName[] => [
  hasCalls(scenario) ? 'response-time.p50' : 'delivery.p50',
  ...(knowsProcessorTime(head) ? (['endpoint-cpu-per-message'] as const) : []),
];

/** By what a metric of two builds is judged, where a margin was said for all of them and where none was. */
export const limitsOf = (metric: MetricName, maxRegression: number | undefined) =>
  maxRegression === undefined
    ? defaultLimitsOf(metric)
    : { floor: FLOOR_OF_MARGIN * maxRegression, margin: maxRegression };

/**
 * Whether bytes per message are the same in every trial unless the code changes them. Not where what a server answers is
 * its own affair, where sizes follow from contents (compression), where records and flow control come as they may (TLS,
 * HTTP/2), or where messages of several sizes are mixed: such bytes may be a sample, and are judged as one unless they turn
 * out to be the same in all trials of a side.
 */
const isCountedFor = ({ variant }: Arm, scenario: Scenario): boolean =>
  variant.target === 'embedded' &&
  variant.compression === 'off' &&
  variant.http === '1.1' &&
  !variant.tls &&
  isOfOneSize(scenario);

function isOfOneSize({ scripts, publish, load }: Scenario): boolean {
  const exchanges = load.kind === 'none' ? [] : scripts.flatMap(({ steps }) => steps.filter(isExchange));
  const sizes = new Set([
    ...exchanges.map((step) => JSON.stringify(step)),
    ...publish.map(({ payloadBytes }) => payloadBytes),
  ]);
  return sizes.size === 1 && exchanges.every((step) => step.kind !== 'call' || step.argument.kind === 'filler');
}

const isExchange = (step: Step): boolean => step.kind !== 'think' && step.kind !== 'wait';

/**
 * Why so many timed metrics cannot be judged at these looks, in words; `undefined` when they can. The smallest p that N
 * pairs can give is 2^−N, and Holm's procedure asks for α of the look divided by the number of metrics.
 */
export function tooLarge(
  family: readonly Pick<GatedComparison, 'exact'>[],
  { looks, alpha }: { readonly looks: readonly number[]; readonly alpha: number },
): string | undefined {
  const timed = family.filter(({ exact }) => !exact).length;
  const [first = 0] = looks;
  const alphaLook = alpha / looks.length;
  if (timed <= largestFamily(first, alphaLook)) return undefined;
  const what = `${timed === 1 ? '1 metric' : `${timed} metrics at once`}, with an alpha of ${alpha}`;
  const shared = looks.length === 1 ? '' : ` over ${looks.length} looks`;
  const pairs = first === 1 ? '1 pair is' : `${first} pairs are`;
  return `${pairs} too few for a first look at ${what}${shared}: it takes ${fewestPairs(timed, alphaLook)} or more before ${timed === 1 ? 'it' : 'any of them'} could fail`;
}
