/** Prose: fast enough for a conversation. */
import type { Arm } from '../scenario/plan.ts';
import type { CellSummary, Estimate, Summary } from '../stats/summary.ts';
import { milliseconds } from '../units.ts';
import { defineClaim } from './define.ts';
import { cellsOf, estimateOf } from './evidence.ts';
import { judgeOverNetworks, overNetworks } from './networks.ts';
import { time } from './quantity.ts';
import { everyMeasured, isBelow, type Truth } from './verdict.ts';

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
    'Over several networks: of each by itself, and up to which round trip; over an emulated one the 90th percentile stands in where a trial has too few calls for the 99th. ' +
    'Does not tell them apart if the same is true of SSE.',
  needs: [{ scenario: 'tool-calls', metrics: ['response-time.p99'] }],
  wouldAnswer:
    'the tool-calls scenario with at least 1,000 calls per trial; for a wide-area answer, a network with a known delay',
  looksAt: 'cells',
  measure: (summary, arm) => {
    const worst = worstOf(summary, arm);
    return worst === undefined ? [] : [`${worst.of} of 100 calls within ${time(worst.estimate.value)}`];
  },
  judge: ({ summary }) =>
    judgeOverNetworks(overNetworks(summary.arms), {
      holds: (arm) => isFast(summary, arm),
      seen: (arm) => {
        const worst = worstOf(summary, arm);
        return worst === undefined ? 'unknown' : `p${worst.of} ${time(worst.estimate.value)}`;
      },
      sameOfSse: 'SSE is below 50 ms too',
      meets: 'below 50 ms',
    }),
});

interface Tail {
  /** Of a hundred calls, how many. */
  readonly of: 99 | 90;
  readonly estimate: Estimate;
}

/** A second holds two dozen calls over a wide network: enough to know 90 of 100 by. */
function tailOf(cell: CellSummary, { id, variant }: Arm): readonly Tail[] {
  const p99 = estimateOf(cell, id, 'response-time.p99');
  if (p99 !== undefined) return [{ of: 99, estimate: p99 }];
  const p90 = variant.network === 'lo' ? undefined : estimateOf(cell, id, 'response-time.p90');
  return p90 === undefined ? [] : [{ of: 90, estimate: p90 }];
}

const tails = (summary: Summary, arm: Arm): readonly Tail[] =>
  SCENARIOS.flatMap((scenario) => cellsOf(summary, scenario).flatMap((cell) => tailOf(cell, arm)));

const worstOf = (summary: Summary, arm: Arm): Tail | undefined =>
  tails(summary, arm).toSorted((a, b) => b.estimate.value - a.estimate.value)[0];

const isFast = (summary: Summary, arm: Arm): Truth =>
  everyMeasured(tails(summary, arm).map(({ estimate }) => isBelow(estimate, LIMIT)));
