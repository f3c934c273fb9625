/** Which arms of a run are held against each other. */
import { oneOfEachNetwork, pairsByClient } from '../scenario/article-sides.ts';
import { buildPairs } from '../scenario/builds.ts';
import type { Arm } from '../scenario/plan.ts';
import { isSameNetwork } from '../scenario/variant.ts';

/** `arm ÷ base`. */
export interface ArmPair {
  readonly arm: Arm;
  readonly base: Arm;
}

/** What the others over its network are held against: the first of them; of an arm with a build, the same in the other build. */
export const baseOf = (arms: readonly Arm[], arm: Arm): Arm =>
  arm.build === undefined
    ? (arms.find((other) => isSameNetwork(other.variant, arm.variant)) ?? arm)
    : (buildPairs(arms).find(({ head }) => head.id === arm.id)?.base ?? arm);

/**
 * Where arms have builds, each in its builds, and nothing else: what differs between two transports is not what such a run
 * is about, and would be mixed with what differs between two builds. Otherwise network by network, because what differs by a network says nothing about a transport: every other arm against the
 * first, the article's two through each client stack, and each newer revision against an older one of the same; no pair twice.
 */
export const pairsToCompare = (arms: readonly Arm[]): readonly ArmPair[] =>
  arms.some(({ build }) => build !== undefined)
    ? buildPairs(arms).map(({ base, head }) => ({ arm: head, base }))
    : oneOfEachNetwork(arms).flatMap((first) => pairsWithin(arms.filter((arm) => baseOf(arms, arm) === first)));

function pairsWithin(arms: readonly Arm[]): readonly ArmPair[] {
  const [base, ...others] = arms;
  if (base === undefined) return [];
  const first = others.map((arm) => ({ arm, base }));
  const more = [
    ...pairsByClient(arms).flatMap(({ pairs }) => pairs.map(({ sse, websocket }) => ({ arm: websocket, base: sse }))),
    ...revisionPairs(arms),
  ];
  return [
    ...first,
    ...more.filter((pair, at) => ![...first, ...more.slice(0, at)].some((other) => isSame(pair, other))),
  ];
}

/** Arms that differ in the protocol's revision and in nothing else: each newer one against the oldest, repetitions left out. */
export function revisionPairs(arms: readonly Arm[]): readonly ArmPair[] {
  const firsts = arms.filter((arm, at) => !arms.slice(0, at).some((earlier) => keyOf(earlier) === keyOf(arm)));
  return firsts.flatMap((arm) => {
    const [base] = firsts
      .filter((other) => keyOf(other, '') === keyOf(arm, ''))
      .toSorted((a, b) => a.variant.protocol.localeCompare(b.variant.protocol));
    return base === undefined || base === arm ? [] : [{ arm, base }];
  });
}

const keyOf = ({ variant }: Arm, protocol: string = variant.protocol): string =>
  JSON.stringify({ ...variant, protocol });

/** The same two, whichever way round. */
const isSame = (one: ArmPair, other: ArmPair): boolean =>
  (one.arm.id === other.arm.id && one.base.id === other.base.id) ||
  (one.arm.id === other.base.id && one.base.id === other.arm.id);
