/** Under which conditions a run measures: by what calendars are kept, and where processes run. The same for every arm. */
import { availableParallelism } from 'node:os';
import { allowedCores } from '../measure/allowed-cores.ts';
import type { Arm, Plan } from '../scenario/plan.ts';
import { withoutPacing } from '../scenario/cells.ts';
import { coresToSpin, maySpin, type Pacing, usualPacing } from '../scenario/pacing.ts';
import { isOneCore, type PlacementChoice, USUAL_PLACEMENT, whyNotPlaced } from '../scenario/placement-choice.ts';
import type { Cell } from '../scenario/scenario.ts';
import { quote } from '../scenario/wording.ts';
import { choosePlacement } from '../trial/placement.ts';
import { UsageError } from './exit-code.ts';

export interface AskedConditions {
  readonly pacing: Pacing | undefined;
  readonly placement: PlacementChoice | undefined;
  /** As it was typed. */
  readonly placementText: string | undefined;
}

/** The part of a plan that says so, and what is to be said aloud about it. */
interface Conditions {
  readonly plan: Pick<Plan, 'cells'> & Required<Pick<Plan, 'pacing'>> & Pick<Plan, 'placement'>;
  readonly remarks: readonly string[];
}

/** Throws a `UsageError` for a placement that cannot be had here. */
export function conditionsOf(
  { pacing: asked, placement, placementText }: AskedConditions,
  { arms, cells }: { readonly arms: readonly Arm[]; readonly cells: readonly Cell[] },
  allowed: readonly number[] = allowedCores(),
): Conditions {
  if (placement !== undefined) refuseImpossible(placement, placementText ?? '', allowed);
  // Where the system does not tell which cores may be used, all of them may.
  const count = allowed.length === 0 ? availableParallelism() : allowed.length;
  const cores = { count, isShared: isOneCore(placement ?? USUAL_PLACEMENT) };
  const pacing = asked ?? usualPacing(arms, cores);
  return {
    plan: {
      cells: asked === undefined ? cells : withoutPacing(cells),
      pacing,
      ...(placement === undefined ? {} : { placement }),
    },
    remarks: asked === 'spin' && !maySpin(arms, cores) ? [spinRemark(arms, cores)] : [],
  };
}

function spinRemark(arms: readonly Arm[], { count, isShared }: Parameters<typeof maySpin>[1]): string {
  const why = isShared
    ? 'the driver shares its core with the endpoint'
    : `it wants ${coresToSpin(arms)} cores and there ${count === 1 ? 'is 1' : `are ${count}`}`;
  return `--pacing spin: ${why}; what spins takes time from what is measured`;
}

function refuseImpossible(placement: PlacementChoice, text: string, allowed: readonly number[]): void {
  const strange = whyNotPlaced(placement, allowed);
  if (strange !== undefined) throw new UsageError(`--placement: ${strange}`);
  const placed = choosePlacement(placement, allowed);
  if (placed.kind === 'free' && placement.kind !== 'free')
    throw new UsageError(
      `--placement: got ${quote(text)}, but ${placed.because}; expected free, or nothing, since processes cannot be pinned so`,
    );
}
