/** Everything a run will do, decided before it starts: a pure function of the scenarios, the arms and the seed. */
import type { Arm } from './arm.ts';
import type { Build, GatePlan } from './gate.ts';
import type { Pacing } from './pacing.ts';
import type { PlacementChoice } from './placement-choice.ts';
import { type Random, seededRandom } from './random.ts';
import type { Cell, Extent } from './scenario.ts';
import type { PlannedStep, PlannedStudy, Subject } from './study.ts';

export type { Arm } from './arm.ts';

/** One arm measured once, in a fresh pair of processes, through all cells in this order. */
export interface PlannedTrial {
  /** Counts from 0 in the order of execution. */
  readonly index: number;
  /** Trials of one block are neighbours in time and are compared as pairs; counts from 0. */
  readonly block: number;
  readonly armId: string;
  /** Same for every arm of a block: payloads, arrivals and script choices are the same for both. */
  readonly seed: number;
  /** Cell ids in the order of this trial; the same for every arm of the block but for cells that the arm cannot run, shuffled between blocks. */
  readonly cellIds: readonly string[];
}

export interface Plan {
  readonly seed: number;
  readonly quick: boolean;
  readonly blocks: number;
  /** What every fresh pair of processes does before its first cell: calls in a closed loop, until both are reached. All of it is discarded. */
  readonly processWarmup: Extent;
  readonly arms: readonly Arm[];
  readonly cells: readonly Cell[];
  readonly trials: readonly PlannedTrial[];
  /** Whether the cores are kept from idling during the trials; absent where they idle as they like. */
  readonly awake?: true | undefined;
  /** What is looked into after the trials, in this order. */
  readonly studies: readonly PlannedStudy[];
  /** By what the run is judged as a whole; absent where nothing was asked. */
  readonly gate?: GatePlan | undefined;
  /** Where the arms' code comes from; absent where all of it is this program's own. */
  readonly builds?: readonly Build[] | undefined;
  /** By what drivers keep the calendar of a scenario that says nothing of it; absent in plans of releases before, where it was a thread. */
  readonly pacing?: Pacing | undefined;
  /** Whether drivers are run against a mirror first, in cells that go as fast as they can; absent for no. */
  readonly ceiling?: boolean | undefined;
  /** How many drivers share the load, a probe beside them; absent for one, and no probe. */
  readonly drivers?: number | undefined;
  /** Where processes were asked to run; absent where nobody asked: apart, as far as the machine allows. */
  readonly placement?: PlacementChoice | undefined;
}

export interface PlanOptions {
  readonly seed: number;
  readonly quick: boolean;
  /** Repetitions of every arm, at least 1. */
  readonly blocks: number;
  readonly processWarmup: Extent;
  readonly arms: readonly Arm[];
  readonly cells: readonly Cell[];
  readonly studies?: readonly PlannedStudy[];
  readonly gate?: GatePlan | undefined;
  readonly builds?: readonly Build[] | undefined;
  readonly awake?: true | undefined;
  readonly pacing?: Pacing | undefined;
  readonly placement?: PlacementChoice | undefined;
  /** Cells that an arm cannot run; every other arm runs them all the same. */
  readonly impossible?: readonly { readonly armId: string; readonly cellId: string | null }[];
}

/**
 * Randomised complete blocks: each block holds every arm once. With two arms, of every two neighbouring blocks one
 * runs AB and the other BA, so that neither arm gains from going second; with more arms the order rotates through a shuffled ring.
 */
export function planTrials(options: PlanOptions): Plan {
  let ring: readonly Arm[] = [];
  return planBlocks(options, (block, random) => {
    const turn = block % Math.max(1, options.arms.length);
    if (turn === 0) ring = random.shuffled(options.arms);
    return [...ring.slice(turn), ...ring.slice(0, turn)];
  });
}

/** The plan whose blocks hold the arms in the order that `orderOf` gives them, block by block; every arm once in each. */
export function planBlocks(
  { impossible = [], studies = [], ...options }: PlanOptions,
  orderOf: (block: number, random: Random) => readonly Arm[],
): Plan {
  const random = seededRandom(options.seed);
  const trials: PlannedTrial[] = [];
  // Without a workload there is nothing to try.
  const blocks = options.cells.length === 0 ? 0 : options.blocks;
  for (let block = 0; block < blocks; block += 1) {
    const order = orderOf(block, random);
    const cellIds = random.shuffled(options.cells.map((cell) => cell.id));
    const seed = random.integer(0x7fff_ffff);
    for (const { id: armId } of order) {
      const possible = cellIds.filter(
        (cellId) => !impossible.some((one) => one.armId === armId && one.cellId === cellId),
      );
      trials.push({ index: trials.length, block, armId, seed, cellIds: possible });
    }
  }
  return { ...options, trials, studies };
}

/** Whether some trial of the arm was to go through the cell. */
export const isPlanned = ({ trials }: Pick<Plan, 'trials'>, armId: string, cellId: string): boolean =>
  trials.some((trial) => trial.armId === armId && trial.cellIds.includes(cellId));

/** Every subject once in each repetition, in an order drawn anew: what comes before a subject differs from time to time. */
export function planSteps(subjects: readonly Subject[], { repeats, seed }: StepsOptions): PlannedStep[] {
  const random = seededRandom(seed);
  return Array.from({ length: repeats }, (_, repetition) => {
    const order = random.shuffled(subjects);
    const own = random.integer(0x7fff_ffff);
    return order.map((subject) => ({ subject, repetition, seed: own }));
  })
    .flat()
    .map((step, index) => ({ index, ...step }));
}

export interface StepsOptions {
  /** How often every subject is measured, at least 1. */
  readonly repeats: number;
  readonly seed: number;
}
