import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MadePart, around, attributionStepsOf } from '../../test/fixtures/attribution-steps.ts';
import { LAYERS, attributionOf, paired, seriesOf, stackRatios, whoseDifference } from './attribution.ts';

const HANDLER: MadePart = { part: 'handler', medianUs: around(5, 0) };
const arm = (id: string, [echo, lean, stock, sdk]: readonly [number, number, number, number]): readonly MadePart[] => [
  { arm: id, part: 'echo', medianUs: around(echo) },
  { arm: id, part: 'lean', medianUs: around(lean) },
  { arm: id, part: 'stock', medianUs: around(stock) },
  { arm: id, part: 'sdk', medianUs: around(sdk) },
];
const stepsOf = (...parts: readonly MadePart[]) => attributionStepsOf([HANDLER, ...parts]);

describe('one call taken apart', () => {
  test('each layer is what it adds to the one below, in nanoseconds', () => {
    const found = attributionOf(stepsOf(...arm('websocket', [40, 60, 80, 100])), 'websocket');
    const values = Object.fromEntries(LAYERS.map((layer) => [layer, found?.layers[layer]?.value]));
    expect(values).toEqual({ floor: 40_000, protocol: 15_000, library: 20_000, sdk: 20_000, handler: 5_000 });
    expect(found).toMatchObject({ wholeStack: 'sdk', restNs: 0, addsUp: true });
    expect(found?.whole.value).toBe(100_000);
  });

  test('differences are those of the same repetition: a machine that drifts moves both', () => {
    const drifting = around(100, 30);
    const steps = stepsOf(
      { arm: 'a', part: 'lean', medianUs: drifting },
      { arm: 'a', part: 'stock', medianUs: drifting.map((us) => us + 20) },
    );
    expect(attributionOf(steps, 'a')?.layers.library).toMatchObject({ value: 20_000, low: 20_000, high: 20_000 });
  });

  test('without the SDK the call is the stock client’s; without a stack there is nothing', () => {
    const [echo, lean, stock] = arm('sse', [40, 60, 80, 100]) as [MadePart, MadePart, MadePart];
    const found = attributionOf(stepsOf(echo, lean, stock), 'sse');
    expect(found).toMatchObject({ wholeStack: 'stock', addsUp: true });
    expect(found?.layers.sdk).toBeUndefined();
    expect(attributionOf(stepsOf(echo), 'sse')).toBeUndefined();
  });

  test('a floor that was not measured leaves a sum that does not add up, and says by how much', () => {
    const [, lean, stock] = arm('sse', [40, 60, 80, 100]) as [MadePart, MadePart, MadePart];
    const found = attributionOf(stepsOf(lean, stock), 'sse');
    expect(found).toMatchObject({ addsUp: false, restNs: 80_000 - 20_000 - 5_000 });
  });

  test('both ends on one core are no floor', () => {
    const same: MadePart = { arm: 'sse', part: 'echo', placement: 'same', medianUs: around(10) };
    const found = attributionOf(stepsOf(same, ...arm('sse', [40, 60, 80, 100])), 'sse');
    expect(found?.layers.floor?.value).toBe(40_000);
  });

  test('layers add up to the call for any times, but for what medians of differences leave over', () => {
    const us = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(us, us, us, us, us, (echo, lean, stock, sdk, handler) => {
        const parts = Object.entries({ echo, lean, stock, sdk }).map(([part, medianUs]) => ({
          arm: 'a',
          part,
          medianUs,
        }));
        const found = attributionOf(attributionStepsOf([...parts, { part: 'handler', medianUs: handler }]), 'a');
        // With one repetition medians are values, and values add up.
        expect(found?.restNs).toBeCloseTo(0);
      }),
    );
  });
});

describe('whose a difference is', () => {
  const between = (sse: Parameters<typeof arm>[1], webSocket: Parameters<typeof arm>[1]) =>
    stepsOf(...arm('sse', sse), ...arm('websocket', webSocket));

  test('ratios through each stack, lean first', () => {
    const ratios = stackRatios(between([40, 60, 160, 400], [40, 60, 80, 100]), 'sse', 'websocket');
    expect(ratios.map(({ stack, ratio }) => [stack, ratio.value])).toEqual([
      ['lean', 1],
      ['stock', 2],
      ['sdk', 4],
    ]);
  });

  test('the client’s where lean clients have less than half of it, the transport’s where they have more', () => {
    expect(whoseDifference(between([40, 70, 160, 400], [40, 60, 80, 100]), 'sse', 'websocket')).toBe('client');
    expect(whoseDifference(between([40, 300, 350, 400], [40, 60, 80, 100]), 'sse', 'websocket')).toBe('transport');
  });

  test('the same when the other is the slower one', () => {
    expect(whoseDifference(between([40, 60, 80, 100], [40, 70, 160, 400]), 'sse', 'websocket')).toBe('client');
    expect(whoseDifference(between([40, 60, 80, 100], [40, 300, 350, 400]), 'sse', 'websocket')).toBe('transport');
  });

  test('nobody’s where no difference is seen, or about half of it is there', () => {
    expect(whoseDifference(between([40, 60, 80, 100], [40, 60, 80, 100]), 'sse', 'websocket')).toBe('undecided');
    expect(whoseDifference(between([40, 210, 300, 400], [40, 60, 80, 100]), 'sse', 'websocket')).toBe('undecided');
    expect(whoseDifference(stepsOf(...arm('sse', [1, 2, 3, 4])), 'sse', 'websocket')).toBe('undecided');
  });

  test('nobody’s with fewer than six repetitions, however clear they look', () => {
    const clear = between([40, 70, 160, 400], [40, 60, 80, 100]);
    const first = (count: number) => clear.filter(({ repetition }) => repetition < count);
    expect(whoseDifference(first(5), 'sse', 'websocket')).toBe('undecided');
    expect(whoseDifference(first(6), 'sse', 'websocket')).toBe('client');
  });
});

test('only repetitions that all parts have are combined', () => {
  const steps = attributionStepsOf([
    { arm: 'a', part: 'lean', medianUs: [1, 2, 3] },
    { arm: 'a', part: 'stock', medianUs: [5, 5] },
  ]);
  const series = ['stock', 'lean'].map((part) => seriesOf(steps, { arm: 'a', part }));
  expect(paired(series, (a = 0, b = 0) => a - b)?.values).toEqual([4_000, 3_000]);
  expect(paired([], () => 0)).toBeUndefined();
});
