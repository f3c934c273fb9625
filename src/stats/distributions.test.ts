import { describe, expect, it } from 'vitest';
import { FAN_OUT_CELLS } from '../../test/fixtures/cells.ts';
import { distributionOf as encoded, fixtureMeasurement } from '../../test/fixtures/record.ts';
import { decodeHistogram } from '../measure/histogram.ts';
import type { Measurement } from '../result/record.ts';
import { DISTRIBUTION_NAMES, distributionOf, unendedOf } from './distributions.ts';
import { mergedDistribution } from './merged.ts';

const [fanOutCell] = FAN_OUT_CELLS;
if (fanOutCell === undefined) throw new Error('no cell with receivers');
const measured = fixtureMeasurement(fanOutCell, 'sse', 7);

describe('the distributions of a measurement', () => {
  it('are those that have samples', () => {
    const found = DISTRIBUTION_NAMES.filter((name) => distributionOf(measured, name) !== undefined);
    expect(found).toEqual([
      'delivery',
      'delivery-from-due',
      'first-receiver',
      'median-receiver',
      'last-receiver',
      'receiver-spread',
    ]);
    expect(distributionOf(measured, 'last-receiver')).toBe(measured.fanOut?.last);
    expect(distributionOf(measured, 'delivery')).toBe(measured.delivery);
    expect(distributionOf({ ...measured, fanOut: null }, 'last-receiver')).toBeUndefined();
  });

  it('hold nothing between two clocks that cannot be compared', () => {
    const doubted: Measurement = { ...measured, doubts: [{ kind: 'clock-not-comparable', detail: 'two hosts' }] };
    expect(DISTRIBUTION_NAMES.filter((name) => distributionOf(doubted, name) !== undefined)).toEqual([
      'receiver-spread',
    ]);
  });

  it('lack what never came to its end', () => {
    const calls = { ...measured.calls, due: 9, ok: 2, timedOut: 4, dropped: 2, disconnected: 1, rejected: 0 };
    expect(unendedOf({ ...measured, calls }, 'response-time')).toBe(7);
    expect(unendedOf({ ...measured, calls }, 'service-time')).toBe(7);
    expect(unendedOf({ ...measured, calls }, 'send-lag')).toBe(0);
    const fanOut = measured.fanOut && { ...measured.fanOut, events: measured.fanOut.last.count + 3 };
    expect(unendedOf({ ...measured, fanOut }, 'last-receiver')).toBe(3);
    expect(unendedOf({ ...measured, fanOut: null }, 'last-receiver')).toBe(0);
  });
});

describe('merged', () => {
  const one: Measurement = { ...measured, serviceTime: encoded([1_000, 2_000]) };
  const two: Measurement = { ...measured, serviceTime: encoded([3_000]), calls: { ...measured.calls, timedOut: 5 } };
  const none: Measurement = { ...measured, serviceTime: encoded([]) };

  it('holds the samples of all that have any', () => {
    const merged = mergedDistribution([one, two, none], 'service-time');
    expect(merged).toMatchObject({ trials: 2, unended: 5 });
    expect(merged?.histogram.encode()).toEqual(decodeHistogram(encoded([1_000, 2_000, 3_000])).encode());
  });

  it('is nothing where there are none', () => {
    expect(mergedDistribution([none], 'service-time')).toBeUndefined();
    expect(mergedDistribution([], 'service-time')).toBeUndefined();
  });
});
