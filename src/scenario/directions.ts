/** Which of its two directions a scenario uses: what clients ask, and what the endpoint publishes. */
import type { LoadModel, Publication } from './scenario.ts';

export const DIRECTIONS = ['calls', 'pushes'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What is looked at: a scenario, or the draft of one. */
interface Traffic {
  readonly load: LoadModel;
  readonly publish: readonly Omit<Publication, 'subscribers'>[];
}

export const hasCalls = ({ load }: Pick<Traffic, 'load'>): boolean => load.kind !== 'none';
export const hasPushes = ({ publish }: Pick<Traffic, 'publish'>): boolean => publish.length > 0;
export const hasBoth = (traffic: Traffic): boolean => hasCalls(traffic) && hasPushes(traffic);
