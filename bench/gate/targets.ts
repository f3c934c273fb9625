/** What the gate is to keep, as lines that say what was seen. */
import { CI, NOISY, type NoiseProfile, QUIET } from './noise.js';
import { OURS } from './rules.js';
import { type Change, oneWorse, unchanged } from './run.js';
import { coverageOf, type Replicates, sharesOf } from './simulate.js';

export interface TargetLine {
  readonly isKept: boolean;
  readonly text: string;
}

export type Target = (replicates: Replicates) => TargetLine;

const MOST_FALSE_ALARMS = 0.01;
const FEWEST_OF_5_PERCENT = 0.9;
const FEWEST_OF_10_PERCENT = 0.99;
const COVERAGE = { least: 0.94, most: 0.975 } as const;
export const COVERED_PAIRS = [12, 20, 30] as const;
export const PROFILES: readonly NoiseProfile[] = [QUIET, CI, NOISY];

export const TARGETS: readonly Target[] = [
  ...PROFILES.map(falseAlarms),
  detection(CI, 0.05, FEWEST_OF_5_PERCENT),
  detection(CI, 0.1, FEWEST_OF_10_PERCENT),
  ...PROFILES.flatMap((profile) => COVERED_PAIRS.map((pairs) => coverage(profile, pairs))),
];

function falseAlarms(profile: NoiseProfile): Target {
  return (replicates) => {
    const seen = failShare(profile, unchanged, replicates);
    return {
      isKept: seen <= MOST_FALSE_ALARMS,
      text: `${profile.name}: false alarms ${percent(seen)} of runs, at most ${percent(MOST_FALSE_ALARMS)}`,
    };
  };
}

function detection(profile: NoiseProfile, share: number, least: number): Target {
  return (replicates) => {
    const seen = failShare(profile, oneWorse(share), replicates);
    return {
      isKept: seen >= least,
      text: `${profile.name}: one median of four metrics worse by ${percent(share)} is found in ${percent(seen)} of runs, at least ${percent(least)}`,
    };
  };
}

function coverage(profile: NoiseProfile, pairs: number): Target {
  return (replicates) => {
    const { seen } = coverageOf(profile, pairs, replicates);
    return {
      isKept: seen >= COVERAGE.least && seen <= COVERAGE.most,
      text: `${profile.name}: the interval at 95 % of ${pairs} pairs holds the truth in ${percent(seen)}, from ${percent(COVERAGE.least)} to ${percent(COVERAGE.most)}`,
    };
  };
}

const failShare = (profile: NoiseProfile, change: Change, replicates: Replicates): number =>
  sharesOf(OURS, profile, change, replicates).fail;

/** 0.0123 → `1.2 %`; below a tenth of a percent with one digit more. */
export const percent = (share: number): string =>
  `${(share * 100).toFixed(share > 0 && share < 0.001 ? 2 : 1).replace(/\.0$/, '')} %`;
