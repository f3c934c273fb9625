/** How often blocks may be measured again: as often as was said, or as goes without saying. */
import type { GatePlan } from '../scenario/gate.ts';

/**
 * Half of the blocks where the run is judged, none where it is only shown: a verdict is worth the time, and whoever
 * only looks sees the doubts.
 */
export const rerunsOf = (said: number | undefined, blocks: number, isJudged: boolean): number =>
  said ?? (isJudged ? Math.ceil(blocks / 2) : 0);

/** The plan's gate where nothing is asked of the run but that disturbed blocks be measured again; `undefined` without. */
export const gateOfReruns = (reruns: number): GatePlan | undefined =>
  reruns === 0 ? undefined : { thresholds: [], reruns };
