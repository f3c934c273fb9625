import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { nanoseconds } from '../units.ts';
import {
  decodeHistogram,
  type Distribution,
  Histogram,
  mergeDistributions,
  type Precision,
  PrecisionError,
  TOP_NS,
} from './histogram.ts';

/** Durations of every magnitude: uniform integers alone would nearly all lie near the top. */
const duration = fc.oneof(
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.maxSafeInteger().map((n) => Math.abs(n) % (TOP_NS + 1)),
  fc.integer({ min: 0, max: 36 }).map((exponent) => 2 ** exponent),
);
const durations = fc.array(duration, { minLength: 1, maxLength: 300 });
const share = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0.07, 0.29, 0.5, 0.57, 0.9, 0.99, 0.999, 1),
);
const precision = fc.constantFrom<Precision>('fine', 'coarse');

function histogramOf(values: readonly number[], kind: Precision = 'fine'): Histogram {
  const histogram = new Histogram(kind);
  for (const value of values) histogram.record(value);
  return histogram;
}

/** The slow obvious version: the smallest value that at least the share `q` does not exceed, found by counting. */
function quantileByCounting(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.find((_, index) => (index + 1) / sorted.length >= q - 1e-12)!;
}

test('a quantile is at most 0.1 % (coarse: 0.8 %) above the one found by counting, and never below it', () => {
  fc.assert(
    fc.property(durations, share, precision, (values, q, kind) => {
      const exact = quantileByCounting(values, q);
      const found = histogramOf(values, kind).valueAtQuantile(q)!;
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThanOrEqual(exact * (kind === 'fine' ? 1.001 : 1.008));
    }),
    { numRuns: 500 },
  );
});

test('a share that falls on a rank is that rank, although 0.07 × 100 is above 7 in floating point', () => {
  const hundred = histogramOf(Array.from({ length: 100 }, (_, index) => index + 1));
  for (let percent = 1; percent <= 100; percent += 1) expect(hundred.valueAtQuantile(percent / 100)).toBe(percent);
  expect(hundred.valueAtQuantile(0.0701)).toBe(8);
});

test('count, extremes, sum and mean are exact', () => {
  fc.assert(
    fc.property(durations, (values) => {
      const histogram = histogramOf(values);
      const sum = values.reduce((total, value) => total + value, 0);
      expect(histogram.count).toBe(values.length);
      expect(histogram.minNs).toBe(Math.min(...values));
      expect(histogram.maxNs).toBe(Math.max(...values));
      expect(histogram.sumNs).toBe(sum);
      expect(histogram.mean()).toBe(sum / values.length);
    }),
  );
});

test('encoding and decoding changes nothing', () => {
  fc.assert(
    fc.property(fc.array(duration, { maxLength: 300 }), share, precision, (values, q, kind) => {
      const before = histogramOf(values, kind);
      const after = decodeHistogram(before.encode());
      expect(after.encode()).toEqual(before.encode());
      expect(after.precision).toBe(kind);
      expect(after.sumNs).toBe(before.sumNs);
      expect(after.valueAtQuantile(q)).toBe(before.valueAtQuantile(q));
    }),
  );
});

test('adding two is recording everything into one', () => {
  fc.assert(
    fc.property(
      fc.array(duration, { maxLength: 100 }),
      fc.array(duration, { maxLength: 100 }),
      precision,
      (left, right, kind) => {
        const sum = histogramOf(left, kind);
        sum.add(decodeHistogram(histogramOf(right, kind).encode()));
        expect(sum.encode()).toEqual(histogramOf([...left, ...right], kind).encode());
      },
    ),
  );
});

