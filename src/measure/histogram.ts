/** How a distribution of durations is kept: hdr-histogram-js, pre-sized, with the exact extremes and sum beside it. No other file imports that library. */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as HdrHistogram,
} from 'hdr-histogram-js';
import { type Nanoseconds, nanoseconds, seconds } from '../units.ts';

/** A distribution, encoded, as a run record holds it. */
export interface Distribution {
  readonly count: number;
  /** Exact; 0 when the count is 0. */
  readonly minNs: Nanoseconds;
  readonly maxNs: Nanoseconds;
  /** Exact sum over count; 0 when the count is 0. */
  readonly meanNs: Nanoseconds;
  /** HdrHistogram V2, deflated, base64, unit nanoseconds. */
  readonly hdr: string;
}

/** Longest duration that has a bucket of its own; a longer one is counted here and its exact length kept as the maximum. */
export const TOP_NS = seconds(120);

/**
 * How finely values are told apart. `fine`: three significant digits, a quantile at most 0.1 % above the true value,
 * 112 KiB. `coarse`: two digits, at most 0.8 %, 15.5 KiB; for the parts of a window.
 */
export type Precision = 'fine' | 'coarse';
const SIGNIFICANT_DIGITS = { fine: 3, coarse: 2 } as const;

/** Lines of a percentile text between 0 and the median, again between there and 75 %, and so on: what HdrHistogram's tools use unless told otherwise. */
const TICKS_PER_HALF_DISTANCE = 5;
/** Of the maximum in a percentile text. */
const MAX_WIDTH = 12;

/** Histograms that do not tell values apart equally finely have no sum. */
export class PrecisionError extends RangeError {
  override readonly name = 'PrecisionError';
}

/** Durations in whole nanoseconds, from 0; what is recorded is rounded to them, so that the sum is exact. */
export class Histogram {
  readonly precision: Precision;
  readonly #buckets: HdrHistogram;
  #count = 0;
  #clamped = 0;
  #minNs = Number.POSITIVE_INFINITY;
  #maxNs = 0;
  #sumNs = 0;

  /** The second argument is for decoding only. */
  constructor(precision: Precision = 'fine', buckets: HdrHistogram = emptyBuckets(precision)) {
    this.precision = precision;
    this.#buckets = buckets;
  }

