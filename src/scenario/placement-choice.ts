/** Where the processes of a trial are asked to run: a word, or two cores. */
import { quote } from './wording.ts';

/**
 * `apart` keeps endpoint and driver on a core of its own each, `same` both on one, `free` leaves them to the scheduler.
 * Cores are numbered as the system numbers them.
 */
export type PlacementChoice =
  | { readonly kind: 'apart' | 'same' | 'free' }
  | { readonly kind: 'cores'; readonly endpointCpu: number; readonly driverCpu: number };

/** Where nobody says otherwise. */
export const USUAL_PLACEMENT: PlacementChoice = { kind: 'apart' };

/** What is expected where something else was written. */
export const A_PLACEMENT = "apart, same, free, or the endpoint's core and the driver's, like 0,1";

const TWO_CORES = /^(\d{1,4}),(\d{1,4})$/;

/** `undefined` for a text that says none. */
export function parsePlacement(text: string): PlacementChoice | undefined {
  if (text === 'apart' || text === 'same' || text === 'free') return { kind: text };
  const [, endpoint, driver] = TWO_CORES.exec(text) ?? [];
  if (endpoint === undefined || driver === undefined) return undefined;
  return { kind: 'cores', endpointCpu: Number(endpoint), driverCpu: Number(driver) };
}

/** Whether the ends are to take turns on one core. */
export const isOneCore = (choice: PlacementChoice): boolean =>
  choice.kind === 'same' || (choice.kind === 'cores' && choice.endpointCpu === choice.driverCpu);

/** Why it cannot be had, in the words that follow a flag's name; `undefined` where it can. `allowed`: the cores that processes may use. */
export function whyNotPlaced(choice: PlacementChoice, allowed: readonly number[]): string | undefined {
  if (choice.kind !== 'cores') return undefined;
  const strange = [choice.endpointCpu, choice.driverCpu].find((cpu) => !allowed.includes(cpu));
  if (strange === undefined) return undefined;
  const known = allowed.length === 0 ? 'which this system does not tell' : `these: ${allowed.join(', ')}`;
  return `got core ${quote(String(strange))}, expected two of the cores that processes may use here, ${known}`;
}

/** In words, where it is not the usual one. */
export function placementNote(choice: PlacementChoice): string {
  switch (choice.kind) {
    case 'apart':
      return '';
    case 'same':
      return 'endpoint and driver on the same core';
    case 'free':
      return 'processes left to the scheduler';
    case 'cores':
      return `endpoint on core ${choice.endpointCpu}, driver on core ${choice.driverCpu}`;
  }
}
