/** The plan of a run that holds two builds against each other: pairs that are neighbours in time, in orders that balance. */
import { type BuildPair, buildPairs } from './builds.ts';
import { type Plan, type PlanOptions, planBlocks } from './plan.ts';
import { type Random, derivedSeed, seededRandom } from './random.ts';

export interface PairPlanOptions extends Omit<PlanOptions, 'blocks'> {
  /** Numbers of pairs after which the run may end, ascending; the last is the number of blocks. */
  readonly looks: readonly number[];
}

/** So many blocks at a time have base first in half of them. */
const GROUP = 4;

/**
 * Every block holds each pair once, its two arms next to each other; the pairs come in an order drawn anew. Base goes
 * first in exactly half of every four blocks, which of them is drawn: whoever goes second finds the machine as the first
 * has left it. The groups end at the looks, so that what is judged there is balanced; where a look leaves an odd number,
 * one block is left over, whose order is drawn.
 */
export function planPairs({ looks, ...options }: PairPlanOptions): Plan {
  const pairs = buildPairs(options.arms);
  const drawing = seededRandom(derivedSeed(options.seed, 'pairs'));
  const orders = new Map(pairs.map((pair) => [pair, balancedOrders(looks, drawing)]));
  return planBlocks({ ...options, blocks: looks.at(-1) ?? 0 }, (block, random) =>
    random.shuffled(pairs).flatMap((pair) => inOrder(pair, orders.get(pair)?.[block] === true)),
  );
}

const inOrder = ({ base, head }: BuildPair, baseFirst: boolean) => (baseFirst ? [base, head] : [head, base]);

/** Block by block, whether base goes first. */
function balancedOrders(looks: readonly number[], random: Random): readonly boolean[] {
  const orders: boolean[] = [];
  for (const look of looks) {
    while (orders.length < look) orders.push(...balancedGroup(Math.min(GROUP, look - orders.length), random));
  }
  return orders;
}

function balancedGroup(size: number, random: Random): readonly boolean[] {
  const half = Math.floor(size / 2);
  const odd = size % 2 === 1 ? [random.uniform() < 0.5] : [];
  return random.shuffled([...Array<boolean>(half).fill(true), ...Array<boolean>(half).fill(false), ...odd]);
}