  /** Throws a RangeError for a negative, infinite or missing duration: an impossible value is a bug of the caller. */
  record(valueNs: number): void {
    if (!(valueNs >= 0 && valueNs < Number.POSITIVE_INFINITY))
      throw new RangeError(`a duration of ${valueNs} ns cannot be recorded`);
    const wholeNs = Math.round(valueNs);
    if (wholeNs > TOP_NS) {
      this.#clamped += 1;
      this.#buckets.recordValue(TOP_NS);
    } else {
      this.#buckets.recordValue(wholeNs);
    }
    this.#count += 1;
    this.#sumNs += wholeNs;
    if (wholeNs < this.#minNs) this.#minNs = wholeNs;
    if (wholeNs > this.#maxNs) this.#maxNs = wholeNs;
  }

  get count(): number {
    return this.#count;
  }

  /** How many durations were above `TOP_NS`. An encoded distribution does not carry it: decoded, it is 0, and a maximum above `TOP_NS` tells. */
  get clamped(): number {
    return this.#clamped;
  }

  /** Exact; 0 when nothing was recorded. */
  get minNs(): Nanoseconds {
    return nanoseconds(this.#count === 0 ? 0 : this.#minNs);
  }

  /** Exact; 0 when nothing was recorded. */
  get maxNs(): Nanoseconds {
    return nanoseconds(this.#maxNs);
  }

  /** Exact up to 2^53 ns, which is 104 days of waiting. */
  get sumNs(): Nanoseconds {
    return nanoseconds(this.#sumNs);
  }

  /** Exact sum over count; 0 when nothing was recorded. */
  mean(): Nanoseconds {
    return nanoseconds(this.#count === 0 ? 0 : this.#sumNs / this.#count);
  }

  /**
   * Nearest rank: the smallest bucket's end that at least the share `q`, 0 … 1, of the values does not exceed, and
   * never beyond the exact extremes. `undefined` when nothing was recorded.
   */
  valueAtQuantile(q: number): Nanoseconds | undefined {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`${q} is not a share of 0 … 1`);
    if (this.#count === 0) return undefined;
    // The bucket of the longest duration may lie below it: it could have been above the range.
    if (q === 1) return this.maxNs;
    // Half a rank below the one that is wanted: the library's rounding then cannot land on its neighbour.
    const percentile = ((nearestRank(q, this.#count) - 0.5) / this.#count) * 100;
    const bucketEndNs = this.#buckets.getValueAtPercentile(percentile);
    return nanoseconds(Math.min(Math.max(bucketEndNs, this.#minNs), this.#maxNs));
  }

  /** As if everything that `other` recorded had been recorded here. Throws a {@link PrecisionError} unless both are equally precise. */
  add(other: Histogram): void {
    if (other.precision !== this.precision)
      throw new PrecisionError(`a ${other.precision} histogram cannot be added to a ${this.precision} one`);
    this.#buckets.add(other.#buckets);
    this.#count += other.#count;
    this.#clamped += other.#clamped;
    this.#sumNs += other.#sumNs;
    this.#minNs = Math.min(this.#minNs, other.#minNs);
    this.#maxNs = Math.max(this.#maxNs, other.#maxNs);
  }

  reset(): void {
    this.#buckets.reset();
    this.#count = 0;
    this.#clamped = 0;
    this.#sumNs = 0;
    this.#minNs = Number.POSITIVE_INFINITY;
    this.#maxNs = 0;
  }

  /**
   * The distribution as HdrHistogram's own tools print and plot it: a head line, then value, percentile (0 … 1), count up
   * to it and 1 ÷ (1 − percentile), then mean, deviation, maximum and count behind `#`. Values are ends of buckets,
   * divided by `unitNs`, with as many decimals as the precision has digits; the maximum behind `#` is exact.
   */
  percentileText(unitNs: Nanoseconds): string {
    const exactMax = (this.#maxNs / unitNs).toFixed(SIGNIFICANT_DIGITS[this.precision]).padStart(MAX_WIDTH);
    return this.#buckets
      .outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, unitNs)
      .replace(/^(#\[Max {5}= ) *[\d.]+/m, `$1${exactMax}`);
  }

  encode(): Distribution {
    return {
      count: this.#count,
      minNs: this.minNs,
      maxNs: this.maxNs,
      meanNs: this.mean(),
      hdr: encodeIntoCompressedBase64(this.#buckets),
    };
  }

  /** See `decodeHistogram`. */
  static decode(distribution: Distribution): Histogram {
    const buckets = readBuckets(distribution.hdr);
    checkAgreement(buckets, distribution);
    const histogram = new Histogram(precisionOf(buckets), buckets);
    if (distribution.count === 0) return histogram;
    histogram.#count = distribution.count;
    // Durations are whole numbers, therefore so is their sum: rounding takes the mean's own rounding back.
    histogram.#sumNs = Math.round(distribution.meanNs * distribution.count);
    histogram.#minNs = distribution.minNs;
    histogram.#maxNs = distribution.maxNs;
    return histogram;
  }
}

/** The reverse of `Histogram.encode`. Throws an Error that says what is wrong when the text is damaged or contradicts the numbers beside it. */
export const decodeHistogram = (distribution: Distribution): Histogram => Histogram.decode(distribution);

/**
 * Several distributions as one, as if everything had been recorded once: counts bucket by bucket, extremes and sum exact.
 * Throws a {@link PrecisionError} where they are not equally precise, a RangeError for none, and an Error for a damaged one.
 */
export function mergeDistributions([first, ...others]: readonly Distribution[]): Distribution {
  if (first === undefined) throw new RangeError('there is no distribution to be merged');
  const merged = decodeHistogram(first);
  for (const other of others) merged.add(decodeHistogram(other));
  return merged.encode();
}

function emptyBuckets(precision: Precision): HdrHistogram {
  return build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: TOP_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS[precision],
    useWebAssembly: false,
  });
}

/** Rank, from 1, of the smallest of `count` values that at least the share `q` does not exceed: ⌈q·count⌉, blind to rounding such as 0.07 × 100 > 7. */
function nearestRank(q: number, count: number): number {
  return Math.max(1, Math.ceil(q * count * (1 - 4 * Number.EPSILON)));
}

function readBuckets(hdr: string): HdrHistogram {
  try {
    return decodeFromCompressedBase64(hdr, 32, false);
  } catch (error) {
    throw new Error(`damaged histogram: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function precisionOf(buckets: HdrHistogram): Precision {
  return buckets.numberOfSignificantValueDigits === SIGNIFICANT_DIGITS.fine ? 'fine' : 'coarse';
}

function checkAgreement(buckets: HdrHistogram, { count, minNs, maxNs, meanNs }: Distribution): void {
  const digits = buckets.numberOfSignificantValueDigits;
  if (
    buckets.highestTrackableValue !== TOP_NS ||
    (digits !== SIGNIFICANT_DIGITS.fine && digits !== SIGNIFICANT_DIGITS.coarse)
  ) {
    throw new Error(`histogram of another kind: ${digits} digits up to ${buckets.highestTrackableValue} ns`);
  }
  if (buckets.totalCount !== count)
    throw new Error(`histogram holds ${buckets.totalCount} values where ${count} are stated`);
  if (count === 0) return;
  // Decoded, the library's maximum is the end of the last bucket in use, and its 0th percentile the start of the first.
  const fits = buckets.getValueAtPercentile(0) <= minNs && minNs <= meanNs && meanNs <= maxNs;
  if (!fits || Math.min(maxNs, TOP_NS) > buckets.maxValue) {
    throw new Error(`histogram contradicts its minimum ${minNs}, mean ${meanNs} or maximum ${maxNs} ns`);
  }
}
