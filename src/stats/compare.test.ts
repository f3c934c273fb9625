import { expect, test } from 'vitest';
import { seededRandom } from '../scenario/random.ts';
import { compareArms, type ComparisonOptions, type Pair } from './compare.ts';

const options = {
  metric: 'response-time.p50',
  armId: 'websocket',
  baseArmId: 'sse',
  higherIsBetter: false,
  margin: 0.05,
} as const;

const pairsOf = (...ratios: number[]): Pair[] => ratios.map((ratio) => ({ arm: 100 * ratio, base: 100 }));
const compare = (pairs: readonly Pair[], special: Partial<ComparisonOptions> = {}) =>
  compareArms({ ...options, pairs, ...special });

/** Pairs of log-normal values with a common factor of the block, which pairing must take out. */
function noisyPairs(seed: number, count: number, effect: number, noise: number): Pair[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(2 * random.exponential()) * Math.cos(2 * Math.PI * random.uniform());
  return Array.from({ length: count }, () => {
    const block = 250_000 * Math.exp(0.3 * normal());
    return { arm: block * effect * Math.exp(noise * normal()), base: block * Math.exp(noise * normal()) };
  });
}

const wordsOf = (replicates: number, make: (seed: number) => Pair[]) =>
  Array.from({ length: replicates }, (_, seed) => compare(make(seed))!.word);
const shareOf = (words: readonly string[], ...wanted: string[]) =>
  words.filter((word) => wanted.includes(word)).length / words.length;

test('half the time in every block is faster, twice the time slower', () => {
  expect(compare(pairsOf(0.5, 0.51, 0.49, 0.5, 0.52, 0.48))).toMatchObject({
    word: 'faster',
    pairs: 6,
    coverage95: 0.96875,
  });
  expect(compare(pairsOf(2, 2.1, 1.9, 2.05, 1.95, 2.01))).toMatchObject({
    word: 'slower',
    armId: 'websocket',
    baseArmId: 'sse',
  });
});

test('where more is better, half is slower', () => {
  expect(compare(pairsOf(0.5, 0.51, 0.49, 0.5, 0.52, 0.48), { higherIsBetter: true })!.word).toBe('slower');
  expect(compare(pairsOf(2, 2.1, 1.9, 2.05, 1.95, 2.01), { higherIsBetter: true })!.word).toBe('faster');
});

test('the ratio is the Hodges–Lehmann estimate, back from logarithms, and the interval the extremes of six', () => {
  const found = compare(pairsOf(...[0, 1, 3, 7, 15, 31].map((exponent) => 2 ** exponent)))!;
  // The 21 Walsh averages of the exponents begin 0, 0.5, 1, 1.5, 2 and end 17, 19, 23, 31; the eleventh is 7.5.
  expect(Math.log2(found.ratio)).toBeCloseTo(7.5, 12);
  expect(Math.log2(found.low95)).toBeCloseTo(0, 12);
  expect(Math.log2(found.high95)).toBeCloseTo(31, 12);
  // The third on each side: P(W ≤ 2) = 3/64 is the last below 5 %.
  expect(Math.log2(found.low90)).toBeCloseTo(1, 12);
  expect(Math.log2(found.high90)).toBeCloseTo(19, 12);
});

test('a difference within the margin is equivalent even when it is sure', () => {
  const found = compare(pairsOf(1.016, 1.015, 1.017, 1.016, 1.018, 1.014))!;
  expect(found.low95).toBeGreaterThan(1);
  expect(found.word).toBe('equivalent');
});

test('equivalence is asked of the 90 % interval: the 95 % one may stick out', () => {
  const found = compare(pairsOf(1.06, 1, 1.001, 0.999, 1.002, 0.998))!;
  expect(found.high95).toBeGreaterThan(1.05);
  expect(found.word).toBe('equivalent');
});

test('the margin counts in both directions by the same factor', () => {
  const at = (ratio: number, margin: number) =>
    compare(pairsOf(...[1, 1.0001, 0.9999, 1.0002, 0.9998, 1.0003].map((x) => x * ratio)), { margin })!.word;
  expect([at(1.049, 0.05), at(1.051, 0.05), at(1.051, 0.1), at(1.101, 0.1)]).toEqual([
    'equivalent',
    'slower',
    'equivalent',
    'slower',
  ]);
  expect([at(0.9535, 0.05), at(0.951, 0.05), at(0.951, 0.1), at(0.908, 0.1)]).toEqual([
    'equivalent',
    'faster',
    'equivalent',
    'faster',
  ]);
});

test('a wide interval around no difference is inconclusive, not equal', () => {
  expect(compare(pairsOf(0.8, 1.2, 0.9, 1.1, 1.3, 0.7))!.word).toBe('inconclusive');
});

test('five pairs are too few for any word, however clear, and can detect nothing', () => {
  expect(compare(pairsOf(0.5, 0.5, 0.5, 0.5, 0.5))).toMatchObject({
    word: 'inconclusive',
    coverage95: 0.9375,
    smallestDetectable: Infinity,
  });
  expect(compare(pairsOf(0.5))).toMatchObject({
    word: 'inconclusive',
    coverage95: 0,
    exact: false,
    smallestDetectable: Infinity,
  });
});

