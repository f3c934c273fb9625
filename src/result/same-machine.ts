/** Whether two records tell of the same machine and the same software under it: only then are their times of one kind. */
import type { Environment } from './record.ts';

/** Something in which the machines differ. */
export interface MachineDifference {
  /** `cpuModel`: a key of the environment. */
  readonly field: string;
  readonly base: string;
  readonly head: string;
}

/** What moves a time. Load and the versions of packages are left out: those are what a comparison is about, or shows by itself. */
const FIELDS = [
  'cpuModel',
  'cores',
  'arch',
  'platform',
  'kernel',
  'node',
  'v8',
  'governor',
  'virtualisation',
  'memoryBytes',
  'nodeFlags',
  'placement',
] as const satisfies readonly (keyof Environment)[];

/** What a kernel keeps for itself is not the same after every boot. */
const MEMORY_TOLERANCE = 0.02;

/** In a fixed order; empty on the same machine. */
export const machineDifferences = (base: Environment, head: Environment): readonly MachineDifference[] =>
  FIELDS.filter((field) => !isSame(field, base, head)).map((field) => ({
    field,
    base: text(base[field]),
    head: text(head[field]),
  }));

function isSame(field: (typeof FIELDS)[number], base: Environment, head: Environment): boolean {
  if (field !== 'memoryBytes') return text(base[field]) === text(head[field]);
  return (
    Math.abs(base.memoryBytes - head.memoryBytes) <= MEMORY_TOLERANCE * Math.max(base.memoryBytes, head.memoryBytes)
  );
}

const text = (value: Environment[(typeof FIELDS)[number]]): string =>
  value === undefined ? 'unknown' : typeof value === 'object' ? value.join(' ') || 'none' : String(value);
