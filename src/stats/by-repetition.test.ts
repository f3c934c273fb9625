import { describe, expect, it } from 'vitest';
import { compareRepeated } from './by-repetition.ts';

const metric = 'response-time.p50';
const at = (repetition: number, value: number) => ({ repetition, value });

describe('compareRepeated', () => {
  it('divides what was measured in the same repetition, in whatever order it is given', () => {
    const found = compareRepeated({
      of: [at(2, 60), at(0, 20), at(1, 40)],
      against: [at(0, 10), at(1, 20), at(2, 30), at(3, 1)],
      metric,
      margin: 0.05,
    });
    expect(found).toMatchObject({ pairs: 3, low95: 2, high95: 2, metric });
    expect(found?.ratio).toBeCloseTo(2, 12);
  });

  it('is nothing where no repetition has both', () => {
    expect(compareRepeated({ of: [at(0, 1)], against: [at(1, 1)], metric, margin: 0.05 })).toBeUndefined();
  });

  it('takes what is counted for known where all repetitions agree', () => {
    const pairs = { of: [at(0, 2), at(1, 2)], against: [at(0, 1), at(1, 1)], metric, margin: 0.05 } as const;
    expect(compareRepeated({ ...pairs, exact: true })).toMatchObject({ exact: true, ratio: 2, word: 'slower' });
    expect(compareRepeated(pairs)).toMatchObject({ exact: false, word: 'inconclusive' });
  });
});