test('counted metrics are judged by equality, from the first pair on and without a margin', () => {
  expect(compare(pairsOf(1), { exact: true })).toMatchObject({
    exact: true,
    word: 'equivalent',
    ratio: 1,
    coverage95: 1,
  });
  expect(compare(pairsOf(1.01, 1.01), { exact: true })).toMatchObject({
    exact: true,
    word: 'slower',
    smallestDetectable: 1,
  });
  expect(compare(pairsOf(0.99), { exact: true })).toMatchObject({
    exact: true,
    word: 'faster',
    low95: 0.99,
    high90: 0.99,
  });
});

test('counted metrics that vary are sampled like any other', () => {
  expect(compare(pairsOf(0.5, 0.51), { exact: true })).toMatchObject({ exact: false, word: 'inconclusive' });
});

test('timed metrics that happen to agree are still a sample', () => {
  expect(compare(pairsOf(0.5, 0.5))).toMatchObject({ exact: false, word: 'inconclusive' });
});

test('two zeros are equal; one zero, a value below zero, or no pair make no ratio', () => {
  const zeros = { arm: 0, base: 0 };
  expect(compare([zeros], { exact: true })).toMatchObject({ ratio: 1, word: 'equivalent' });
  expect(compare([zeros, ...pairsOf(1, 1, 1, 1, 1)])).toMatchObject({ ratio: 1, pairs: 6, word: 'equivalent' });
  expect(compare([...pairsOf(1, 1, 1, 1, 1, 1), { arm: 0, base: 3 }])).toBeUndefined();
  expect(compare([{ arm: 3, base: 0 }])).toBeUndefined();
  expect(compare([{ arm: -5, base: -3 }])).toBeUndefined();
  expect(compare([])).toBeUndefined();
});

test('the smallest detectable ratio: a half width of 1.7 % gives 2.5 % at 80 % power and 2.5 % on one side', () => {
  const halfWidth = Math.exp(0.017);
  const found = compare(pairsOf(1 / halfWidth, 1, 1, 1, 1, halfWidth))!;
  expect(found.smallestDetectable).toBeCloseTo(1.0246, 4);
});

test('swapping the arms turns the ratio and its interval over', () => {
  const pairs = noisyPairs(1, 12, 1.2, 0.05);
  const there = compare(pairs)!;
  const back = compare(pairs.map(({ arm, base }) => ({ arm: base, base: arm })))!;
  expect(back.ratio).toBeCloseTo(1 / there.ratio, 12);
  expect(back.low95).toBeCloseTo(1 / there.high95, 12);
  expect(back.high90).toBeCloseTo(1 / there.low90, 12);
  expect([there.word, back.word]).toEqual(['slower', 'faster']);
});

test.each([6, 12])('the same thing twice: of %i pairs in at most 5 % a difference, at any noise', (count) => {
  for (const noise of [0.01, 0.1, 0.3]) {
    const words = wordsOf(3_000, (seed) => noisyPairs(seed, count, 1, noise));
    // Three standard errors of a share of 5 % over 3000 replicates are 1.2 %.
    expect(shareOf(words, 'faster', 'slower')).toBeLessThanOrEqual(0.062);
  }
});

test('a wide margin aside, the 95 % interval misses the truth as often as it says', () => {
  const misses = Array.from({ length: 4_000 }, (_, seed) => compare(noisyPairs(seed, 12, 1.5, 0.1))!).filter(
    ({ low95, high95 }) => low95 > 1.5 || high95 < 1.5,
  );
  const [{ coverage95 }] = [compare(noisyPairs(0, 12, 1.5, 0.1))!];
  expect(Math.abs(misses.length / 4_000 - (1 - coverage95))).toBeLessThan(0.011);
});

test('a factor of 1.5 at 3 % noise is found nearly always, and never the wrong way round', () => {
  for (const count of [6, 12]) {
    const words = wordsOf(2_000, (seed) => noisyPairs(seed, count, 1.5, 0.03));
    expect(shareOf(words, 'slower')).toBeGreaterThan(0.99);
    expect(shareOf(words, 'faster', 'equivalent')).toBe(0);
  }
});

test('a true difference twice the margin is called equivalent in at most 5 %', () => {
  const words = wordsOf(2_000, (seed) => noisyPairs(seed, 12, 1.1, 0.05));
  expect(shareOf(words, 'equivalent')).toBeLessThanOrEqual(0.06);
});

test('a difference of the smallest detectable size is detected in about four runs of five', () => {
  const sizes = Array.from({ length: 400 }, (_, seed) => compare(noisyPairs(seed, 12, 1, 0.1))!.smallestDetectable);
  const typical = sizes.toSorted((a, b) => a - b)[200]!;
  const seen = Array.from({ length: 2_000 }, (_, seed) => compare(noisyPairs(seed, 12, typical, 0.1))!).filter(
    ({ low95 }) => low95 > 1,
  );
  expect(seen.length / 2_000).toBeGreaterThan(0.7);
  expect(seen.length / 2_000).toBeLessThan(0.9);
});
