/**
 * Which core each process runs on. Left to the scheduler, the same exchange takes a third of the time when both ends
 * happen to share a core, and a trial's median says more about that than about its transport. So both ends are pinned,
 * to cores of their own unless something else is asked for, the same ones for every arm.
 */
import { spawnSync } from 'node:child_process';
import { allowedCores } from '../measure/allowed-cores.ts';
import { type PlacementChoice, USUAL_PLACEMENT } from '../scenario/placement-choice.ts';
import type { Plan } from '../scenario/plan.ts';

export type Placement =
  | {
      readonly kind: 'pinned';
      readonly endpointCpu: number;
      readonly driverCpu: number;
      /** Of a relay between the two, where one stands there: its own, or the driver's, which has nothing to do while a call is under way. */
      readonly relayCpu: number;
    }
  /** The scheduler decides; why it could not be, or was not to be, otherwise. */
  | { readonly kind: 'free'; readonly because: string };

const TASKSET_LIMIT_MS = 5_000;

/** As asked, where the system lets processes be pinned (`taskset`, of util-linux): by itself two cores this process may use. */
export function choosePlacement(choice: PlacementChoice = USUAL_PLACEMENT, allowed = allowedCores()): Placement {
  if (choice.kind === 'free') return { kind: 'free', because: 'as asked' };
  const placed = placedOn(choice, allowed);
  if (placed.kind === 'free') return placed;
  if (spawnSync('taskset', ['--version'], { timeout: TASKSET_LIMIT_MS }).status !== 0) {
    return { kind: 'free', because: 'the program taskset is not installed' };
  }
  return placed;
}

function placedOn(choice: PlacementChoice, [first, second, ...others]: readonly number[]): Placement {
  if (first === undefined) return { kind: 'free', because: 'this system does not tell which cores may be used' };
  if (choice.kind === 'cores') {
    const { endpointCpu, driverCpu } = choice;
    const spare = [first, second, ...others].find((cpu) => cpu !== endpointCpu && cpu !== driverCpu);
    return { kind: 'pinned', endpointCpu, driverCpu, relayCpu: spare ?? driverCpu };
  }
  if (choice.kind === 'same')
    return { kind: 'pinned', endpointCpu: first, driverCpu: first, relayCpu: second ?? first };
  if (second === undefined) return { kind: 'free', because: 'there is one core' };
  return { kind: 'pinned', endpointCpu: first, driverCpu: second, relayCpu: others[0] ?? second };
}

/** In words, for the record; of a relay where one of the arms has one. */
export function placementWords(placement: Placement, { arms, awake }: Pick<Plan, 'arms' | 'awake'>): string {
  if (placement.kind === 'free') return `left to the scheduler: ${placement.because}`;
  const relay = arms.some(({ variant }) => variant.mechanism === 'relay')
    ? `, relay on core ${placement.relayCpu}`
    : '';
  const wakefulness = awake === true ? ', cores kept from idling' : '';
  return `endpoint on core ${placement.endpointCpu}, driver on core ${placement.driverCpu}${relay}${wakefulness}`;
}
