/** `--awake`: whether the cores are kept from idling while trials are measured. */
import type { PlacementChoice } from '../scenario/placement-choice.ts';
import { choosePlacement } from '../trial/placement.ts';
import { wakefulnessObstacle } from '../trial/wakefulness.ts';
import { UsageError } from './exit-code.ts';

/**
 * As was asked for; without a word it is done where two builds are held against each other and it can be. Throws a
 * `UsageError` where it was asked for and cannot be.
 */
export function isAwake(
  asked: unknown,
  ofBuilds: boolean,
  placement: PlacementChoice | undefined,
  say: (line: string) => void,
): boolean {
  if (asked === false || (asked === undefined && !ofBuilds)) return false;
  const obstacle = wakefulnessObstacle(choosePlacement(placement));
  if (obstacle === undefined) return true;
  if (asked === true) throw new UsageError(`--awake: cores cannot be kept from idling here: ${obstacle}; leave it out`);
  say(`cores are not kept from idling, so that smaller changes go unseen: ${obstacle}`);
  return false;
}
