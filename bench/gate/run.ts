/** Made-up runs of base and head: two variants with a median and a processor time each, four metrics together. */
import type { Random } from '#dist/scenario/random.js';
import { noiseOf, type NoiseProfile } from './noise.js';

const VARIANTS = 2;
const METRICS_EACH = 2;
/** Of the family. The first is the median of the first variant: the one that is made worse. */
export const METRICS = VARIANTS * METRICS_EACH;

/** Logarithms of the values, one list of `METRICS` numbers per trial of each side. */
export interface Sides {
  readonly base: readonly (readonly number[])[];
  readonly head: readonly (readonly number[])[];
}

/** What head adds to each metric, in logarithms. */
export type Change = readonly number[];

export const unchanged: Change = Array.from({ length: METRICS }, () => 0);
/** One metric of the family is worse by this share, the others are as they were. */
export const oneWorse = (share: number): Change =>
  unchanged.map((none, metric) => (metric === 0 ? Math.log1p(share) : none));
export const allWorse = (share: number): Change => unchanged.map(() => Math.log1p(share));

/** Base and head of each variant one right after the other, in each four blocks as often the one first as the other. */
export function interleaved(profile: NoiseProfile, pairs: number, change: Change, random: Random): Sides {
  const noise = noiseOf(profile, METRICS_EACH, random);
  const orders = Array.from({ length: VARIANTS }, () => balancedOrders(pairs, random));
  const base: number[][] = [];
  const head: number[][] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const [baseValues, headValues]: [number[], number[]] = [[], []];
    for (const order of orders) {
      const headFirst = order[pair] === true;
      const [first, second] = [noise.trial(false), noise.trial(true)];
      baseValues.push(...(headFirst ? second : first));
      headValues.push(...(headFirst ? first : second));
    }
    base.push(baseValues);
    head.push(changed(headValues, change));
  }
  return { base, head };
}

/** Whether head goes first, pair by pair. */
function balancedOrders(pairs: number, random: Random): readonly boolean[] {
  const orders: boolean[] = [];
  while (orders.length < pairs) {
    const left = pairs - orders.length;
    orders.push(...random.shuffled(left >= 4 ? [true, true, false, false] : [true, false].slice(0, left)));
  }
  return orders;
}

/** All of base, then all of head, on one machine. */
export function oneAfterTheOther(profile: NoiseProfile, trials: number, change: Change, random: Random): Sides {
  const noise = noiseOf(profile, METRICS_EACH, random);
  const side = (): number[][] => Array.from({ length: trials }, () => trialOfAll(() => noise.trial(false)));
  return { base: side(), head: side().map((values) => changed(values, change)) };
}

/** Base was measured some other day, or on another machine of the same kind. */
export function againstStored(profile: NoiseProfile, trials: number, change: Change, random: Random): Sides {
  const side = (): number[][] => {
    const noise = noiseOf(profile, METRICS_EACH, random);
    return Array.from({ length: trials }, () => trialOfAll(() => noise.trial(false)));
  };
  return { base: side(), head: side().map((values) => changed(values, change)) };
}

const trialOfAll = (trial: () => readonly number[]): number[] => Array.from({ length: VARIANTS }, trial).flat();

const changed = (values: readonly number[], change: Change): number[] =>
  values.map((value, metric) => value + (change[metric] ?? 0));
