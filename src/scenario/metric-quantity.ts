/** A metric's value as somebody writes it: in a unit of its kind, `5ms`, `400B`, `2000/s`, `99%`, `80us`, `2`; and back. */
import type { MetricUnit } from './metric.ts';
import { QuantityError } from './quantities.ts';

interface WrittenUnit {
  /** What stands behind the number. */
  readonly suffix: string;
  /** How many of the metric's own unit it is, as a power of ten … */
  readonly power: number;
  /** … times this. */
  readonly times: number;
}

const powerOfTen = (suffix: string, power: number): WrittenUnit => ({ suffix, power, times: 1 });
const KIB = 1024;

/** Smallest first. A rate is per second where nothing stands behind it, a share a part of one. */
const WRITTEN: Readonly<Record<MetricUnit, readonly WrittenUnit[]>> = {
  ns: [powerOfTen('ns', 0), powerOfTen('us', 3), powerOfTen('ms', 6), powerOfTen('s', 9)],
  us: [powerOfTen('us', 0), powerOfTen('ms', 3), powerOfTen('s', 6)],
  bytes: [
    powerOfTen('B', 0),
    powerOfTen('kB', 3),
    { suffix: 'KiB', power: 0, times: KIB },
    powerOfTen('MB', 6),
    { suffix: 'MiB', power: 0, times: KIB * KIB },
  ],
  'per-second': [{ suffix: '/min', power: 0, times: 1 / 60 }, powerOfTen('/s', 0), powerOfTen('', 0)],
  share: [powerOfTen('%', -2), powerOfTen('', 0)],
  count: [powerOfTen('', 0)],
};

const factorOf = ({ power, times }: WrittenUnit): number => times * 10 ** power;

/** What a message expects to stand there. */
const EXPECTED: Readonly<Record<MetricUnit, string>> = {
  ns: 'a time like 500us or 5ms',
  us: 'a processor time like 80us or 0.1ms',
  bytes: 'a size like 400B or 1.5KiB',
  'per-second': 'a rate like 2000/s',
  share: 'a share like 99% or 0.99',
  count: 'a plain number like 2',
};

const NUMBER_AND_SUFFIX = /^(\d{1,15}(?:\.\d{1,9})?) ?([A-Za-z/%]{0,4})$/;

/** In the metric's unit, not negative; a share at most 1. Throws a {@link QuantityError}. */
export function parseMetricValue(text: string, unit: MetricUnit): number {
  const [, digits, suffix] = NUMBER_AND_SUFFIX.exec(text) ?? [];
  const written = WRITTEN[unit].find((one) => one.suffix === suffix);
  if (digits === undefined || written === undefined) throw new QuantityError(text, EXPECTED[unit]);
  const value = valueOf(digits, written);
  if (unit === 'share' && value > 1) throw new QuantityError(text, 'a share of at most 100%');
  return value;
}

/** The decimal point is moved in the text: 10.3 ÷ 100 is a hair off 0.103. */
function valueOf(digits: string, { power, times }: WrittenUnit): number {
  const decimal = Number(`${digits}e${power}`);
  // So is the 60th part as a factor off the division.
  return times < 1 ? decimal / Math.round(1 / times) : decimal * times;
}

/**
 * A text that reads back as exactly this value: the shortest in any of the units, and of times and sizes one without a zero
 * before its point, as whoever writes 500ms means it. Throws a RangeError where there is none.
 */
export function formatMetricValue(value: number, unit: MetricUnit): string {
  const texts = WRITTEN[unit]
    .filter(({ suffix }) => suffix !== '' || unit === 'count')
    .map((written) => `${plainNumber(value / factorOf(written))}${written.suffix}`)
    .filter((text) => readsAs(text, unit, value))
    .toSorted((a, b) => a.length - b.length);
  const [shortest] = [...(unit === 'per-second' ? [] : texts.filter((text) => !text.startsWith('0.'))), ...texts];
  if (shortest === undefined) throw new RangeError(`${value} cannot be written as ${EXPECTED[unit]}`);
  return shortest;
}

/** Without an exponent, and without the last bits' noise: 0.99 ÷ 0.01 is 99. */
const plainNumber = (value: number): string => String(Number(value.toPrecision(15)));

function readsAs(text: string, unit: MetricUnit, value: number): boolean {
  try {
    return parseMetricValue(text, unit) === value;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}

/** For people: four digits in the unit that fits, `94.9 µs`, `448 B`, `99.98 %`. Any finite number. */
export function shownMetricValue(value: number, unit: MetricUnit): string {
  if (unit === 'count') return digits(value);
  if (unit === 'per-second') return `${digits(value)}/s`;
  if (unit === 'share') return `${digits(value * 100)} %`;
  // Bytes are added up by whoever reads them: whole ones up to a size that nobody adds up.
  const units = WRITTEN[unit].filter(({ suffix }) => suffix !== 'kB' && suffix !== 'MB');
  const fitting = unit === 'bytes' && Math.abs(value) < 10 * KIB ? units.slice(0, 1) : units;
  const best = fitting.findLast((one) => Math.abs(value) >= factorOf(one)) ?? fitting[0];
  if (best === undefined) throw new RangeError(`there is no unit for ${unit}`);
  return `${digits(value / factorOf(best))} ${best.suffix.replace('us', 'µs')}`;
}

const digits = (value: number): string => String(Number(value.toPrecision(Math.abs(value) >= 1_000 ? 6 : 4)));
