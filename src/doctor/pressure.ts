/** Pressure stall information of Linux: how long somebody has waited for a core. */
import { join } from 'node:path';
import { readOrUndefined } from '../measure/system-file.ts';
import { type Nanoseconds, nanoseconds } from '../units.ts';

export interface Pressure {
  /** Time since the boot in which at least one task was ready and had no core. */
  readonly waitedNs: Nanoseconds;
}

/** [kernel psi] `some avg10=… total=<microseconds>`; `undefined` where the kernel does not count it. */
export function readPressure(root = '/'): Pressure | undefined {
  const total = /^some .*\btotal=(\d+)$/m.exec(readOrUndefined(join(root, 'proc/pressure/cpu')) ?? '')?.[1];
  return total === undefined ? undefined : { waitedNs: nanoseconds(Number(total) * 1_000) };
}
