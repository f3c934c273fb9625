/** Which arm of a run stands for which side of the comparison, and what the arms are called. */
import { ARTICLE_TRANSPORTS, isEmbedded, sideOf } from '../scenario/article-sides.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Summary } from '../stats/summary.ts';

/** The two arms that the comparison is about. */
export interface Sides {
  readonly sse: Arm;
  readonly websocket: Arm;
}

/** The first arm of each side; `undefined` when one of them is not in the run. */
export function sidesOf({ arms }: Summary): Sides | undefined {
  const sse = sideOf(arms, 'sse');
  const websocket = sideOf(arms, 'websocket');
  return sse !== undefined && websocket !== undefined ? { sse, websocket } : undefined;
}

/** Whether the run was against somebody else's servers, about which the article says nothing. */
export const isAgainstTargets = ({ arms }: Summary): boolean => arms.some((arm) => !isEmbedded(arm));

/** Why a side is missing, in words; empty when both are there. */
export function missingSides(summary: Summary): string {
  return ARTICLE_TRANSPORTS.filter(({ transport }) => sideOf(summary.arms, transport) === undefined)
    .map((side) => whyMissing(summary, side))
    .join('; ');
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
