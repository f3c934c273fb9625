/** Under which conditions a run measures: by what calendars are kept, and where processes run. The same for every arm. */
import { availableParallelism } from 'node:os';
import { allowedCores } from '../measure/allowed-cores.ts';
import type { Arm, Plan } from '../scenario/plan.ts';
import { withoutPacing } from '../scenario/cells.ts';
import { coresToSpin, hasCalendar, maySpin, type Pacing, usualPacing } from '../scenario/pacing.ts';
import { isOneCore, type PlacementChoice, USUAL_PLACEMENT, whyNotPlaced } from '../scenario/placement-choice.ts';
import { isSaturating } from '../scenario/saturating.ts';
import type { Cell } from '../scenario/scenario.ts';
import { SUITES } from '../scenario/suite.ts';
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
    remarks:
      asked === 'spin' && cells.some(({ scenario }) => hasCalendar(scenario)) && !maySpin(arms, cores)
        ? [spinRemark(arms, cores)]
        : [],
  };
}

/** What a run is about, as far as it decides whether drivers are run against a mirror first. */
export interface AskedCeiling {
  /** `--ceiling` */
  readonly isAsked: boolean;
  readonly names: readonly string[];
  readonly cells: readonly Cell[];
  /** Of the tool's own, in this program's own build. */
  readonly isOwn: boolean;
}

/**
 * Where it is asked for; and, since it takes some seconds, where scenarios are named one by one and some go as fast as they
 * can: a suite has its time already. Throws a `UsageError` where it is asked for and would say nothing.
 */
export function wantsCeiling({ isAsked, names, cells, isOwn }: AskedCeiling): boolean {
  const hasSome = cells.some(({ scenario }) => isSaturating(scenario));
  if (isAsked && !isOwn)
    throw new UsageError(
      "--ceiling: a mirror repeats what this tool's own endpoint answers; leave it out, or leave out the target or the builds",
    );
  if (isAsked && !hasSome)
    throw new UsageError(
      '--ceiling: got no scenario in which several clients never pause, expected one, such as chatty',
    );
  return hasSome && isOwn && (isAsked || (names.length > 0 && !names.some((name) => Object.hasOwn(SUITES, name))));
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
