/** The two transports that the article compares, and which arms of a run stand for them. */
import type { Arm } from './plan.ts';
import { type ClientStack, isSameNetwork } from './variant.ts';

/** In the article's order, each with the name that the article gives it. */
export const ARTICLE_TRANSPORTS = [
  { transport: 'sse', title: 'SSE' },
  { transport: 'websocket', title: 'WebSocket' },
] as const;
export type ArticleTransport = (typeof ARTICLE_TRANSPORTS)[number]['transport'];

/** Both sides of the article, over one and the same network. */
export type ArticlePair = Readonly<Record<ArticleTransport, Arm>>;

/** Whether an arm speaks with a server of the tool's own; about somebody else's the article says nothing. */
export const isEmbedded = ({ variant }: Arm): boolean => variant.target === 'embedded';

/**
 * One pair for each network over which both sides ran, in the order of the run: of each side the first embedded arm. Both
 * through the same client stack, the first that both sides have: a library against none is no comparison of transports.
 */
export const articlePairs = (arms: readonly Arm[]): readonly ArticlePair[] => pairsByClient(arms)[0]?.pairs ?? [];

/** Pairs through one client stack. */
export interface ClientPairs {
  readonly client: ClientStack;
  readonly pairs: readonly ArticlePair[];
}

/** The same for each client stack through which both sides ran, in the order of the run. */
export function pairsByClient(arms: readonly Arm[]): readonly ClientPairs[] {
  const clients = [...new Set(arms.map(({ variant }) => variant.client))];
  return clients
    .map((client) => ({ client, pairs: pairsThrough(arms.filter(({ variant }) => variant.client === client)) }))
    .filter(({ pairs }) => pairs.length > 0);
}

function pairsThrough(arms: readonly Arm[]): readonly ArticlePair[] {
  return oneOfEachNetwork(arms).flatMap(({ variant }) => {
    const over = arms.filter((arm) => isSameNetwork(arm.variant, variant));
    const [sse, websocket] = [firstOf(over, 'sse'), firstOf(over, 'websocket')];
    return sse === undefined || websocket === undefined ? [] : [{ sse, websocket }];
  });
}

/** The arm that stands for a side of the article: of the first pair, or by itself where there is no pair. */
export const sideOf = (arms: readonly Arm[], transport: ArticleTransport): Arm | undefined =>
  articlePairs(arms)[0]?.[transport] ?? firstOf(arms, transport);

/** The first arm over each network. */
export const oneOfEachNetwork = (arms: readonly Arm[]): readonly Arm[] =>
  arms.filter((arm, at) => !arms.slice(0, at).some((earlier) => isSameNetwork(earlier.variant, arm.variant)));

/** Not one of several builds: what two builds of an endpoint cost says nothing about the transports. */
const firstOf = (arms: readonly Arm[], transport: ArticleTransport): Arm | undefined =>
  arms.find((arm) => arm.variant.transport === transport && isEmbedded(arm) && arm.build === undefined);
