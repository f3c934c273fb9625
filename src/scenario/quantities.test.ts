import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, nanoseconds, perSecond } from '../units.ts';
import {
  formatDuration,
  formatRate,
  formatSize,
  parseDuration,
  parseRate,
  parseSize,
  QuantityError,
} from './quantities.ts';

describe('parseDuration', () => {
  it.each([
    ['5s', 5e9],
    ['500ms', 5e8],
    ['250us', 250_000],
    ['7ns', 7],
    ['2m', 120e9],
    ['1h', 3600e9],
    ['0ms', 0],
    ['1.5s', 1.5e9],
    ['0.1us', 100],
    ['1.001ms', 1_001_000],
    ['5 s', 5e9],
  ])('%s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    '',
    '5',
    's',
    '-5s',
    '+5s',
    '5S',
    '5sec',
    '1e3s',
    '5s5',
    '0.5ns',
    '.5s',
    '5.s',
    '٣s',
    'NaNs',
    '99999999h',
    '5  s',
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(`got ${JSON.stringify(text)}, expected a time like 500ms or 5s`);
  });

  it('reads what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(parseDuration(formatDuration(nanoseconds(value)))).toBe(value);
      }),
    );
  });
});

describe('parseSize', () => {
  it.each([
    ['0B', 0],
    ['16B', 16],
    ['2kB', 2000],
    ['4KiB', 4096],
    ['1MiB', 1_048_576],
    ['1MB', 1_000_000],
    ['0.5KiB', 512],
  ])('%s', (text, expected) => {
    expect(parseSize(text)).toBe(expected);
  });

  it.each(['', '16', '16b', '4kib', '4KB', '4K', '-1B', '0.3B', '1 000B', '9999999999MiB'])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow(`got ${JSON.stringify(text)}, expected a size like 256B, 4KiB or 1MiB`);
  });

  it('reads what formatSize writes', () => {
    const sizes = fc.oneof(
      fc.maxSafeNat(),
      fc.nat(4096).map((value) => value * 1024),
      fc.nat(4096).map((value) => value * 1000),
    );
    fc.assert(
      fc.property(sizes, (value) => {
        expect(parseSize(formatSize(bytes(value)))).toBe(value);
      }),
    );
  });
});

describe('parseRate', () => {
  it.each([
    ['200/s', 200],
    ['200 / s', 200],
    ['30/min', 0.5],
    ['200', 200],
    ['0.25/s', 0.25],
    ['0', 0],
  ])('%s', (text, expected) => {
    expect(parseRate(text)).toBe(expected);
  });

  it.each(['', 'fast', '-1/s', '5/h', '5/ms', '/s', '1e3', 'Infinity', '5/s/s'])('refuses %j', (text) => {
    expect(() => parseRate(text)).toThrow(
      `got ${JSON.stringify(text)}, expected a number of requests per second like 200/s`,
    );
  });

  it('reads what formatRate writes', () => {
    const rates = fc.oneof(
      fc.nat(1_000_000),
      fc.integer({ min: 1, max: 59 }).map((value) => value / 60),
      fc.nat(1_000_000).map((value) => value / 1000),
    );
    fc.assert(
      fc.property(rates, (value) => {
        expect(parseRate(formatRate(perSecond(value)))).toBe(value);
      }),
    );
  });
});

describe('formatters', () => {
  it('take the largest unit that needs no decimals', () => {
    expect([0, 1, 1500, 5e8, 1.5e9, 6e10, 9e10].map((value) => formatDuration(nanoseconds(value)))).toEqual([
      '0s',
      '1ns',
      '1500ns',
      '500ms',
      '1500ms',
      '1m',
      '90s',
    ]);
    expect([0, 120, 1024, 2000, 65_536, 1_048_576].map((value) => formatSize(bytes(value)))).toEqual([
      '0B',
      '120B',
      '1KiB',
      '2kB',
      '64KiB',
      '1MiB',
    ]);
    expect([200, 0.5, 0.3].map((value) => formatRate(perSecond(value)))).toEqual(['200/s', '30/min', '18/min']);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuse %s', (value) => {
    expect(() => formatDuration(nanoseconds(value))).toThrow(RangeError);
    expect(() => formatSize(bytes(value))).toThrow(RangeError);
  });
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%s is no rate', (value) => {
  expect(() => formatRate(perSecond(value))).toThrow(RangeError);
});

it('a QuantityError never carries control characters to the terminal', () => {
  expect(new QuantityError('\u001b[2J\u009b\u202e\u{e0001}\n', 'x').message).toBe(
    String.raw`got "\u001b[2J\u009b\u202e\udb40\udc01\n", expected x`,
  );
});
