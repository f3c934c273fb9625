/** What `npm run bench:gate` prints at length, in short: enough replicates to notice a gate that is broken, not to say how good it is. */
import { describe, expect, it } from 'vitest';
import { CI, NOISY, noiseOf, type NoiseProfile, QUIET, randomOf } from '../bench/gate/noise.js';
import { OTHERS, OURS } from '../bench/gate/rules.js';
import { allWorse, interleaved, METRICS, oneWorse, unchanged } from '../bench/gate/run.js';
import { coverageOf, sharesOf } from '../bench/gate/simulate.js';
import { TARGETS } from '../bench/gate/targets.js';

const SEED = 5;
const SHORT = { count: 400, seed: SEED };
const LONG = { count: 2_000, seed: SEED };

/** A machine with nothing but what two fresh pairs of processes differ by. */
const STILL: NoiseProfile = {
  name: 'still',
  processSd: 0.02,
  outlierShare: 0,
  outlierMean: 0,
  driftSd: 0,
  trendSd: 0,
  neighbour: 0,
  second: 0,
  machineSd: 0,
};

describe('the gate, simulated', () => {
  it.each([QUIET, CI, NOISY])('on a $name machine, raises a false alarm in at most one run of a hundred', (profile) => {
    expect(sharesOf(OURS, profile, unchanged, SHORT).fail).toBeLessThanOrEqual(0.01);
  });

  it('finds one median of four that is worse by 5 % and by 10 %', () => {
    expect(sharesOf(OURS, CI, oneWorse(0.05), SHORT).fail).toBeGreaterThan(0.9);
    expect(sharesOf(OURS, CI, oneWorse(0.1), SHORT).fail).toBeGreaterThan(0.99);
  });

  it('never lets a change of 10 % pass as proven, and proves what did not change', () => {
    expect(sharesOf(OURS, CI, oneWorse(0.1), SHORT).pass).toBe(0);
    expect(sharesOf(OURS, CI, oneWorse(0.05), SHORT).pass).toBeLessThan(0.05);
    const clean = sharesOf(OURS, CI, unchanged, SHORT);
    expect(clean.pass).toBeGreaterThan(0.95);
    expect(clean.meanPairs).toBeLessThan(20);
  });

  it('says that it does not know where the machine is too noisy, and takes all its pairs for that', () => {
    const { inconclusive, meanPairs } = sharesOf(OURS, NOISY, unchanged, SHORT);
    expect(inconclusive).toBeGreaterThan(0.9);
    expect(meanPairs).toBeGreaterThan(28);
  });

  it('keeps the other rules from being mistaken for it: each of them alarms more than one clean run in twenty', () => {
    expect(OTHERS).toHaveLength(4);
    for (const rule of OTHERS)
      expect(sharesOf(rule, CI, unchanged, { ...SHORT, count: 100 }).fail, rule.name).toBeGreaterThan(0.05);
  });

  it.each([12, 20, 30])('covers the truth with the intervals at 95 % of %i pairs with heavy tails', (pairs) => {
    for (const profile of [CI, NOISY]) {
      const { seen, stated } = coverageOf(profile, pairs, LONG);
      expect(stated).toBeGreaterThanOrEqual(0.95);
      // Three standard errors of 95 % over 2000 replicates are 1.5 %.
      expect(seen).toBeGreaterThan(0.935);
      expect(seen).toBeLessThan(0.985);
    }
  });

  it('says what was promised and what was seen, and that a promise was broken', () => {
    const lines = TARGETS.map((target) => target({ count: 20, seed: SEED }));
    expect(lines.map(({ text }) => text)).toContainEqual(expect.stringMatching(/^ci: false alarms .* at most 1 %$/));
    // Twenty replicates cannot cover in 94 to 97.5 % unless nineteen of them do.
    expect(lines.filter(({ isKept }) => !isKept).length).toBeGreaterThan(0);
  });
});

describe('the made-up runs', () => {
  it('put head first in two of every four pairs', () => {
    // Going second costs a factor of e: head − base is +1 where it does, −1 where base does.
    const { base, head } = interleaved({ ...STILL, processSd: 0, second: 1 }, 12, unchanged, randomOf(SEED, 0));
    for (let metric = 0; metric < METRICS; metric += 1) {
      const signs = head.map((values, pair) => Math.round(values[metric]! - base[pair]![metric]!));
      for (const group of [signs.slice(0, 4), signs.slice(4, 8), signs.slice(8)]) {
        expect(group.toSorted((a, b) => a - b)).toEqual([-1, -1, 1, 1]);
      }
    }
  });

  it('change what they say they change', () => {
    const still = { ...STILL, processSd: 0 };
    const differences = (change: readonly number[]) => {
      const { base, head } = interleaved(still, 2, change, randomOf(SEED, 1));
      return head[1]!.map((value, metric) => Number(Math.exp(value - base[1]![metric]!).toFixed(9)));
    };
    expect(differences(oneWorse(0.1))).toEqual([1.1, 1, 1, 1]);
    expect(differences(allWorse(0.05))).toEqual([1.05, 1.05, 1.05, 1.05]);
  });

  it('have the spread that their profile says, half of it shared by the metrics of a trial', () => {
    const noise = noiseOf(STILL, 2, randomOf(SEED, 2));
    const trials = Array.from({ length: 20_000 }, () => noise.trial(false));
    const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
    expect(Math.sqrt(mean(trials.map(([first]) => first! ** 2)))).toBeCloseTo(0.02, 3);
    expect(mean(trials.map(([first, second]) => first! * second!)) / 0.02 ** 2).toBeCloseTo(0.5, 1);
    const outliers = noiseOf({ ...STILL, processSd: 0, outlierShare: 0.1, outlierMean: 0.5 }, 1, randomOf(SEED, 3));
    const values = Array.from({ length: 20_000 }, () => outliers.trial(false)[0]!);
    const slow = values.filter((value) => value > 0);
    expect(slow.length / values.length).toBeCloseTo(0.1, 2);
    expect(mean(slow.map(Math.expm1))).toBeCloseTo(0.5, 1);
  });

  it('wander as far as they should, and no further', () => {
    const wander = noiseOf({ ...STILL, processSd: 0, driftSd: 0.05 }, 1, randomOf(SEED, 4));
    const values = Array.from({ length: 50_000 }, () => wander.trial(false)[0]!);
    const square = values.reduce((total, value) => total + value ** 2, 0) / values.length;
    expect(Math.abs(Math.sqrt(square) / 0.05 - 1)).toBeLessThan(0.1);
    const steps = values.slice(1).reduce((total, value, at) => total + (value - values[at]!) ** 2, 0) / values.length;
    expect(Math.sqrt(steps) / 0.05).toBeCloseTo(Math.sqrt(2 * (1 - 0.98)), 2);
  });
});
