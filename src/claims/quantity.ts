/** How a quantity is written for people: three significant digits, the unit that fits, the same on every machine (no locale). */
import { NS_PER_MS, NS_PER_S, NS_PER_US } from '../units.ts';

/** A value with the bounds between which it is known. */
export interface Bounded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Scale {
  readonly unit: string;
  readonly size: number;
}

const TIME_SCALES: readonly Scale[] = [
  { unit: 'µs', size: NS_PER_US },
  { unit: 'ms', size: NS_PER_MS },
  { unit: 's', size: NS_PER_S },
];

const KIB = 1024;
const SIZE_SCALES: readonly Scale[] = [
  { unit: 'KiB', size: KIB },
  { unit: 'MiB', size: KIB * KIB },
  { unit: 'GiB', size: KIB * KIB * KIB },
];
/** Sizes up to here are written as whole bytes, because people add them up. */
const PLAIN_BYTES_BELOW = 10_000;

const round3 = (value: number): number => Number(value.toPrecision(3));

/** Whole number with a comma between thousands. */
export const whole = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** Three significant digits, trailing zeros kept so that columns line up: `1.10`, `12.4`, `12,300`. */
export function significant(value: number): string {
  const rounded = round3(value);
  if (Math.abs(rounded) >= 100) return whole(rounded);
  return rounded === 0 ? '0' : value.toPrecision(3);
}

/** Three significant digits, trailing zeros dropped: `2`, `1.5`. For counts and bytes, which are whole more often than not. */
export function plain(value: number): string {
  const rounded = round3(value);
  return Math.abs(value) >= 100 ? whole(value) : String(rounded);
}

/** How often per second: three significant digits, `80`, `12.5`, `15,400`. */
export const rate = (perSecond: number): string => plain(round3(perSecond));

/** A number of things, with its noun. */
export const count = (value: number, singular: string, plural = `${singular}s`): string =>
  `${plain(value)} ${value === 1 ? singular : plural}`;

/** The smallest unit in which the value has no more than three digits before the point, else the largest. */
function scaleFor(value: number, scales: readonly Scale[]): Scale {
  const last = scales.at(-1) as Scale;
  return scales.find((scale) => round3(Math.abs(value) / scale.size) < 1000) ?? last;
}

/** A span given in nanoseconds: `412 µs`, `1.12 ms`, `3.50 s`. */
export function time(valueNs: number): string {
  const scale = scaleFor(valueNs, TIME_SCALES);
  return `${significant(valueNs / scale.size)} ${scale.unit}`;
}

/** Two spans with a dash, in one unit where one unit fits both: `181–204 µs`. */
export function timeRange(lowNs: number, highNs: number): string {
  const scale = scaleFor(highNs, TIME_SCALES);
  if (scale !== scaleFor(lowNs, TIME_SCALES)) return `${time(lowNs)}–${time(highNs)}`;
  return withUnit(significant(lowNs / scale.size), significant(highNs / scale.size), scale.unit);
}

/** A span with its interval in the same unit: `412 µs [401–431]`; alone where there is no interval. */
export function timeWithInterval(span: Bounded): string {
  const scale = scaleFor(span.value, TIME_SCALES);
  const inUnit = (valueNs: number): string => significant(valueNs / scale.size);
  const value = `${inUnit(span.value)} ${scale.unit}`;
  return span.low === span.high ? value : `${value} [${inUnit(span.low)}–${inUnit(span.high)}]`;
}

/** A size given in bytes: `184 B`, `8 B`, `1,912 B`, `64.2 KiB`. */
export function size(value: number): string {
  const { number, unit } = sizeParts(value);
  return `${number} ${unit}`;
}

/** Two sizes with a dash, in one unit where one unit fits both. */
export const sizeRange = (low: number, high: number): string => joinSizes(low, high, '–');

/** Two sizes with a stroke, in one unit where one unit fits both: `173/141 B`. */
export function sizePair(up: number, down: number): string {
  const [first, second] = [sizeParts(up), sizeParts(down)];
  return first.unit === second.unit ? `${first.number}/${second.number} ${first.unit}` : `${size(up)}/${size(down)}`;
}

function joinSizes(low: number, high: number, dash: string): string {
  const [first, second] = [sizeParts(low), sizeParts(high)];
  return first.unit === second.unit
    ? withUnit(first.number, second.number, first.unit)
    : `${size(low)}${dash}${size(high)}`;
}

function sizeParts(value: number): { readonly number: string; readonly unit: string } {
  if (Math.abs(value) < PLAIN_BYTES_BELOW) return { number: plain(value), unit: 'B' };
  const scale = scaleFor(value, SIZE_SCALES);
  return { number: significant(value / scale.size), unit: scale.unit };
}

const withUnit = (low: string, high: string, unit: string): string =>
  low === high ? `${low} ${unit}` : `${low}–${high} ${unit}`;

/** Processor time given in microseconds. */
export const cpu = (valueUs: number): string => time(valueUs * NS_PER_US);

/** Two amounts of processor time, given in microseconds, with a dash. */
export const cpuRange = (lowUs: number, highUs: number): string => timeRange(lowUs * NS_PER_US, highUs * NS_PER_US);

/** A ratio: `0.48×`, `2.08×`. */
export const times = (ratio: number): string => `${ratioNumber(ratio)}×`;

/** A ratio with its interval: `0.48× [0.45–0.52]`; alone where there is no interval. */
export const timesWithInterval = (ratio: Bounded): string =>
  ratio.low === ratio.high ? times(ratio.value) : `${times(ratio.value)} [${ratioRange(ratio)}]`;

/** The interval of a ratio alone: `0.45–0.52`. */
export const ratioRange = ({ low, high }: Pick<Bounded, 'low' | 'high'>): string =>
  `${ratioNumber(low)}–${ratioNumber(high)}`;

function ratioNumber(ratio: number): string {
  if (!Number.isFinite(ratio)) return '∞';
  return ratio >= 0.1 && ratio < 10 ? ratio.toFixed(2) : significant(ratio);
}

/** A share of 0 … 1 as a percentage; never `100 %` unless it is all of it. */
export function percent(share: number): string {
  const hundredfold = share * 100;
  if (share > 0.99 && share < 1) return `${String(Math.floor(round9(hundredfold) * 100) / 100)} %`;
  return `${String(Math.abs(hundredfold) >= 10 ? Math.round(hundredfold) : Number(hundredfold.toPrecision(2)))} %`;
}

/** Takes out the last bits' noise, so that 0.9998 × 100 is not cut down to 99.97. */
const round9 = (value: number): number => Number(value.toFixed(9));
