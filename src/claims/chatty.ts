/** Prose: many small messages. */
import type { Arm } from '../scenario/plan.ts';
import type { CellSummary, MetricName, Summary } from '../stats/summary.ts';
import { defineClaim, type Evidence } from './define.ts';
import { cellsOf, comparisonOf, estimateOf } from './evidence.ts';
import { rate, time, times } from './quantity.ts';
import type { Judgement } from './claim.ts';
import { isBetter, type Part, verdictOf, withNote } from './verdict.ts';

/** Throughput is judged where clients send as fast as they can, latency where both sides are offered the same load. */
export const chattyThroughput = defineClaim({
  kind: 'prose',
  id: 'chatty-throughput',
  label: 'Chatty sessions',
  claimed: 'For sessions of many small messages WebSockets give more throughput and less latency.',
  rule:
    'Throughput: true if the rate of chatty over WebSocket is at least 5 % above SSE by the paired comparison. ' +
    'Latency: true if the median response time of chatty-paced, where both are offered the same load, is at least 5 % below. The 99th percentile is shown and does not decide.',
  needs: [
    { scenario: 'chatty', metrics: ['rate'] },
    { scenario: 'chatty-paced', metrics: ['response-time.p50'] },
  ],
  wouldAnswer: 'the chatty and chatty-paced scenarios',
  byClient: true,
  looksAt: 'cells',
  measure: (summary, arm) => {
    const texts = [...rateTexts(summary, arm), ...latencyTexts(summary, arm)];
    return texts.length === 0 ? [] : [texts.join('; ')];
  },
  judge: (evidence) => withNote(judgeParts(evidence), driverNote(evidence)),
});

const judgeParts = (evidence: Evidence): Judgement =>
  verdictOf([
    ...evidence.cells('chatty').map((cell) => partOf(cell, evidence, { of: 'throughput', metric: 'rate' })),
    ...evidence
      .cells('chatty-paced')
      .map((cell) => partOf(cell, evidence, { of: 'latency', metric: 'response-time.p50' })),
  ]);

/** A rate that the driver could not have exceeded is of the client and the transport together. */
function driverNote({ cells, sse, websocket }: Evidence): string {
  const limited = [sse, websocket].filter(({ id }) =>
    cells('chatty').some(({ arms }) =>
      arms.some(({ armId, doubts }) => armId === id && doubts.some(({ doubt }) => doubt.kind === 'driver-saturated')),
    ),
  );
  return limited.length === 0
    ? ''
    : `the throughput over ${limited.map(({ title }) => title).join(' and ')} is as much as its client could drive, not what its server could serve`;
}

interface Aspect {
  readonly of: string;
  readonly metric: MetricName;
}

function partOf(cell: CellSummary, { sse, websocket }: Evidence, { of, metric }: Aspect): Part {
  const found = comparisonOf(cell, metric, { armId: websocket.id, baseArmId: sse.id });
  const seen = found === undefined ? 'no pair of trials to compare' : `${times(found.ratio)} that of SSE`;
  return { of, holds: isBetter(found), seen };
}

const rateTexts = (summary: Summary, arm: Arm): readonly string[] =>
  cellsOf(summary, 'chatty').flatMap((cell) => {
    const found = estimateOf(cell, arm.id, 'rate');
    return found === undefined ? [] : [`${rate(found.value)} calls/s at full speed`];
  });

const latencyTexts = (summary: Summary, arm: Arm): readonly string[] =>
  cellsOf(summary, 'chatty-paced').flatMap((cell) => {
    const p50 = estimateOf(cell, arm.id, 'response-time.p50');
    const p99 = estimateOf(cell, arm.id, 'response-time.p99');
    if (p50 === undefined) return [];
    return [`at equal load p50 ${time(p50.value)}${p99 === undefined ? '' : `, p99 ${time(p99.value)}`}`];
  });
