/** Whether two plans measure the same: the same load in the same cells over the same arms. */
import { hasCalendar, pacingOf } from './pacing.ts';
import { USUAL_PLACEMENT } from './placement-choice.ts';
import type { Arm, Plan } from './plan.ts';
import type { Cell, Scenario } from './scenario.ts';
import { quote } from './wording.ts';

export interface PlansCompared {
  /** One line for each thing in which they differ; empty when they measure the same. Seeds and numbers of trials may differ. */
  readonly differences: readonly string[];
  /** What is the same in both. */
  readonly cellIds: readonly string[];
  readonly armIds: readonly string[];
  /** Whether fresh processes are warmed up alike, on which every number rests. */
  readonly sameWarmup: boolean;
}

/** Of a scenario, what is only for its readers. */
const WORDS: ReadonlySet<string> = new Set<keyof Scenario>(['title', 'shows']);

export function comparePlans(base: Plan, head: Plan): PlansCompared {
  const cells = compareById('cell', cellsOf(base), cellsOf(head), ({ scenario }: Cell) => scenario);
  const arms = compareById('arm', base.arms, head.arms, ({ variant, call }: Arm) => ({ ...variant, call }));
  const warmup = differingKeys({ ...base.processWarmup }, { ...head.processWarmup });
  const ofWhole = [
    ...(warmup.length === 0 ? [] : ['the warm-up of the processes differs, as it does with --quick']),
    ...(base.drivers === head.drivers ? [] : ['the load is shared otherwise: --drivers differs']),
    ...(isPlacedAlike(base, head) ? [] : ['the processes are placed otherwise: --placement differs']),
  ];
  return {
    differences: [...ofWhole, ...cells.differences, ...arms.differences],
    cellIds: cells.same,
    armIds: arms.same,
    sameWarmup: warmup.length === 0,
  };
}

/** By what a calendar is kept is in every time that is measured by it, and in none where there is no calendar. */
const cellsOf = (plan: Plan): readonly Cell[] =>
  plan.cells.map(({ scenario, ...cell }) => ({
    ...cell,
    scenario: { ...scenario, pacing: hasCalendar(scenario) ? pacingOf(plan, scenario) : undefined },
  }));

const isPlacedAlike = (base: Plan, head: Plan): boolean =>
  canonical(base.placement ?? USUAL_PLACEMENT) === canonical(head.placement ?? USUAL_PLACEMENT);

interface Compared {
  readonly differences: readonly string[];
  readonly same: readonly string[];
}

function compareById<T extends { readonly id: string }>(
  what: string,
  base: readonly T[],
  head: readonly T[],
  contentOf: (one: T) => object,
): Compared {
  const differences: string[] = [];
  const same: string[] = [];
  for (const one of base) {
    const other = head.find(({ id }) => id === one.id);
    const keys = other === undefined ? [] : differingKeys({ ...contentOf(one) }, { ...contentOf(other) });
    if (other === undefined) differences.push(`${what} ${quote(one.id)} is only in the base`);
    else if (keys.length > 0) differences.push(`${what} ${quote(one.id)} differs in ${keys.join(', ')}`);
    else same.push(one.id);
  }
  const added = head.filter(({ id }) => !base.some((one) => one.id === id));
  return { differences: [...differences, ...added.map(({ id }) => `${what} ${quote(id)} is only in the head`)], same };
}

function differingKeys(base: Readonly<Record<string, unknown>>, head: Readonly<Record<string, unknown>>): string[] {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(head)])].filter((key) => !WORDS.has(key));
  return keys.filter((key) => canonical(base[key]) !== canonical(head[key]));
}

/** As text, whatever order the keys came in; an absent key and one that holds nothing are the same. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? '';
