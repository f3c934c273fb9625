import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MetricUnit } from './metric.ts';
import { formatMetricValue, parseMetricValue, shownMetricValue } from './metric-quantity.ts';

test.each<[MetricUnit, string, number]>([
  ['ns', '5ms', 5_000_000],
  ['ns', '0.5us', 500],
  ['ns', '2 s', 2e9],
  ['us', '80us', 80],
  ['us', '0.1ms', 100],
  ['bytes', '400B', 400],
  ['bytes', '1.5KiB', 1_536],
  ['per-second', '2000/s', 2_000],
  ['per-second', '30/min', 0.5],
  ['per-second', '7', 7],
  ['share', '99%', 0.99],
  ['share', '0.999', 0.999],
  ['count', '2', 2],
])('%s: %s', (unit, text, value) => expect(parseMetricValue(text, unit)).toBe(value));

test.each<[MetricUnit, string, string]>([
  ['ns', '5', 'expected a time like 500us or 5ms'],
  ['ns', '5B', 'expected a time like 500us or 5ms'],
  ['ns', '-5ms', 'expected a time like 500us or 5ms'],
  ['ns', '5m', 'expected a time like 500us or 5ms'],
  ['us', '5ns', 'expected a processor time like 80us or 0.1ms'],
  ['bytes', '5ms', 'expected a size like 400B or 1.5KiB'],
  ['per-second', '5/h', 'expected a rate like 2000/s'],
  ['share', '101%', 'expected a share of at most 100%'],
  ['share', '1.5', 'expected a share of at most 100%'],
  ['count', '1e3', 'expected a plain number like 2'],
  ['count', '', 'expected a plain number like 2'],
])('%s refuses %j', (unit, text, why) => expect(() => parseMetricValue(text, unit)).toThrow(why));

test('the shortest text that reads back as the value', () => {
  expect(formatMetricValue(5_000_000, 'ns')).toBe('5ms');
  expect(formatMetricValue(1_500, 'ns')).toBe('1.5us');
  expect(formatMetricValue(500_000_000, 'ns')).toBe('500ms');
  expect(formatMetricValue(300, 'us')).toBe('300us');
  expect(formatMetricValue(512, 'bytes')).toBe('512B');
  expect(formatMetricValue(0.5, 'ns')).toBe('0.5ns');
  expect(formatMetricValue(0.005, 'share')).toBe('0.5%');
  expect(formatMetricValue(1_536, 'bytes')).toBe('1536B');
  expect(formatMetricValue(65_536, 'bytes')).toBe('64KiB');
  expect(formatMetricValue(0.5, 'per-second')).toBe('0.5/s');
  expect(formatMetricValue(0.99, 'share')).toBe('99%');
  expect(() => formatMetricValue(-1, 'count')).toThrow(RangeError);
});

test('whatever can be written reads back', () => {
  const unit = fc.constantFrom<MetricUnit>('ns', 'us', 'bytes', 'per-second', 'share', 'count');
  const suffixes: Readonly<Record<MetricUnit, readonly string[]>> = {
    ns: ['ns', 'us', 'ms', 's'],
    us: ['us', 'ms', 's'],
    bytes: ['B', 'kB', 'KiB', 'MB', 'MiB'],
    'per-second': ['/s', '/min', ''],
    share: ['%', ''],
    count: [''],
  };
  fc.assert(
    fc.property(unit, fc.nat(9_999), fc.nat(999), fc.nat(), (unit, whole, decimals, pick) => {
      const suffix = suffixes[unit][pick % suffixes[unit].length] ?? '';
      const number = unit === 'share' ? `0.${decimals}` : `${whole}.${decimals}`;
      const value = parseMetricValue(number + suffix, unit);
      // A 60th of a decimal fraction may have no decimals that end.
      if (suffix === '/min') return;
      expect(parseMetricValue(formatMetricValue(value, unit), unit)).toBe(value);
    }),
  );
});

test.each<[MetricUnit, number, string]>([
  ['ns', 94_912, '94.91 µs'],
  ['ns', 12, '12 ns'],
  ['ns', 5e9, '5 s'],
  ['us', 37.71, '37.71 µs'],
  ['us', 1_250, '1.25 ms'],
  ['bytes', 448, '448 B'],
  ['bytes', 9_999, '9999 B'],
  ['bytes', 65_536, '64 KiB'],
  ['bytes', -20.5, '-20.5 B'],
  ['per-second', 12_345.678, '12345.7/s'],
  ['share', 0.9998, '99.98 %'],
  ['count', 0, '0'],
])('%s for people: %d', (unit, value, text) => expect(shownMetricValue(value, unit)).toBe(text));
