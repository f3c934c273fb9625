import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Course, breakEven, courseCost } from './break-even.ts';

const course = (first: number, later: readonly number[], closing = 0): Course => ({ first, later, closing });

describe('what calls in a row cost', () => {
  it('is the first with all before it, every further one, and the end', () => {
    const seen = course(100, [30, 20, 10], 5);
    expect([1, 2, 3, 4].map((calls) => courseCost(seen, calls))).toEqual([105, 135, 155, 165]);
  });

  it('goes on with the last that was seen', () => {
    expect(courseCost(course(100, [30, 20], 5), 6)).toBe(100 + 30 + 20 + 3 * 20 + 5);
    expect(courseCost(course(7, []), 10)).toBe(7);
  });
});

describe('break-even', () => {
  it('comes with the call that makes up for the beginning', () => {
    // 2,491 against 1,122; each further call saves 239: five leave 174 of the 1,369, six make up for it.
    expect(breakEven(course(2_220, [883], 271), course(1_122, [1_122]))).toBe(7);
  });

  it('is there from the first call on where nothing has to be made up', () => {
    expect(breakEven(course(5, [1]), course(5, [1]))).toBe(1);
  });

  it('never comes where a call costs no less', () => {
    expect(breakEven(course(20, [3, 2]), course(10, [2, 2]))).toBeUndefined();
    expect(breakEven(course(20, []), course(10, []))).toBeUndefined();
  });

  it('is that of the slow obvious version', () => {
    const cost = fc.integer({ min: 0, max: 300 });
    const some = fc.record({ first: cost, later: fc.array(cost, { minLength: 1, maxLength: 6 }), closing: cost });
    fc.assert(
      fc.property(some, some, (opened, unopened) => {
        const slow = Array.from({ length: 2_500 }, (_, index) => index + 1).find(
          (calls) => courseCost(opened, calls) <= courseCost(unopened, calls),
        );
        expect(breakEven(opened, unopened)).toBe(slow);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
