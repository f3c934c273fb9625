import { describe, expect, it } from 'vitest';
import * as quantity from './quantity.ts';

describe('time', () => {
  it.each([
    [0, '0 µs'],
    [412, '0.412 µs'],
    [412_345, '412 µs'],
    [999_400, '999 µs'],
    [999_500, '1.00 ms'],
    [1_123_000, '1.12 ms'],
    [49_960_000, '50.0 ms'],
    [999_999_999, '1.00 s'],
    [3_500_000_000, '3.50 s'],
    [12_345_000_000_000, '12,300 s'],
  ])('%d ns is %s', (value, text) => expect(quantity.time(value)).toBe(text));

  it('keeps an interval in the unit of its value', () => {
    expect(quantity.timeWithInterval({ value: 980_000, low: 950_000, high: 1_120_000 })).toBe('980 µs [950–1,120]');
    expect(quantity.timeWithInterval({ value: 980_000, low: 980_000, high: 980_000 })).toBe('980 µs');
  });

  it('writes a range in one unit if it can', () => {
    expect(quantity.timeRange(181_000, 204_000)).toBe('181–204 µs');
    expect(quantity.timeRange(981_000, 1_204_000)).toBe('981 µs–1.20 ms');
    expect(quantity.timeRange(181_000, 181_100)).toBe('181 µs');
  });
});

describe('size', () => {
  it.each([
    [8, '8 B'],
    [8.25, '8.25 B'],
    [1_912, '1,912 B'],
    [9_999, '9,999 B'],
    [65_846, '64.3 KiB'],
    [1_048_576, '1.00 MiB'],
  ])('%d is %s', (value, text) => expect(quantity.size(value)).toBe(text));
  it('pairs and ranges share a unit if they can', () => {
    expect(quantity.sizePair(173, 141)).toBe('173/141 B');
    expect(quantity.sizePair(65_846, 141)).toBe('64.3 KiB/141 B');
    expect(quantity.sizeRange(8, 14)).toBe('8–14 B');
    expect(quantity.sizeRange(8, 8)).toBe('8 B');
  });
});

describe('the rest', () => {
  it.each([
    [1, '100 %'],
    [0.999_96, '99.99 %'],
    [0.9998, '99.98 %'],
    [0.4, '40 %'],
    [0.0067, '0.67 %'],
    [2.21, '221 %'],
  ])('a share of %d is %s', (share, text) => expect(quantity.percent(share)).toBe(text));
  it.each([
    [0.48, '0.48×'],
    [2.081, '2.08×'],
    [11.34, '11.3×'],
    [0.0123, '0.0123×'],
    [Number.POSITIVE_INFINITY, '∞×'],
  ])('a ratio of %d is %s', (ratio, text) => expect(quantity.times(ratio)).toBe(text));
  it('writes rates and counts', () => {
    expect([80, 12.5, 15_432].map(quantity.rate)).toEqual(['80', '12.5', '15,400']);
    expect(quantity.whole(1_234_567)).toBe('1,234,567');
    expect([quantity.count(1, 'socket'), quantity.count(2, 'socket'), quantity.count(0, 'socket')]).toEqual([
      '1 socket',
      '2 sockets',
      '0 sockets',
    ]);
  });
});
