import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricName } from '../scenario/metric.ts';
import { changesFirst, compareRuns } from './compare-runs.ts';

const sample = (metric: MetricName, values: readonly number[], armId = 'sse') => ({
  cellId: 'c',
  armId,
  metric,
  values,
});
const changeOf = (metric: MetricName, base: readonly number[], head: readonly number[]) =>
  compareRuns([sample(metric, base)], [sample(metric, head)])[0];

describe('what is counted, and the same in every trial of each run', () => {
  test.each<[MetricName, number[], number[], object]>([
    ['wire-up-per-message', [441, 441], [448], { word: 'slower', ratio: 448 / 441, low: 448 / 441 }],
    ['wire-up-per-message', [448], [441, 441], { word: 'faster', ratio: 441 / 448 }],
    ['wire-up-per-message', [448], [448], { word: 'equivalent', ratio: 1, smallestDetectable: 1, coverage: 1 }],
    ['sockets-per-client', [0], [0], { word: 'equivalent', ratio: 1 }],
    ['sockets-per-client', [0], [2], { word: 'slower', ratio: null, low: null, high: null }],
  ])('%s: %j to %j', (metric, base, head, expected) => {
    expect(changeOf(metric, base, head)).toMatchObject({ counted: true, ...expected });
  });

  test('what went wrong is counted by its worst trial', () => {
    expect(changeOf('events-lost', [0, 0, 2], [1, 0])).toMatchObject({
      counted: true,
      word: 'faster',
      baseValue: 2,
      headValue: 1,
    });
    expect(changeOf('calls-failed', [0, 0, 0], [0, 0, 1])).toMatchObject({
      counted: true,
      word: 'slower',
      baseValue: 0,
      headValue: 1,
    });
    expect(changeOf('calls-failed', [0], [0, 0])).toMatchObject({ word: 'equivalent' });
  });

  test('where trials differ it is a sample', () => {
    expect(changeOf('wire-up-per-message', [441, 442], [441, 441])).toMatchObject({
      counted: false,
      word: 'inconclusive',
    });
  });
});

describe('what is measured', () => {
  const base = [100, 101, 102, 99, 98, 100];
  test('the ratio of medians, with its interval and the smallest change it could have seen', () => {
    const change = changeOf(
      'response-time.p50',
      base,
      base.map((value) => value * 1.2),
    )!;
    expect(change).toMatchObject({ counted: false, word: 'slower', baseTrials: 6, headTrials: 6, baseValue: 100 });
    expect(change.ratio).toBeCloseTo(1.2, 3);
    expect(change.low!).toBeLessThan(1.2);
    expect(change.high!).toBeGreaterThan(1.2);
    expect(change.smallestDetectable!).toBeGreaterThan(1);
    expect(change.smallestDetectable!).toBeLessThan(1.1);
  });

  test('more is better where more is better', () => {
    expect(
      changeOf(
        'rate',
        base,
        base.map((value) => value * 1.2),
      )?.word,
    ).toBe('faster');
    expect(changeOf('response-time.p50', base, base)?.word).toBe('equivalent');
  });

  test('three trials say nothing, and below 0 there is no ratio', () => {
    expect(changeOf('response-time.p50', [1, 2, 3], [9, 9, 9])).toMatchObject({
      word: 'inconclusive',
      smallestDetectable: null,
    });
    expect(changeOf('endpoint-rss', [0, 1], [1, 1])).toMatchObject({
      word: 'inconclusive',
      ratio: null,
      coverage: null,
    });
  });

  test('swapping the runs turns the ratio and the word around', () => {
    const values = fc.array(fc.integer({ min: 50, max: 200 }), { minLength: 6, maxLength: 8 });
    fc.assert(
      fc.property(values, values, (first, second) => {
        const [there, back] = [
          changeOf('response-time.p50', first, second)!,
          changeOf('response-time.p50', second, first)!,
        ];
        expect(there.ratio! * back.ratio!).toBeCloseTo(1, 9);
        expect(there.low! * back.high!).toBeCloseTo(1, 9);
        const turned = {
          faster: 'slower',
          slower: 'faster',
          equivalent: 'equivalent',
          inconclusive: 'inconclusive',
        } as const;
        expect(back.word).toBe(turned[there.word]);
      }),
    );
  });
});

test('only what both have, in the base’s order; counts that differ come first', () => {
  const base = [
    sample('response-time.p50', [1]),
    sample('rate', [1]),
    sample('wire-up-per-message', [1]),
    sample('wire-down-per-message', [1]),
    sample('rate', [1], 'websocket'),
  ];
  const head = [...base.slice(0, 2), sample('wire-up-per-message', [2]), ...base.slice(3, 4)].toReversed();
  const changes = compareRuns(base, head);
  expect(changes.map(({ metric }) => metric)).toEqual([
    'response-time.p50',
    'rate',
    'wire-up-per-message',
    'wire-down-per-message',
  ]);
  expect(changesFirst(changes).map(({ metric }) => metric)).toEqual([
    'wire-up-per-message',
    'response-time.p50',
    'rate',
    'wire-down-per-message',
  ]);
});
