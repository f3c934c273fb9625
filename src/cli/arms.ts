/** The sides of the comparison, from the flags. */
import type { RunRecord } from '../result/record.ts';
import type { Arm } from '../scenario/plan.ts';
import { defaultVariant } from '../scenario/variant.ts';
import { loadTransport } from '../transports/discover.ts';
import type { RunFlags } from './options.ts';

export interface ChosenArms {
  readonly arms: readonly Arm[];
  /** Combinations that cannot be, with the reason; shown, never skipped in silence. */
  readonly unsupported: RunRecord['unsupported'];
}

export async function chooseArms(flags: RunFlags): Promise<ChosenArms> {
  const arms: Arm[] = [];
  const unsupported: { armId: string; reason: string }[] = [];
  for (const name of flags.transports) {
    const transport = await loadTransport(name);
    const arm: Arm = {
      id: uniqueId(name, arms),
      title: transport.title,
      variant: {
        ...defaultVariant(name, transport.replies[0] ?? null),
        protocol: flags.protocol,
        client: flags.client,
      },
    };
    const support = transport.supports(arm.variant);
    if (support.supported) arms.push(arm);
    else unsupported.push({ armId: arm.id, reason: support.reason });
  }
  return { arms, unsupported };
}

/** A transport that stands twice is compared with itself: `websocket`, `websocket#2`. */
function uniqueId(name: string, arms: readonly Arm[]): string {
  const earlier = arms.filter(({ variant }) => variant.transport === name).length;
  return earlier === 0 ? name : `${name}#${earlier + 1}`;
}
