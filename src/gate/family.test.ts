import { describe, expect, test } from 'vitest';
import { armOfBuild } from '../scenario/builds.ts';
import { expandCells } from '../scenario/cells.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';
import { type Variant, defaultVariant } from '../scenario/variant.ts';
import { DEFAULT_PAIR_GATE } from './defaults.ts';
import { type FamilyOptions, pairFamily, tooLarge } from './family.ts';

function armsOf(name: string, axes: Partial<Variant> = {}): readonly Arm[] {
  const arm: Arm = { id: name, title: name, variant: { ...defaultVariant(name), ...axes } };
  return [armOfBuild(arm, 'base'), armOfBuild(arm, 'head')];
}

function cellsOf(name: string): readonly Cell[] {
  const file = loadScenario(name);
  if (file.kind !== 'workload') throw new Error(`${name} is a study`);
  return expandCells(file, { quick: false });
}

const familyOf = (options: Partial<FamilyOptions> = {}) =>
  pairFamily({
    arms: armsOf('sse'),
    cells: cellsOf('tool-calls'),
    impossible: [],
    knowsProcessorTime: () => true,
    ...options,
  });
const metricsOf = (options: Partial<FamilyOptions>) => familyOf(options).map(({ metric }) => metric);
const exactOf = (axes: Partial<Variant>, scenario = 'tool-calls') =>
  familyOf({ arms: armsOf('sse', axes), cells: cellsOf(scenario) }).some(
    ({ metric, exact }) => exact && metric.startsWith('wire-'),
  );

describe('the family', () => {
  test('is head against base: the median call, its processor time, its bytes, and what failed', () => {
    expect(familyOf()).toEqual(
      [
        { metric: 'response-time.p50', floor: 0.03, margin: 0.05, exact: false },
        { metric: 'endpoint-cpu-per-message', floor: 0.03, margin: 0.05, exact: false },
        { metric: 'wire-up-per-message', floor: 0.03, margin: 0.05, exact: true },
        { metric: 'wire-down-per-message', floor: 0.03, margin: 0.05, exact: true },
        { metric: 'calls-failed', floor: 0.03, margin: 0.05, exact: true },
      ].map((one) => ({ cellId: 'tool-calls', armId: 'sse:head', baseArmId: 'sse:base', ...one })),
    );
  });

  test('is of every transport with itself, never with another', () => {
    const family = familyOf({ arms: [...armsOf('sse'), ...armsOf('websocket')] });
    expect(new Set(family.map(({ armId, baseArmId }) => `${armId} ÷ ${baseArmId}`))).toEqual(
      new Set(['sse:head ÷ sse:base', 'websocket:head ÷ websocket:base']),
    );
    expect(family).toHaveLength(10);
  });

  test('takes the metrics that are named, and what is counted besides', () => {
    expect(metricsOf({ metrics: ['rate'] })).toEqual([
      'rate',
      'wire-up-per-message',
      'wire-down-per-message',
      'calls-failed',
    ]);
    expect(metricsOf({ metrics: ['wire-up-per-message'] })).toEqual([
      'wire-up-per-message',
      'wire-down-per-message',
      'calls-failed',
    ]);
    expect(metricsOf({ cells: cellsOf('notifications') })).toContain('events-lost');
    expect(metricsOf({ cells: cellsOf('notifications') })).not.toContain('calls-failed');
  });

  test('takes the limit that is named, and three fifths of it as floor', () => {
    const [first] = familyOf({ maxRegression: 0.2 });
    expect(first).toMatchObject({ floor: 0.12, margin: 0.2 });
    expect(familyOf({ metrics: ['response-time.p99'] })[0]).toMatchObject({ floor: 0.05, margin: 0.1 });
  });

  test('leaves out what cannot be known', () => {
    expect(metricsOf({ knowsProcessorTime: () => false })).not.toContain('endpoint-cpu-per-message');
    expect(metricsOf({ cells: cellsOf('notifications') })).toContain('delivery.p50');
    expect(metricsOf({ cells: cellsOf('notifications') })).not.toContain('response-time.p50');
    const both = cellsOf('duplex').filter(
      ({ scenario }) => scenario.publish.length > 0 && scenario.load.kind !== 'none',
    );
    expect(both.length).toBeGreaterThan(0);
    expect(metricsOf({ cells: both })).not.toContain('wire-up-per-message');
    expect(familyOf({ impossible: [{ armId: 'sse:base', cellId: 'tool-calls' }] })).toEqual([]);
  });

  test.each<readonly [string, Partial<Variant>, string]>([
    ['somebody else’s server', { target: 'mine' }, 'tool-calls'],
    ['compression', { compression: 'gzip' }, 'tool-calls'],
    ['HTTP/2', { http: '2' }, 'tool-calls'],
    ['TLS', { tls: true }, 'tool-calls'],
    ['messages of several sizes', {}, 'chatty'],
  ])('counts no bytes over %s, but compares them', (_, axes, scenario) => {
    expect(exactOf(axes, scenario)).toBe(false);
    expect(metricsOf({ arms: armsOf('sse', axes), cells: cellsOf(scenario) })).toContain('wire-up-per-message');
  });

  test('counts bytes where all messages weigh the same', () => {
    expect(exactOf({})).toBe(true);
    expect(exactOf({}, 'payload-sizes')).toBe(true);
    expect(exactOf({}, 'notifications')).toBe(true);
  });
});

describe('a family too large for its looks', () => {
  const timed = (count: number) => Array.from({ length: count }, () => ({ exact: false }));

  test('13 timed metrics are the most that 12 pairs can judge', () => {
    expect(tooLarge(timed(13), DEFAULT_PAIR_GATE)).toBeUndefined();
    expect(tooLarge(timed(14), DEFAULT_PAIR_GATE)).toBe(
      '12 pairs are too few for a first look at 14 metrics at once, with an alpha of 0.01 over 3 looks: it takes 13 or more before any of them could fail',
    );
  });

  test('counted bytes take no part', () => {
    expect(tooLarge([...timed(13), { exact: true }], DEFAULT_PAIR_GATE)).toBeUndefined();
  });

  test('few pairs can judge nothing at the usual rate of false alarms', () => {
    expect(tooLarge(timed(1), { looks: [1], alpha: 0.01 })).toBe(
      '1 pair is too few for a first look at 1 metric, with an alpha of 0.01: it takes 7 or more before it could fail',
    );
    expect(tooLarge(timed(4), { looks: [3], alpha: 0.01 })).toMatch(
      /^3 pairs are too few for a first look at 4 metrics at once, with an alpha of 0\.01: it takes 9 or more/,
    );
    expect(tooLarge(timed(4), { looks: [9], alpha: 0.01 })).toBeUndefined();
    expect(tooLarge(timed(1), { looks: [6], alpha: 0.02 })).toBeUndefined();
  });
});
