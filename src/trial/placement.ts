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
      /** For further drivers, where nobody has named the one that drivers get; absent for none. */
      readonly spareCpus?: readonly number[] | undefined;
    }
  /** The scheduler decides; why it could not be, or was not to be, otherwise. */
  | { readonly kind: 'free'; readonly because: string };

type Pinned = Extract<Placement, { kind: 'pinned' }>;

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
  const spareCpus = others.length === 0 ? {} : { spareCpus: others };
  return { kind: 'pinned', endpointCpu: first, driverCpu: second, relayCpu: others[0] ?? second, ...spareCpus };
}

/** Of the driver at that position among several: each its own as far as there are enough, then in turn. */
export function driverCpuAt({ driverCpu, spareCpus = [] }: Pinned, index: number): number {
  const cpus = [driverCpu, ...spareCpus];
  return cpus[index % cpus.length] ?? driverCpu;
}

/** Of so many drivers and their probe, each once. */
export const driverCpusOf = (placement: Pinned, drivers: number): readonly number[] => [
  ...new Set(Array.from({ length: drivers + 1 }, (_, index) => driverCpuAt(placement, index))),
];

/** In words, for the record; of a relay where one of the arms has one. */
export function placementWords(
  placement: Placement,
  { arms, awake, drivers }: Pick<Plan, 'arms' | 'awake' | 'drivers'>,
): string {
  if (placement.kind === 'free') return `left to the scheduler: ${placement.because}`;
  const relay = arms.some(({ variant }) => variant.mechanism === 'relay')
    ? `, relay on core ${placement.relayCpu}`
    : '';
  const wakefulness = awake === true ? ', cores kept from idling' : '';
  const driven =
    drivers === undefined
      ? `driver on core ${placement.driverCpu}`
      : `${drivers} ${drivers === 1 ? 'driver' : 'drivers'} and a probe on cores ${driverCpusOf(placement, drivers).join(', ')}`;
  return `endpoint on core ${placement.endpointCpu}, ${driven}${relay}${wakefulness}`;
}
