/** Which two arms the answer is about. */
import { sidesOf } from '../claims/arms.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Summary } from '../stats/summary.ts';

/** One arm against another. */
export interface Pair {
  readonly base: Arm;
  readonly other: Arm;
}

/** SSE and WebSocket where both ran, else the first two arms. */
export function headlinePair(summary: Summary): Pair | undefined {
  const sides = sidesOf(summary);
  if (sides !== undefined) return { base: sides.sse, other: sides.websocket };
  const [base, other] = summary.arms;
  return base !== undefined && other !== undefined ? { base, other } : undefined;
}

/** Whether the two are the same thing measured twice. */
export const isSameVariant = ({ base, other }: Pair): boolean =>
  JSON.stringify(base.variant) === JSON.stringify(other.variant);
