/** Which arm of a run stands for which side of the comparison, and what the arms are called. */
import { ARTICLE_TRANSPORTS, articlePairs, type ArticlePair, isEmbedded, sideOf } from '../scenario/article-sides.ts';
import type { Summary } from '../stats/summary.ts';

/** The two arms that the comparison is about: over one network. */
export type Sides = ArticlePair;

/** The first arm of each side, over the first network that both have; `undefined` where there is none. */
export const sidesOf = ({ arms }: Summary): Sides | undefined => articlePairs(arms)[0];

/** Whether the run was against somebody else's servers, about which the article says nothing. */
export const isAgainstTargets = ({ arms }: Summary): boolean => arms.some((arm) => !isEmbedded(arm));

/** Whether the run holds two builds of a server against each other: then it is about these, and not about transports. */
export const isAboutBuilds = ({ arms }: Summary): boolean => arms.some(({ build }) => build !== undefined);

/** Why a side is missing, in words; empty when both are there. */
export function missingSides(summary: Summary): string {
  if (sidesOf(summary) !== undefined) return '';
  if (isAboutBuilds(summary)) return 'this run holds two builds against each other, not two transports';
  const missing = ARTICLE_TRANSPORTS.filter(({ transport }) => sideOf(summary.arms, transport) === undefined);
  if (missing.length === 0) {
    const anyhow = articlePairs(summary.arms.map((arm) => ({ ...arm, variant: { ...arm.variant, client: 'stock' } })));
    return `SSE and WebSocket did not run ${anyhow.length === 0 ? 'over the same network' : 'through the same client stack'}`;
  }
  return missing.map((side) => whyMissing(summary, side)).join('; ');
}

function whyMissing({ record }: Summary, { transport, title }: (typeof ARTICLE_TRANSPORTS)[number]): string {
  const refused = record.unsupported.find(({ armId, cellId }) => cellId === null && transportOf(armId) === transport);
  return refused === undefined ? `${title} is not in this run` : `${title} could not run: ${refused.reason}`;
}

/** An arm's word begins with its transport. */
const transportOf = (word: string): string => word.split(/[@+#]/, 1)[0] ?? word;

/** An arm's name for people, `WebSocket`, `WebSocket #2` for its repetition; the word that asked for it where it could not be. */
export const armTitle = ({ record }: Summary, armId: string): string =>
  record.plan.arms.find(({ id }) => id === armId)?.title ?? armId;
