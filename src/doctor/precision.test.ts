/** What a machine can tell apart, from records of equals. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { distributionOf, fixtureRecord, withMeasurements } from '../../test/fixtures/record.ts';
import type { RunRecord } from '../result/record.ts';
import { bytes } from '../units.ts';
import { parseDoctor } from './doctor-json-schema.ts';
import { doctorJson } from './doctor-json.ts';
import { GATED_METRICS, type Precision, isAsItMust, isReportOnly, precisionsOf, untoldOf } from './precision.ts';

const cells = FIXTURE_CELLS.filter(({ id }) => id === 'tool-calls');
const EQUALS = { armId: 'websocket', twinId: 'sse' };

/** Every call of a trial takes what is said for its arm and block. */
function recordOf(valueOf: (armId: string, block: number) => number, blocks = 10): RunRecord {
  const record = fixtureRecord({ blocks, cells, armIds: ['websocket', 'sse'] });
  return withMeasurements(record, (measurement, { armId, block }) => {
    const times = distributionOf(Array.from({ length: measurement.calls.ok }, () => valueOf(armId, block)));
    return { ...measurement, responseTime: times, serviceTime: times, doubts: [] };
  });
}

const p50Of = (record: RunRecord): Precision => {
  const found = precisionsOf(record, [EQUALS]).find(({ metric }) => metric === 'response-time.p50');
  if (found === undefined) throw new Error('there is no p50');
  return found;
};

describe('precisionsOf', () => {
  it('is the spread of the ratios, as the definition has it', () => {
    const anyFactors = fc.array(fc.integer({ min: 50, max: 200 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(anyFactors, (factors) => {
        const { spread, pairs } = p50Of(
          recordOf((armId, block) => (armId === 'sse' ? (factors[block] ?? 0) * 1e4 : 1e6)),
        );
        const logs = factors.map((factor) => Math.log(factor / 100));
        const mean = logs.reduce((sum, value) => sum + value, 0) / 10;
        const expected = Math.sqrt(logs.map((value) => (value - mean) ** 2).reduce((sum, one) => sum + one, 0) / 9);
        expect(pairs).toBe(10);
        // Three digits are what a histogram keeps.
        expect(Math.abs(spread - expected)).toBeLessThan(0.002);
      }),
      { numRuns: 20 },
    );
  });

  it('has intervals as wide as Student’s t makes them, and sees what two and a half of their halves would hide', () => {
    const found = p50Of(recordOf((armId, block) => (armId === 'sse' && block % 2 === 1 ? 1.1e6 : 1e6)));
    const spread = (Math.log(1.1) / 2) * Math.sqrt(10 / 9);
    expect(found.spread).toBeCloseTo(spread, 3);
    // t at 97.5 %: 2.201 for 11 degrees of freedom, 2.093 for 19, 2.045 for 29.
    for (const [at, t, pairs] of [
      [0, 2.201, 12],
      [1, 2.093, 20],
      [2, 2.045, 30],
    ] as const) {
      expect(found.halfWidths[at]?.pairs).toBe(pairs);
      expect(found.halfWidths[at]?.share).toBeCloseTo(Math.exp((t * found.spread) / Math.sqrt(pairs)) - 1, 4);
    }
    const half = (2.045 * found.spread) / Math.sqrt(30);
    expect(found.smallestDetectable).toBeCloseTo(Math.exp((half * (1.96 + 0.8416)) / 1.96), 4);
    expect(found.margin).toBe(0.05);
  });

  it('keeps to the published form, and loses nothing there', () => {
    const precisions = precisionsOf(
      recordOf(() => 1e6),
      [EQUALS],
    );
    expect(precisions.length).toBeGreaterThan(0);
    expect(parseDoctor(JSON.parse(doctorJson([], precisions))).precisions).toEqual(precisions);
  });

  it('tells equals that differ by chance from those that differ', () => {
    const noise = (block: number): number => 1 + (block % 3) / 200;
    const equal = p50Of(recordOf((armId, block) => 1e6 * noise(armId === 'sse' ? block : block + 1)));
    expect(equal.word).toBe('equivalent');
    expect(isAsItMust(equal)).toBe(true);
    expect(isReportOnly(equal)).toBe(false);
    const slower = p50Of(recordOf((armId, block) => (armId === 'sse' ? 1.2e6 : 1e6) * noise(block)));
    expect(slower.word).toBe('slower');
    expect(isAsItMust(slower)).toBe(false);
  });

  it('has a metric decide nothing where a change by its margin would go unseen', () => {
    expect(isReportOnly(p50Of(recordOf((armId, block) => (armId === 'sse' && block % 2 === 1 ? 1.4e6 : 1e6))))).toBe(
      true,
    );
  });

  it('compares bytes by equality', () => {
    const record = withMeasurements(
      recordOf(() => 1e6),
      (measurement) => ({
        ...measurement,
        bytes: { ...measurement.bytes, wireUp: bytes(9_000), driverWireUp: bytes(9_000) },
      }),
    );
    const found = precisionsOf(record, [EQUALS]).find(({ metric }) => metric === 'wire-up-per-message');
    expect(found).toMatchObject({ spread: 0, smallestDetectable: 1, word: 'equivalent' });
  });

  it('says what it cannot tell, and refuses an arm that is not there', () => {
    expect(
      precisionsOf(
        recordOf(() => 1e6, 1),
        [EQUALS],
      ),
    ).toEqual([]);
    expect(untoldOf([], ['a']).map(({ metric }) => metric)).toEqual(GATED_METRICS);
    const all = precisionsOf(
      recordOf(() => 1e6),
      [EQUALS],
    );
    expect(untoldOf(all, ['websocket'])).toEqual([]);
    expect(() =>
      precisionsOf(
        recordOf(() => 1e6),
        [{ armId: 'nobody', twinId: 'sse' }],
      ),
    ).toThrow('nobody');
  });
});
