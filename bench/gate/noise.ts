/**
 * What a machine does to the values of trials, as a model: a slow wander, a trend, a neighbour that comes and goes, what
 * going second costs, what each fresh pair of processes happens to be like, and now and then a trial that is far too
 * slow. In logarithms, so that 0.02 is 2 %. The numbers are assumptions: they bracket machines that we have seen.
 */
import { type Random, seededRandom } from '#dist/scenario/random.js';

export interface NoiseProfile {
  readonly name: string;
  /** Standard deviation of what two fresh pairs of processes of the same program differ by. */
  readonly processSd: number;
  /** Share of values that are far too slow, and by how much on average (exponentially distributed). */
  readonly outlierShare: number;
  readonly outlierMean: number;
  /** Stationary standard deviation of the slow wander. */
  readonly driftSd: number;
  /** Standard deviation, over runs, of the trend from the first trial of a run to the hundredth. */
  readonly trendSd: number;
  /** What a busy neighbour costs. */
  readonly neighbour: number;
  /** What going second in a pair costs. */
  readonly second: number;
  /** Standard deviation of two machines of the same kind, or of one machine on two days. */
  readonly machineSd: number;
}

/** A machine of one's own that does nothing else. */
export const QUIET: NoiseProfile = {
  name: 'quiet',
  processSd: 0.01,
  outlierShare: 0.01,
  outlierMean: 0.05,
  driftSd: 0.01,
  trendSd: 0.01,
  neighbour: 0.02,
  second: 0.005,
  machineSd: 0.03,
};

/** A runner of a continuous integration service. */
export const CI: NoiseProfile = {
  name: 'ci',
  processSd: 0.02,
  outlierShare: 0.05,
  outlierMean: 0.15,
  driftSd: 0.03,
  trendSd: 0.03,
  neighbour: 0.1,
  second: 0.01,
  machineSd: 0.08,
};

/** A machine that is shared with others who are busy; or the tail of the distribution on a better one. */
export const NOISY: NoiseProfile = {
  name: 'noisy',
  processSd: 0.08,
  outlierShare: 0.1,
  outlierMean: 0.5,
  driftSd: 0.06,
  trendSd: 0.05,
  neighbour: 0.25,
  second: 0.02,
  machineSd: 0.12,
};

/** How much of the wander is left in the next trial. */
const MEMORY = 0.98;
/** Chance per trial that a neighbour comes, and that it goes: it is there for a quarter of the time, fifteen trials long. */
const NEIGHBOUR_COMES = 1 / 45;
const NEIGHBOUR_GOES = 1 / 15;
/** Share of the processes' own variance that all metrics of a trial have in common. */
const COMMON = 0.5;

export interface Noise {
  /** The next trial in time: one logarithm for each metric. `isSecond` in its pair. */
  trial(isSecond: boolean): readonly number[];
}

/** One machine on one day. */
export function noiseOf(profile: NoiseProfile, metrics: number, random: Random): Noise {
  const machine = profile.machineSd * normal(random);
  const slope = (profile.trendSd * normal(random)) / 100;
  let drift = profile.driftSd * normal(random);
  let isBusy = random.uniform() < NEIGHBOUR_COMES / (NEIGHBOUR_COMES + NEIGHBOUR_GOES);
  let count = 0;
  const weather = (): number => {
    drift = MEMORY * drift + profile.driftSd * Math.sqrt(1 - MEMORY ** 2) * normal(random);
    isBusy = isBusy ? random.uniform() >= NEIGHBOUR_GOES : random.uniform() < NEIGHBOUR_COMES;
    count += 1;
    return machine + drift + slope * count + (isBusy ? Math.log1p(profile.neighbour) : 0);
  };
  return {
    trial: (isSecond) => {
      const shared =
        weather() + (isSecond ? profile.second : 0) + profile.processSd * Math.sqrt(COMMON) * normal(random);
      return Array.from({ length: metrics }, () => shared + ownOf(profile, random));
    },
  };
}

/** What one value has for itself. */
function ownOf({ processSd, outlierShare, outlierMean }: NoiseProfile, random: Random): number {
  const own = processSd * Math.sqrt(1 - COMMON) * normal(random);
  return random.uniform() < outlierShare ? own + Math.log1p(outlierMean * random.exponential()) : own;
}

/** Box and Muller 1958. */
const normal = (random: Random): number =>
  Math.sqrt(2 * random.exponential()) * Math.cos(2 * Math.PI * random.uniform());

/** A stream of its own for each replicate. */
export const randomOf = (seed: number, replicate: number): Random =>
  seededRandom(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(replicate + 1, 0x85eb_ca6b));
