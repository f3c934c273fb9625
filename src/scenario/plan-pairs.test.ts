import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { milliseconds } from '../units.ts';
import { armOfBuild, buildPairs, idWithoutBuild } from './builds.ts';
import type { Arm } from './plan.ts';
import { planPairs } from './plan-pairs.ts';
import type { Cell } from './scenario.ts';
import { defaultVariant } from './variant.ts';

const plain = (name: string): Arm => ({ id: name, title: name, variant: defaultVariant(name) });
const built = (names: readonly string[]): readonly Arm[] =>
  names.flatMap((name) => ['base', 'head'].map((build) => armOfBuild(plain(name), build)));
const CELLS = ['one', 'two'].map((id) => ({ id }) as Cell);

const looksOf = fc
  .uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })
  .map((looks) => looks.toSorted((a, b) => a - b));
const plans = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  names: fc.uniqueArray(fc.constantFrom('sse', 'websocket', 'stdio', 'streamable-http'), { minLength: 1 }),
  looks: looksOf,
});

function planOf({ seed, names, looks }: { seed: number; names: readonly string[]; looks: readonly number[] }) {
  const processWarmup = { timeNs: milliseconds(1), calls: undefined };
  return planPairs({ seed, quick: false, processWarmup, arms: built(names), cells: CELLS, looks });
}

/** Of each block and pair, whether its base went first. */
function baseFirst({ trials, blocks }: ReturnType<typeof planOf>, name: string): readonly boolean[] {
  return Array.from({ length: blocks }, (_, block) => {
    const own = trials.filter((trial) => trial.block === block && trial.armId.startsWith(`${name}:`));
    return own[0]?.armId === `${name}:base`;
  });
}

describe('planPairs', () => {
  test('every block holds every arm once, a pair side by side, with one seed and one order of cells', () => {
    fc.assert(
      fc.property(plans, (options) => {
        const { trials, arms, blocks } = planOf(options);
        expect(blocks).toBe(options.looks.at(-1));
        expect(trials.map(({ index }) => index)).toEqual(trials.map((_, at) => at));
        for (let block = 0; block < blocks; block += 1) {
          const own = trials.filter((trial) => trial.block === block);
          expect(own.map(({ armId }) => armId).toSorted()).toEqual(arms.map(({ id }) => id).toSorted());
          expect(new Set(own.map(({ seed, cellIds }) => JSON.stringify([seed, cellIds]))).size).toBe(1);
          for (let at = 0; at < own.length; at += 2)
            expect(own[at]?.armId.split(':')[0]).toBe(own[at + 1]?.armId.split(':')[0]);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('base goes first in half of the blocks before each look, and of every four between two looks', () => {
    fc.assert(
      fc.property(plans, (options) => {
        const plan = planOf(options);
        for (const name of options.names) {
          const first = baseFirst(plan, name);
          for (const [at, look] of options.looks.entries()) {
            const from = options.looks[at - 1] ?? 0;
            const between = first.slice(from, look);
            const lead = between.filter(Boolean).length - between.filter((one) => !one).length;
            expect(Math.abs(lead)).toBe(between.length % 2);
            for (let start = 0; start + 4 <= between.length; start += 4)
              expect(between.slice(start, start + 4).filter(Boolean)).toHaveLength(2);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('the pairs draw their orders apart from each other, and the seed repeats them', () => {
    const options = { seed: 7, names: ['sse', 'websocket'], looks: [12, 20, 30] };
    const plan = planOf(options);
    expect(baseFirst(plan, 'sse')).not.toEqual(baseFirst(plan, 'websocket'));
    expect(planOf(options)).toEqual(plan);
    const leading = Array.from({ length: 30 }, (_, block) => plan.trials.find((trial) => trial.block === block)?.armId);
    expect(new Set(leading.map((id) => id?.split(':')[0])).size).toBe(2);
  });
});

describe('arms of builds', () => {
  test('bear the build in id and title, and can be told from it', () => {
    const arm = armOfBuild({ ...plain('sse'), title: 'SSE' }, 'head');
    expect(arm).toMatchObject({ id: 'sse:head', title: 'SSE (head)', build: 'head' });
    expect(idWithoutBuild(arm)).toBe('sse');
    expect(idWithoutBuild(plain('sse'))).toBe('sse');
    expect(armOfBuild({ ...plain('sse'), title: 'SSE (TLS)' }, 'head').title).toBe('SSE (TLS, head)');
  });

  test('are paired by what they are without the build, the first of them as base', () => {
    const arms = [plain('sse'), ...built(['sse', 'websocket'])];
    expect(buildPairs(arms).map(({ base, head }) => [base.id, head.id])).toEqual([
      ['sse:base', 'sse:head'],
      ['websocket:base', 'websocket:head'],
    ]);
    expect(buildPairs([plain('sse'), plain('websocket')])).toEqual([]);
  });
});
