import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClockEnd, type StampExchange, boundOffset, compareClocks, timeNamespace } from './clock-check.ts';

/** An exchange with a clock that is ahead by the offset: the ways there and back, and the time between, are anybody's guess. */
const exchange = (
  askedNs: number,
  offsetNs: number,
  [there, within, back]: readonly [number, number, number],
): StampExchange => ({
  askedNs,
  receivedNs: askedNs + there + offsetNs,
  sentNs: askedNs + there + within + offsetNs,
  answeredNs: askedNs + there + within + back,
});

const way = fc.nat(1_000_000);
const exchanges = (offsetNs: number) =>
  fc
    .array(fc.tuple(fc.nat(1e9), fc.tuple(way, way, way)), { minLength: 1, maxLength: 20 })
    .map((list) => list.map(([asked, ways]) => exchange(asked, offsetNs, ways)));
const offset = fc.integer({ min: -1e12, max: 1e12 });

describe('bounds', () => {
  test('hold the true offset, however lopsided the ways', () => {
    fc.assert(
      fc.property(
        offset.chain((ns) => fc.tuple(fc.constant(ns), exchanges(ns))),
        ([truth, list]) => {
          const { lowNs, highNs } = boundOffset(list);
          expect(lowNs).toBeLessThanOrEqual(truth);
          expect(highNs).toBeGreaterThanOrEqual(truth);
        },
      ),
    );
  });

  test('are as tight as the quickest way there and the quickest way back', () => {
    const list = [exchange(0, 500, [10, 0, 900]), exchange(5_000, 500, [700, 3, 20])];
    expect(boundOffset(list)).toEqual({ lowNs: 480, highNs: 510 });
  });

  test('are infinite without exchanges', () => {
    expect(boundOffset([])).toEqual({ lowNs: Number.NEGATIVE_INFINITY, highNs: Number.POSITIVE_INFINITY });
  });
});

describe('comparing', () => {
  const end = (lowNs: number, highNs: number, namespace: string | undefined = 'time:[1]'): ClockEnd => ({
    bounds: { lowNs, highNs },
    namespace,
  });

  test('the same clock is comparable, whatever the machine did to the exchanges', () => {
    fc.assert(
      fc.property(exchanges(0), exchanges(0), (a, b) => {
        expect(
          compareClocks({ bounds: boundOffset(a), namespace: 'x' }, { bounds: boundOffset(b), namespace: 'x' })
            .comparable,
        ).toBe(true);
      }),
    );
  });

  test('an offset that exceeds the exchanges is found', () => {
    const endpoint = { bounds: boundOffset([exchange(0, 5_000_000, [40_000, 0, 40_000])]), namespace: 'x' };
    const driver = { bounds: boundOffset([exchange(0, 0, [40_000, 0, 40_000])]), namespace: 'x' };
    expect(compareClocks(endpoint, driver)).toEqual({
      comparable: false,
      offsetLowNs: 4_920_000,
      offsetHighNs: 5_080_000,
      evidence: 'same time namespace; offset bounds 4920 … 5080 µs exclude 0',
    });
    expect(compareClocks(driver, endpoint)).toMatchObject({
      comparable: false,
      offsetLowNs: -5_080_000,
      offsetHighNs: -4_920_000,
    });
  });

  test('a microsecond is the clock’s own reading, more is not', () => {
    expect(compareClocks(end(1_000, 2_000), end(0, 0)).comparable).toBe(true);
    expect(compareClocks(end(1_001, 2_000), end(0, 0)).comparable).toBe(false);
    expect(compareClocks(end(-2_000, -1_000), end(0, 0)).comparable).toBe(true);
    expect(compareClocks(end(-2_000, -1_001), end(0, 0)).comparable).toBe(false);
  });

  test('another time namespace is another clock, even where the bounds allow it', () => {
    expect(compareClocks(end(-10, 10), end(-10, 10, 'time:[2]'))).toMatchObject({
      comparable: false,
      evidence: 'different time namespace; offset bounds 0 … 0 µs contain 0',
    });
  });

  test('this process tells its namespace, or that it cannot', () => {
    expect(timeNamespace() ?? 'time:[0]').toMatch(/^time:\[\d+\]$/);
  });
});
