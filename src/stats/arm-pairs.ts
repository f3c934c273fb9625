/** Which arms of a run are held against each other. */
import { ARTICLE_TRANSPORTS, sideOf } from '../scenario/article-sides.ts';
import type { Arm } from '../scenario/plan.ts';

/** `arm ÷ base`. */
export interface ArmPair {
  readonly arm: Arm;
  readonly base: Arm;
}

/** Every other arm against the first, the article's two, and each newer revision against an older one of the same; no pair twice. */
export function pairsToCompare(arms: readonly Arm[]): readonly ArmPair[] {
  const [base, ...others] = arms;
  if (base === undefined) return [];
  const first = others.map((arm) => ({ arm, base }));
  const more = [...articlePair(arms), ...revisionPairs(arms)];
  return [
    ...first,
    ...more.filter((pair, at) => ![...first, ...more.slice(0, at)].some((other) => isSame(pair, other))),
  ];
}

function articlePair(arms: readonly Arm[]): readonly ArmPair[] {
  const [base, arm] = ARTICLE_TRANSPORTS.map(({ transport }) => sideOf(arms, transport));
  return base === undefined || arm === undefined ? [] : [{ arm, base }];
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
