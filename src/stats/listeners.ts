/** What the steps of the study `listeners` amount to: memory over connections, processor time and bytes over updates. */
import type { StudyData } from '../result/study-data.ts';
import type { Subject } from '../scenario/study.ts';
import { fitLine, isStraight, type Line, type Point } from './line.ts';

type Data = StudyData['listeners'];
type Memory = Data['memory']['before'];

/** A step that was measured. */
export interface ListenersStep {
  readonly scenario: string;
  readonly subject: Subject;
  readonly repetition: number;
  readonly data: Data;
}

/** What is asked of memory: how much more there is of it than before anybody was connected. */
export const MEMORY_MEASURES = ['resident', 'heap-connected', 'heap-resting', 'heap-receiving'] as const;
export type MemoryMeasure = (typeof MEMORY_MEASURES)[number];

/** Without the space for young objects, which follows how fast they are made and not how many are held. */
const resident = ({ rssBytes, nurseryBytes }: Memory): number => rssBytes - nurseryBytes;
/** Live objects, and what they hold outside the heap. */
const heap = ({ heapUsedBytes, externalBytes }: Memory): number => heapUsedBytes + externalBytes;

const READ: Readonly<Record<MemoryMeasure, (memory: Data['memory']) => number>> = {
  resident: ({ before, connected }) => resident(connected) - resident(before),
  'heap-connected': ({ before, connected }) => heap(connected) - heap(before),
  'heap-resting': ({ before, resting }) => heap(resting) - heap(before),
  'heap-receiving': ({ before, receiving }) => heap(receiving) - heap(before),
};

/** In bytes. */
const memoryGrowth = ({ data }: ListenersStep, measure: MemoryMeasure): number => READ[measure](data.memory);

/** Listeners → bytes more, one point for each step. */
export const memoryPoints = (steps: readonly ListenersStep[], measure: MemoryMeasure): readonly Point[] =>
  steps.map((step) => ({ x: step.data.listeners, y: memoryGrowth(step, measure) }));

/** Bytes per listener, where one number can stand for the steps. */
export function memorySlope(steps: readonly ListenersStep[], measure: MemoryMeasure): Line | undefined {
  const line = fitLine(memoryPoints(steps, measure));
  return line !== undefined && isStraight(line) ? line : undefined;
}

/** Bytes of the clients' process per listener, where one number can stand for the steps. */
export function clientSlope(steps: readonly ListenersStep[]): Line | undefined {
  const points = steps.flatMap(({ data: { listeners, clientHeap } }): readonly Point[] =>
    clientHeap === undefined ? [] : [{ x: listeners, y: clientHeap.connectedBytes - clientHeap.beforeBytes }],
  );
  const line = fitLine(points);
  return line !== undefined && isStraight(line) ? line : undefined;
}

export const stepsOfArm = (steps: readonly ListenersStep[], armId: string): readonly ListenersStep[] =>
  steps.filter(({ subject }) => subject['arm'] === armId);

/** Of the steps with listeners, those with the most. */
export function fullest(steps: readonly ListenersStep[]): readonly ListenersStep[] {
  const most = Math.max(0, ...steps.map(({ data }) => data.listeners));
  return steps.filter(({ data }) => data.listeners === most && most > 0);
}

type Used = Pick<Data['idle'], 'cpuUserUs' | 'cpuSystemUs' | 'elapsedNs'>;

const cpuUs = ({ cpuUserUs, cpuSystemUs }: Used): number => cpuUserUs + cpuSystemUs;

/** Of one core, as a share of the window. */
export const cpuShare = (used: Used): number => (cpuUs(used) * 1_000) / used.elapsedNs;

/** What is asked of a step's updates; `undefined` where nothing was delivered. */
export const UPDATE_MEASURES = {
  /** Microseconds of the endpoint's processor per delivery. */
  cpu: ({ data: { receiving } }: ListenersStep) => perDelivery(receiving, cpuUs(receiving)),
  /** Bytes on the wire towards the listeners, per delivery. */
  bytes: ({ data: { receiving } }: ListenersStep) => perDelivery(receiving, receiving.wireDownBytes),
  /** Nanoseconds, published → received. */
  delivery: ({ data: { receiving } }: ListenersStep) => receiving.delivery?.p50Ns,
} as const;
export type UpdateMeasure = keyof typeof UPDATE_MEASURES;

const perDelivery = ({ delivered }: Data['receiving'], amount: number): number | undefined =>
  delivered > 0 ? amount / delivered : undefined;

/** Two arms in the same scenario, repetition and number of listeners, wherever both have the measure. */
export function updatePairs(
  arm: readonly ListenersStep[],
  base: readonly ListenersStep[],
  measure: UpdateMeasure,
): readonly { readonly arm: number; readonly base: number }[] {
  const read = UPDATE_MEASURES[measure];
  const other = new Map(base.map((step) => [placeOf(step), read(step)]));
  return arm.flatMap((step) => {
    const [above, below] = [read(step), other.get(placeOf(step))];
    return above === undefined || below === undefined ? [] : [{ arm: above, base: below }];
  });
}

const placeOf = ({ scenario, repetition, data }: ListenersStep): string =>
  `${scenario} ${repetition} ${data.listeners}`;
