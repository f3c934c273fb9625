/** Quantities as people write them, in scenario files and in flags: `500ms`, `4KiB`, `200/s`; and back. */
import {
  type Bytes,
  bytes,
  type Nanoseconds,
  nanoseconds,
  NS_PER_MS,
  NS_PER_S,
  NS_PER_US,
  type PerSecond,
  perSecond,
} from '../units.ts';
import { quote } from './wording.ts';

/** What the three readers expect, in the words that error messages use. */
export const A_DURATION = 'a time like 500ms or 5s';
export const A_SIZE = 'a size like 256B, 4KiB or 1MiB';
export const A_RATE = 'a number of requests per second like 200/s';

/** A text that is no quantity of the kind asked for. The message reads `got "fast", expected a time like 500ms or 5s`. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
  /** What should have stood there instead: the part of the message after `expected`. */
  readonly expected: string;

  constructor(found: string, expected: string) {
    super(`got ${quote(found)}, expected ${expected}`);
    this.expected = expected;
  }
}

interface Unit {
  readonly name: string;
  readonly factor: number;
}

/** Largest first, so that a formatter may take the first that fits. */
const TIME_UNITS: readonly Unit[] = [
  { name: 'h', factor: 3600 * NS_PER_S },
  { name: 'm', factor: 60 * NS_PER_S },
  { name: 's', factor: NS_PER_S },
  { name: 'ms', factor: NS_PER_MS },
  { name: 'us', factor: NS_PER_US },
  { name: 'ns', factor: 1 },
];

/** Binary units stand first: 64000 bytes are `62.5KiB`, which is not whole, and hence `64kB`; 65536 are `64KiB`. */
const SIZE_UNITS: readonly Unit[] = [
  { name: 'MiB', factor: 1024 * 1024 },
  { name: 'KiB', factor: 1024 },
  { name: 'MB', factor: 1_000_000 },
  { name: 'kB', factor: 1_000 },
  { name: 'B', factor: 1 },
];

const NUMBER_AND_UNIT = /^(\d{1,16}(?:\.\d{1,9})?)\s?([A-Za-z]{1,3})$/;
const RATE = /^(\d{1,16}(?:\.\d{1,9})?)(?:\s?\/\s?(s|min))?$/;

/** `5s`, `500ms`, `250us`, `2m`, `1h`, `0ms`: a whole number of nanoseconds, not negative. Throws a {@link QuantityError}. */
export function parseDuration(text: string): Nanoseconds {
  return nanoseconds(parseWhole(text, TIME_UNITS, A_DURATION));
}

/** `16B`, `2kB`, `4KiB`, `1MiB`: a whole number of bytes, not negative. Throws a {@link QuantityError}. */
export function parseSize(text: string): Bytes {
  return bytes(parseWhole(text, SIZE_UNITS, A_SIZE));
}

/** `200/s`, `30/min`, or a plain number, which means per second. Not negative. Throws a {@link QuantityError}. */
export function parseRate(text: string): PerSecond {
  const [, digits, per] = RATE.exec(text) ?? [];
  if (digits === undefined) throw new QuantityError(text, A_RATE);
  return perSecond(per === 'min' ? Number(digits) / 60 : Number(digits));
}

/** In the largest unit that needs no decimals: `500ms`, `5s`, `2m`. Throws a RangeError unless it is whole and not negative. */
export function formatDuration(duration: Nanoseconds): string {
  return duration === 0 ? '0s' : formatWhole(duration, TIME_UNITS);
}

/** In the first of MiB, KiB, MB, kB and B that needs no decimals: `64KiB`, `120B`. Throws a RangeError unless it is whole and not negative. */
export function formatSize(size: Bytes): string {
  return size === 0 ? '0B' : formatWhole(size, SIZE_UNITS);
}

/** `200/s`, or `30/min` where that is a whole number and per second is not. Throws a RangeError for a negative or no number. */
export function formatRate(rate: PerSecond): string {
  if (!(rate >= 0 && Number.isFinite(rate))) throw new RangeError(`${rate} is not a rate`);
  const perMinute = Math.round(rate * 60);
  return !Number.isInteger(rate) && perMinute / 60 === rate ? `${perMinute}/min` : `${rate}/s`;
}

function parseWhole(text: string, units: readonly Unit[], expected: string): number {
  const [, digits, name] = NUMBER_AND_UNIT.exec(text) ?? [];
  const unit = units.find((candidate) => candidate.name === name);
  if (digits === undefined || unit === undefined) throw new QuantityError(text, expected);
  const exact = Number(digits) * unit.factor;
  const whole = Math.round(exact);
  // 0.1us is 100ns, though the product of the floating-point numbers is a hair off; 0.5ns is refused.
  const isWhole = Math.abs(exact - whole) <= Number.EPSILON * exact;
  if (!isWhole || !Number.isSafeInteger(whole)) throw new QuantityError(text, expected);
  return whole;
}

function formatWhole(value: number, units: readonly Unit[]): string {
  const unit = units.find(({ factor }) => value % factor === 0);
  if (unit === undefined || value < 0) throw new RangeError(`${value} is not a whole quantity`);
  return `${value / unit.factor}${unit.name}`;
}
