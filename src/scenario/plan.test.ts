import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seconds } from '../units.ts';
import { expandCells } from './cells.ts';
import { loadWorkload } from './load-scenario.ts';
import { type Arm, type Plan, planSteps, planTrials } from './plan.ts';
import { defaultVariant } from './variant.ts';

const cells = expandCells(loadWorkload('payload-sizes'), { quick: false });
const armsNamed = (count: number): Arm[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `arm-${index}`,
    title: `Arm ${index}`,
    variant: defaultVariant('sse'),
  }));

const processWarmup = { timeNs: seconds(1), calls: 100 };

const options = fc.record({
  processWarmup: fc.constant(processWarmup),
  seed: fc.integer({ min: 0, max: 0x7fff_ffff }),
  quick: fc.boolean(),
  blocks: fc.integer({ min: 1, max: 12 }),
  arms: fc.integer({ min: 1, max: 5 }).map(armsNamed),
  cells: fc.constant(cells),
});

const blocksOf = ({ trials, blocks }: Plan) =>
  Array.from({ length: blocks }, (_, block) => trials.filter((trial) => trial.block === block));
const orderOf = (block: Plan['trials']): string => block.map((trial) => trial.armId).join(' ');

describe('planTrials', () => {
  it('leaves out only the cells that an arm cannot run, and only on that arm', () => {
    fc.assert(
      fc.property(options, (given) => {
        const [first] = given.arms;
        const [cell] = given.cells;
        const impossible = [
          { armId: first!.id, cellId: cell!.id },
          { armId: first!.id, cellId: null },
        ];
        const plan = planTrials({ ...given, impossible });
        const whole = planTrials(given);
        expect(Object.keys(plan)).toEqual(Object.keys(whole));
        for (const [at, trial] of plan.trials.entries()) {
          const { cellIds, ...same } = whole.trials[at]!;
          expect({ ...trial, cellIds: [] }).toEqual({ ...same, cellIds: [] });
          expect(trial.cellIds).toEqual(cellIds.filter((id) => trial.armId !== first!.id || id !== cell!.id));
        }
      }),
    );
  });

  it('every block holds each arm once, under the same seed and the same order of all cells', () => {
    fc.assert(
      fc.property(options, (given) => {
        for (const block of blocksOf(planTrials(given))) {
          expect(block.map((trial) => trial.armId).toSorted()).toEqual(given.arms.map((arm) => arm.id));
          for (const trial of block) {
            expect(trial.seed).toBe(block[0]?.seed);
            expect(trial.cellIds).toEqual(block[0]?.cellIds);
            expect(trial.cellIds.toSorted()).toEqual(cells.map((cell) => cell.id).toSorted());
          }
        }
      }),
    );
  });

  it('trials are numbered in the order of execution, block after block', () => {
    fc.assert(
      fc.property(options, (given) => {
        planTrials(given).trials.forEach((trial, index) => {
          expect(trial.index).toBe(index);
          expect(trial.block).toBe(Math.floor(index / given.arms.length));
        });
      }),
    );
  });

  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(options, (given) => {
        expect(planTrials(given)).toEqual(planTrials(given));
      }),
    );
  });

  it('two arms: of two neighbouring blocks one runs AB and the other BA', () => {
    fc.assert(
      fc.property(options, (given) => {
        const orders = blocksOf(planTrials({ ...given, arms: armsNamed(2), blocks: 8 })).map(orderOf);
        for (let pair = 0; pair < 8; pair += 2) {
          expect(orders.slice(pair, pair + 2).toSorted()).toEqual(['arm-0 arm-1', 'arm-1 arm-0']);
        }
      }),
    );
  });

  it('more arms: each stands once in every place, over as many blocks as there are arms', () => {
    fc.assert(
      fc.property(options, (given) => {
        const count = given.arms.length;
        const blocks = blocksOf(planTrials({ ...given, blocks: count }));
        for (let place = 0; place < count; place += 1) {
          expect(new Set(blocks.map((block) => block[place]?.armId)).size).toBe(count);
        }
      }),
    );
  });

  it('which arm begins, and how cells follow each other, changes with the seed', () => {
    const plans = Array.from({ length: 50 }, (_, seed) =>
      planTrials({ seed, quick: false, processWarmup, blocks: 1, arms: armsNamed(2), cells }),
    );
    expect(new Set(plans.map((plan) => plan.trials[0]?.armId)).size).toBe(2);
    expect(new Set(plans.map((plan) => plan.trials[0]?.cellIds.join())).size).toBeGreaterThan(20);
    expect(new Set(plans.map((plan) => plan.trials[0]?.seed)).size).toBeGreaterThan(45);
  });
});

describe('the steps of a study', () => {
  const subjects = ['fin', 'rst', 'restart'].map((cut) => ({ cut }));

  it('are every subject once in each repetition, in an order of its own', () => {
    const steps = planSteps(subjects, { repeats: 20, seed: 5 });
    expect(steps.map(({ index }) => index)).toEqual(steps.map((_, at) => at));
    const orders = Array.from({ length: 20 }, (_, repetition) =>
      steps.filter((step) => step.repetition === repetition).map(({ subject }) => subject['cut']),
    );
    for (const order of orders) expect(new Set(order)).toEqual(new Set(['fin', 'restart', 'rst']));
    expect(new Set(orders.map(String)).size).toBeGreaterThan(3);
  });

  it('have one seed for each repetition, and are the same for the same seed', () => {
    const steps = planSteps(subjects, { repeats: 4, seed: 5 });
    expect(new Set(steps.map(({ seed, repetition }) => `${repetition} ${seed}`)).size).toBe(4);
    expect(new Set(steps.map(({ seed }) => seed)).size).toBe(4);
    expect(planSteps(subjects, { repeats: 4, seed: 5 })).toEqual(steps);
    expect(planSteps(subjects, { repeats: 4, seed: 6 })).not.toEqual(steps);
  });
});