test('however samples are split, what is merged is what all of them give: every bucket, the extremes and the sum', () => {
  const parts = fc.array(fc.array(duration, { maxLength: 60 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(parts, precision, (split, kind) => {
      const merged = mergeDistributions(split.map((values) => histogramOf(values, kind).encode()));
      expect(merged).toEqual(histogramOf(split.flat(), kind).encode());
    }),
  );
});

test('distributions that are not equally precise, damaged ones and none at all are not merged', () => {
  const [fine, coarse] = [histogramOf([1]).encode(), histogramOf([1], 'coarse').encode()];
  expect(() => mergeDistributions([fine, coarse])).toThrow(PrecisionError);
  expect(() => mergeDistributions([fine, { ...fine, hdr: 'x' }])).toThrow('damaged histogram');
  expect(() => mergeDistributions([])).toThrow(new RangeError('there is no distribution to be merged'));
});

test('a reset histogram is a new one', () => {
  const histogram = histogramOf([5, 5_000_000, 130e9]);
  histogram.reset();
  expect(histogram.encode()).toEqual(new Histogram().encode());
  expect(histogram.clamped).toBe(0);
  histogram.record(7);
  expect(histogram.encode()).toEqual(histogramOf([7]).encode());
});

test('an empty one has no quantiles, encodes, and takes what is added', () => {
  const empty = decodeHistogram(new Histogram().encode());
  expect(empty.encode()).toMatchObject({ count: 0, minNs: 0, maxNs: 0, meanNs: 0 });
  expect(empty.valueAtQuantile(0.5)).toBeUndefined();
  empty.add(histogramOf([3, 4]));
  expect(empty.minNs).toBe(3);
});

test('an impossible duration is refused and leaves no trace', () => {
  const histogram = new Histogram();
  for (const value of [Number.NaN, -1, -1e-9, Number.POSITIVE_INFINITY])
    expect(() => histogram.record(value)).toThrow(RangeError);
  expect(histogram.count).toBe(0);
  expect(histogram.encode()).toEqual(new Histogram().encode());
});

test('an impossible quantile is refused', () => {
  for (const q of [-0.1, 1.1, Number.NaN]) expect(() => histogramOf([1]).valueAtQuantile(q)).toThrow(RangeError);
});

test('a duration above the range counts as the top, is counted as clamped, and its length is kept', () => {
  const histogram = histogramOf([TOP_NS, TOP_NS + 1, 500e9]);
  expect(histogram.clamped).toBe(2);
  expect(histogram.count).toBe(3);
  expect(histogram.maxNs).toBe(500e9);
  expect(histogram.valueAtQuantile(1)).toBe(500e9);
  expect(histogram.valueAtQuantile(0.5)! / TOP_NS).toBeCloseTo(1, 3);
  expect(decodeHistogram(histogram.encode()).maxNs).toBe(500e9);
});

test('fractions of a nanosecond are rounded', () => {
  expect(histogramOf([1.4, 2.6]).sumNs).toBe(4);
});

test('fine and coarse do not mix', () => {
  expect(() => new Histogram('fine').add(new Histogram('coarse'))).toThrow(
    'a coarse histogram cannot be added to a fine one',
  );
});

const sample: Distribution = histogramOf(
  Array.from({ length: 1000 }, (_, index) => 200_000 + ((index * index * 7_919) % 60_000)),
).encode();

test.each<[string, Partial<Distribution>, string]>([
  ['cut off', { hdr: sample.hdr.slice(0, 100) }, 'damaged histogram'],
  ['empty', { hdr: '' }, 'damaged histogram'],
  ['not base64', { hdr: 'a histogram?' }, 'damaged histogram'],
  [
    'a changed letter',
    { hdr: `${sample.hdr.slice(0, 80)}${sample.hdr[80] === 'A' ? 'B' : 'A'}${sample.hdr.slice(81)}` },
    'damaged histogram',
  ],
  ['a wrong count', { count: 999 }, 'holds 1000 values where 999 are stated'],
  ['another histogram', { hdr: new Histogram().encode().hdr }, 'holds 0 values where 1000 are stated'],
  ['a minimum below its bucket', { minNs: nanoseconds(100_000) }, 'contradicts'],
  ['a maximum beyond its bucket', { maxNs: nanoseconds(900_000) }, 'contradicts'],
  ['a mean outside', { meanNs: nanoseconds(1) }, 'contradicts'],
])('a distribution that is %s is rejected', (_, change, message) => {
  expect(() => decodeHistogram({ ...sample, ...change })).toThrow(message);
});

test('as percentiles it is what the library prints, but for a maximum that is exact even beyond the longest bucket', () => {
  const ours = new Histogram();
  const theirs = build({ lowestDiscernibleValue: 1, highestTrackableValue: TOP_NS, numberOfSignificantValueDigits: 3 });
  for (let value = 1; value <= 1_000; value += 1) {
    ours.record(value * 1_234);
    theirs.recordValue(value * 1_234);
  }
  expect(ours.percentileText(nanoseconds(1_000))).toBe(theirs.outputPercentileDistribution(5, 1_000));
  expect(decodeHistogram(ours.encode()).percentileText(nanoseconds(1_000))).toBe(
    theirs.outputPercentileDistribution(5, 1_000),
  );
  ours.record(2 * TOP_NS);
  expect(ours.percentileText(nanoseconds(1e6))).toContain('#[Max     =   240000.000, Total count');
});
