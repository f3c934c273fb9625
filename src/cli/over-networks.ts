/** Suites that measure a few of their scenarios over networks besides: which arms that adds, and what these leave out. */
import type { ArmWord } from '../scenario/arm-word.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';
import type { OverNetworks } from '../scenario/suite.ts';
import type { RunFlags } from './options.ts';

/** Every arm as it is, then all of them once more over each network. */
export function widenArms(arms: RunFlags['arms'], wider: OverNetworks | undefined): RunFlags['arms'] {
  if (wider === undefined || arms === 'all') return arms;
  const over = wider.networks.flatMap((network) =>
    arms.map((word): ArmWord => ({ ...word, axes: { ...word.axes, network } })),
  );
  return [...arms, ...over];
}

/** What arms over a network do not go through. */
export const leftOut = (
  arms: readonly Arm[],
  cells: readonly Cell[],
  wider: OverNetworks | undefined,
): readonly { readonly armId: string; readonly cellId: string }[] =>
  wider === undefined
    ? []
    : arms
        .filter(({ variant }) => variant.network !== 'lo')
        .flatMap(({ id }) =>
          cells
            .filter(({ scenario }) => !wider.scenarios.includes(scenario.name))
            .map((cell) => ({ armId: id, cellId: cell.id })),
        );
