/** The two transports that the article compares, and which arms of a run stand for them. */
import type { Arm } from './plan.ts';

/** In the article's order, each with the name that the article gives it. */
export const ARTICLE_TRANSPORTS: readonly { readonly transport: string; readonly title: string }[] = [
  { transport: 'sse', title: 'SSE' },
  { transport: 'websocket', title: 'WebSocket' },
];

/** Whether an arm speaks with a server of the tool's own; about somebody else's the article says nothing. */
export const isEmbedded = ({ variant }: Arm): boolean => variant.target === 'embedded';

/** The arm that stands for a side of the article: the first embedded one of its transport. */
export const sideOf = (arms: readonly Arm[], transport: string): Arm | undefined =>
  arms.find((arm) => arm.variant.transport === transport && isEmbedded(arm));
