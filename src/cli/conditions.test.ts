import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { conditionsOf } from './conditions.ts';

const { arms } = fixtureRecord({ blocks: 1, cells: [] }).plan;
const NOTHING = { pacing: undefined, placement: undefined, placementText: undefined };
const TWO = [0, 1];
const FOUR = [0, 1, 2, 3];
const run = { arms, cells: FIXTURE_CELLS };

describe('the conditions of a run', () => {
  test('spin where there are cores for it, a thread where there are not', () => {
    expect(conditionsOf(NOTHING, run, TWO)).toMatchObject({ plan: { pacing: 'thread' }, remarks: [] });
    expect(conditionsOf(NOTHING, run, FOUR)).toMatchObject({ plan: { pacing: 'spin' }, remarks: [] });
  });

  test('what is asked for is done, and said where it costs', () => {
    const { plan, remarks } = conditionsOf({ ...NOTHING, pacing: 'spin' }, run, TWO);
    expect(plan.pacing).toBe('spin');
    expect(remarks).toEqual([
      '--pacing spin: it wants 3 cores and there are 2; what spins takes time from what is measured',
    ]);
    expect(conditionsOf({ ...NOTHING, pacing: 'spin' }, run, FOUR).remarks).toEqual([]);
    const same = { pacing: 'spin', placement: { kind: 'cores', endpointCpu: 1, driverCpu: 1 } } as const;
    const placed = (() => {
      try {
        return conditionsOf({ ...same, placementText: '1,1' }, run, FOUR).remarks;
      } catch {
        return undefined; // A machine on which nothing can be pinned.
      }
    })();
    if (placed !== undefined) expect(placed.join()).toContain('shares its core with the endpoint');
  });

  test('a placement that cannot be had is refused in one line', () => {
    const cores = { kind: 'cores', endpointCpu: 0, driverCpu: 9 } as const;
    expect(() => conditionsOf({ ...NOTHING, placement: cores, placementText: '0,9' }, run, TWO)).toThrow(
      '--placement: got core "9", expected two of the cores that processes may use here, these: 0, 1',
    );
    expect(() => conditionsOf({ ...NOTHING, placement: { kind: 'apart' }, placementText: 'apart' }, run, [0])).toThrow(
      '--placement: got "apart", but there is one core; expected free, or nothing',
    );
    expect(
      conditionsOf({ ...NOTHING, placement: { kind: 'free' }, placementText: 'free' }, run, []).plan.placement,
    ).toEqual({ kind: 'free' });
  });
});
