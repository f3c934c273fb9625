/** The time of a call taken apart: what each layer adds to the one below it, from steps of the same repetition. */
import type { StudyData } from '../result/study-data.ts';
import { CLIENT_STACKS, type ClientStack } from '../scenario/variant.ts';
import { estimate } from './estimate.ts';
import { LEVEL } from './ratio-words.ts';
import type { StudyStep } from './study-steps.ts';
import type { Estimate } from './summary.ts';

type Data = StudyData['attribution'];
export type AttributionStep = StudyStep<Data>;

/** What a call's time is made of, from the bottom. */
export const LAYERS = ['floor', 'protocol', 'library', 'sdk', 'handler'] as const;
export type Layer = (typeof LAYERS)[number];

/** One transport's call, all times in nanoseconds of the median. */
export interface Attribution {
  readonly armId: string;
  /** Absent where what it is the difference of was not measured. */
  readonly layers: Readonly<Partial<Record<Layer, Estimate>>>;
  /** Through the highest stack that was measured. */
  readonly whole: Estimate;
  readonly wholeStack: ClientStack;
  /** The whole without the sum of its layers' medians, which need not be 0: medians of differences do not add up exactly. */
  readonly restNs: number;
  /** Whether the sum lies within the interval of the whole. */
  readonly addsUp: boolean;
}

/** By repetition. */
type Series = ReadonlyMap<number, number>;

/** The value of each repetition in which the part was measured. */
export function seriesOf(
  steps: readonly AttributionStep[],
  { arm, part }: { readonly arm?: string; readonly part: string },
  valueOf: (data: Data) => number | null = ({ p50Ns }) => p50Ns,
): Series {
  const series = new Map<number, number>();
  for (const { subject, repetition, outcome } of steps) {
    if (subject['arm'] !== arm || subject['part'] !== part || subject['placement'] !== undefined) continue;
    const value = outcome.status === 'measured' ? valueOf(outcome.data) : null;
    if (value !== null) series.set(repetition, value);
  }
  return series;
}

/** Combined repetition by repetition, over those that all have. */
export function paired(
  series: readonly Series[],
  combine: (...values: readonly number[]) => number,
): Estimate | undefined {
  const [first] = series;
  if (first === undefined) return undefined;
  const values = [...first.keys()].flatMap((repetition) => {
    const found = series.flatMap((one) => one.get(repetition) ?? []);
    return found.length === series.length ? [combine(...found)] : [];
  });
  return estimate(values);
}

/** One arm's call taken apart; `undefined` where no stack was measured. */
export function attributionOf(steps: readonly AttributionStep[], armId: string): Attribution | undefined {
  const through = (part: string): Series => seriesOf(steps, { arm: armId, part });
  const [floor, lean, stock, sdk] = ['echo', 'lean', 'stock', 'sdk'].map(through) as [Series, Series, Series, Series];
  const handler = seriesOf(steps, { part: 'handler' });
  const wholeStack = ([...CLIENT_STACKS] as ClientStack[])
    .toSorted((a, b) => HEIGHT[b] - HEIGHT[a])
    .find((stack) => through(stack).size > 0);
  const whole = wholeStack === undefined ? undefined : estimate([...through(wholeStack).values()]);
  if (wholeStack === undefined || whole === undefined) return undefined;
  const layers: Partial<Record<Layer, Estimate>> = {
    ...known('floor', estimate([...floor.values()])),
    ...known(
      'protocol',
      paired([lean, floor, handler], (a = 0, b = 0, c = 0) => a - b - c),
    ),
    ...known(
      'library',
      paired([stock, lean], (a = 0, b = 0) => a - b),
    ),
    ...known(
      'sdk',
      paired([sdk, stock], (a = 0, b = 0) => a - b),
    ),
    ...known('handler', estimate([...handler.values()])),
  };
  const sum = LAYERS.reduce((total, layer) => total + (layers[layer]?.value ?? 0), 0);
  return { armId, layers, whole, wholeStack, restNs: whole.value - sum, addsUp: sum >= whole.low && sum <= whole.high };
}

/** Which stack stands on which. */
const HEIGHT: Readonly<Record<ClientStack, number>> = { lean: 0, stock: 1, sdk: 2 };

const known = (layer: Layer, value: Estimate | undefined): Partial<Record<Layer, Estimate>> =>
  value === undefined ? {} : { [layer]: value };

/** How many times as long a call of one arm takes as one of the other through the same stack. */
export interface StackRatio {
  readonly stack: ClientStack;
  readonly ratio: Estimate;
}

/** Lean first, for the stacks that both arms have. */
export function stackRatios(
  steps: readonly AttributionStep[],
  armId: string,
  baseArmId: string,
): readonly StackRatio[] {
  return (['lean', 'stock', 'sdk'] as const).flatMap((stack) => {
    const series = [armId, baseArmId].map((arm) => seriesOf(steps, { arm, part: stack }));
    const ratio = paired(series, (a = 0, b = 1) => a / b);
    return ratio === undefined ? [] : [{ stack, ratio }];
  });
}

/** What became of a difference between two arms on the way up the stacks. */
export type Verdict =
  /** More than half of it is there through lean clients already. */
  | 'transport'
  /** Less than half of it is. */
  | 'client'
  /** The intervals do not tell. */
  | 'undecided';

/** Which side of 0 the whole interval lies on; `undefined` where it holds 0, or is of a lower level, as of fewer than six repetitions. */
const signOf = ({ low, high, coverage }: Estimate): 1 | -1 | undefined => {
  if (coverage < LEVEL) return undefined;
  return low > 0 ? 1 : high < 0 ? -1 : undefined;
};

/** Whose the difference between two arms is: of the highest stack's, how much is there without a library. */
export function whoseDifference(steps: readonly AttributionStep[], armId: string, baseArmId: string): Verdict {
  const top = (['sdk', 'stock'] as const).find(
    (stack) =>
      seriesOf(steps, { arm: armId, part: stack }).size > 0 &&
      seriesOf(steps, { arm: baseArmId, part: stack }).size > 0,
  );
  if (top === undefined) return 'undecided';
  const series = [
    seriesOf(steps, { arm: armId, part: 'lean' }),
    seriesOf(steps, { arm: baseArmId, part: 'lean' }),
    seriesOf(steps, { arm: armId, part: top }),
    seriesOf(steps, { arm: baseArmId, part: top }),
  ];
  const difference = paired(series.slice(2), (a = 0, b = 0) => a - b);
  const sign = difference && signOf(difference);
  if (sign === undefined) return 'undecided';
  // More than half without a library: the lean difference taken twice is above that of the whole.
  const excess = paired(series, (a = 0, b = 0, c = 0, d = 0) => sign * (2 * (a - b) - (c - d)));
  const more = excess && signOf(excess);
  return more === undefined ? 'undecided' : more > 0 ? 'transport' : 'client';
}
