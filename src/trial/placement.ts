/**
 * Which core each process runs on. Left to the scheduler, the same exchange takes a third of the time when both ends
 * happen to share a core, and a trial's median says more about that than about its transport. So both ends are pinned,
 * to cores of their own, the same ones for every arm.
 */
import { spawnSync } from 'node:child_process';
import { allowedCores } from '../measure/allowed-cores.ts';
import type { Plan } from '../scenario/plan.ts';

export type Placement =
  | {
      readonly kind: 'pinned';
      readonly endpointCpu: number;
      readonly driverCpu: number;
      /** Of a relay between the two, where one stands there: its own, or the driver's, which has nothing to do while a call is under way. */
      readonly relayCpu: number;
    }
  /** The scheduler decides; why it could not be otherwise. */
  | { readonly kind: 'free'; readonly because: string };

const TASKSET_LIMIT_MS = 5_000;

/** Two cores this process may use, where the system lets processes be pinned (`taskset`, of util-linux). */
export function choosePlacement(): Placement {
  const [endpointCpu, driverCpu, relayCpu = driverCpu] = allowedCores();
  if (endpointCpu === undefined) return { kind: 'free', because: 'this system does not tell which cores may be used' };
  if (driverCpu === undefined || relayCpu === undefined) return { kind: 'free', because: 'there is one core' };
  if (spawnSync('taskset', ['--version'], { timeout: TASKSET_LIMIT_MS }).status !== 0) {
    return { kind: 'free', because: 'the program taskset is not installed' };
  }
  return { kind: 'pinned', endpointCpu, driverCpu, relayCpu };
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
