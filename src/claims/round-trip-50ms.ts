/** Prose: fast enough for a conversation. */
import type { Arm } from '../scenario/plan.ts';
import type { Summary } from '../stats/summary.ts';
import { milliseconds } from '../units.ts';
import { defineClaim } from './define.ts';
import { cellsOf, estimatesOf, extremes, networkNote } from './evidence.ts';
import { time } from './quantity.ts';
import { everyTruth, isBelow, type Truth, verdictOf, withNote } from './verdict.ts';

const LIMIT = milliseconds(50);
const SCENARIOS = ['tool-calls', 'chatty-paced'] as const;

/** 99 of 100 calls must be answered within the limit, by the upper bound; it tells them apart only if SSE fails. */
export const roundTrip50ms = defineClaim({
  kind: 'prose',
  id: 'rtt-50ms',
  label: 'Round trips under 50 ms',
  claimed: 'WebSockets give a conversational agent round trips of less than 50 ms.',
  rule:
    'True if the upper interval bound of the 99th percentile of response time over WebSocket is below 50 ms, in tool-calls and, where it was run, chatty-paced. ' +
    'Does not tell them apart if the same is true of SSE.',
  needs: [{ scenario: 'tool-calls', metrics: ['response-time.p99'] }],
  wouldAnswer:
    'the tool-calls scenario with at least 1,000 calls per trial; for a wide-area answer, a network with a known delay',
  looksAt: 'cells',
  measure: (summary, arm) => {
    const worst = extremes(tails(summary, arm));
    return worst === undefined ? [] : [`99 of 100 calls within ${time(worst.high)}`];
  },
  judge: ({ summary, sse, websocket }) => {
    const holds = isFast(summary, websocket);
    const same = isFast(summary, sse) === true;
    const verdict = verdictOf([{ of: 'WebSocket', holds, seen: '' }]);
    const judged = holds === true ? { ...verdict, discriminates: !same } : verdict;
    return withNote(withNote(judged, holds === true && same ? 'SSE is below 50 ms too' : ''), networkNote(summary));
  },
});

const tails = (summary: Summary, arm: Arm): ReturnType<typeof estimatesOf> =>
  SCENARIOS.flatMap((scenario) => estimatesOf(cellsOf(summary, scenario), arm.id, 'response-time.p99'));

const isFast = (summary: Summary, arm: Arm): Truth =>
  everyTruth(tails(summary, arm).map((tail) => isBelow(tail, LIMIT)));
