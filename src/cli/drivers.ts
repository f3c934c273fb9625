/** `--drivers`: what several processes cannot share, said before anything is measured. */
import type { Arm } from '../scenario/plan.ts';
import { indivisible } from '../scenario/divide.ts';
import type { Cell } from '../scenario/scenario.ts';
import { quote } from '../scenario/wording.ts';
import { loadTransport } from '../transports/discover.ts';
import { UsageError } from './exit-code.ts';

export interface Divided {
  readonly arms: readonly Arm[];
  readonly cells: readonly Cell[];
  /** Whether something is to be looked into that has a procedure of its own. */
  readonly hasStudies: boolean;
}

/** Rejects with a `UsageError` that names the first arm or scenario in the way. */
export async function refuseToDivide(drivers: number, { arms, cells, hasStudies }: Divided): Promise<void> {
  if (hasStudies)
    throw new UsageError(
      '--drivers: studies have a procedure of their own, with one driver; name workloads, such as chatty',
    );
  for (const { id, variant } of arms) {
    const { capabilities } = await loadTransport(variant.transport);
    if (!capabilities.has('own-process') || capabilities.has('client-spawns'))
      throw new UsageError(
        `--drivers: ${id} has no endpoint that several processes could call: its server lives in its client, or is started by it; leave it out of --transport`,
      );
  }
  for (const { id, scenario } of cells) {
    const why = indivisible(scenario, drivers);
    if (why !== undefined) throw new UsageError(`--drivers: got ${drivers}, which cannot share ${quote(id)}: ${why}`);
  }
}
