/** Which two arms the answer is about. */
import { sidesOf } from '../claims/arms.ts';
import type { Arm } from '../scenario/plan.ts';
import { pairsToCompare } from '../stats/arm-pairs.ts';
import type { Summary } from '../stats/summary.ts';

/** One arm against another. */
export interface Pair {
  readonly base: Arm;
  readonly other: Arm;
}

/** SSE and WebSocket where both ran over one network, else the first two arms that did. */
export function headlinePair(summary: Summary): Pair | undefined {
  const sides = sidesOf(summary);
  if (sides !== undefined) return { base: sides.sse, other: sides.websocket };
  const [first] = pairsToCompare(summary.arms);
  return first === undefined ? undefined : { base: first.base, other: first.arm };
}

/** Whether the two are the same thing measured twice. */
export const isSameVariant = ({ base, other }: Pair): boolean =>
  base.build === other.build && JSON.stringify(base.variant) === JSON.stringify(other.variant);
