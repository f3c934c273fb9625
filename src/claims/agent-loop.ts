/** Prose: results in time for an interactive agent. */
import { defineClaim, type Evidence } from './define.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Summary } from '../stats/summary.ts';
import { cellsOf, estimatesOf, extremes } from './evidence.ts';
import { judgeOverNetworks, overNetworks } from './networks.ts';
import { percent } from './quantity.ts';
import { everyMeasured, isAtLeast, type Truth } from './verdict.ts';

/** What counts as "within 100 ms": this share of the calls. */
const NEARLY_ALL = 0.99;

/** WebSocket must have nearly all calls of the agent loop within 100 ms; it tells them apart only if SSE has not. */
export const agentLoop = defineClaim({
  kind: 'prose',
  id: 'agent-loop-100ms',
  label: 'Results within 100 ms',
  claimed: 'An interactive agent needs its tool results within 100 ms, and WebSockets deliver them.',
  rule:
    'True if, by the lower interval bound over trials, at least 99 of 100 calls of agent-loop are answered within 100 ms over WebSocket. ' +
    'Over several networks: of each by itself, and up to which round trip. ' +
    'Does not tell them apart if the same is true of SSE.',
  needs: [{ scenario: 'agent-loop', metrics: ['within-100ms'] }],
  wouldAnswer: 'the agent-loop scenario',
  looksAt: 'cells',
  measure: (summary, arm) => {
    const share = shareOf(summary, arm);
    return share === undefined ? [] : [`${share} of calls within 100 ms`];
  },
  judge: (evidence) =>
    judgeOverNetworks(overNetworks(evidence.summary.arms), {
      holds: (arm) => inTime(evidence, arm),
      seen: (arm) => shareOf(evidence.summary, arm) ?? 'unknown',
      sameOfSse: 'so does SSE',
      meets: 'in time',
    }),
});

function shareOf(summary: Summary, arm: Arm): string | undefined {
  const share = extremes(estimatesOf(cellsOf(summary, 'agent-loop'), arm.id, 'within-100ms'));
  return share === undefined ? undefined : percent(share.low);
}

const inTime = ({ cells }: Evidence, arm: Arm): Truth =>
  everyMeasured(estimatesOf(cells('agent-loop'), arm.id, 'within-100ms').map((share) => isAtLeast(share, NEARLY_ALL)));
