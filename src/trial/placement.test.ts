import { describe, expect, test } from 'vitest';
import { choosePlacement, driverCpuAt, driverCpusOf, type Placement, placementWords } from './placement.ts';

/** Where the machine that tests run on cannot pin, every answer is that. */
const orUnpinnable = (placed: Placement, expected: Placement): Placement =>
  placed.kind === 'free' && placed.because === 'the program taskset is not installed' ? expected : placed;
const pinned = (endpointCpu: number, driverCpu: number, relayCpu: number) =>
  ({ kind: 'pinned', endpointCpu, driverCpu, relayCpu }) as const;

const swapped = { kind: 'cores', endpointCpu: 3, driverCpu: 2 } as const;

describe('placement', () => {
  test.each([
    [
      'apart: the first two, a relay on the third',
      { kind: 'apart' } as const,
      [2, 3, 5, 7],
      { ...pinned(2, 3, 5), spareCpus: [5, 7] },
    ],
    ['as usual: a relay with the driver where there are two', undefined, [2, 3], pinned(2, 3, 3)],
    ['same: both on the first, a relay beside them', { kind: 'same' } as const, [2, 3], pinned(2, 2, 3)],
    ['same: everything on the only one', { kind: 'same' } as const, [2], pinned(2, 2, 2)],
    ['two by number, a relay on one that is left', swapped, [2, 3, 4], pinned(3, 2, 4)],
    ['two by number, a relay with the driver', swapped, [2, 3], pinned(3, 2, 2)],
  ])('%s', (_name, choice, allowed, expected) => {
    expect(orUnpinnable(choosePlacement(choice, allowed), expected)).toEqual(expected);
  });

  test('several drivers: each its own core, then in turn, and never the endpoint’s', () => {
    const roomy = { ...pinned(2, 3, 5), spareCpus: [5, 7] };
    expect([0, 1, 2, 3].map((index) => driverCpuAt(roomy, index))).toEqual([3, 5, 7, 3]);
    expect(driverCpusOf(roomy, 1)).toEqual([3, 5]);
    expect(driverCpusOf(pinned(2, 3, 3), 4)).toEqual([3]);
    expect(placementWords(roomy, { arms: [], drivers: 2 })).toBe(
      'endpoint on core 2, 2 drivers and a probe on cores 3, 5, 7',
    );
  });

  test('the scheduler’s, as asked, or because there is nothing to choose', () => {
    expect(choosePlacement({ kind: 'free' }, [0, 1])).toEqual({ kind: 'free', because: 'as asked' });
    expect(choosePlacement({ kind: 'apart' }, [2])).toEqual({ kind: 'free', because: 'there is one core' });
    expect(choosePlacement({ kind: 'same' }, [])).toMatchObject({ kind: 'free' });
  });
});
