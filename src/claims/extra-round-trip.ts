/** Prose: the second HTTP exchange of a call over SSE. */
import type { ArmFacts } from '../result/record.ts';
import type { Comparison, Estimate } from '../stats/summary.ts';
import type { Judgement } from './claim.ts';
import { defineClaim, type FactEvidence } from './define.ts';
import { cellsOf, comparisonOf, estimateOf, factsOf } from './evidence.ts';
import { count, time, timeRange } from './quantity.ts';
import { USUAL_COVERAGE } from './verdict.ts';

/**
 * Two halves. That the exchange exists is counted. What it costs is the paired difference of the median call. Whether
 * the cost is a network round trip cannot be seen without a network, so the verdict is `depends` whenever the exchange exists.
 */
export const extraRoundTrip = defineClaim({
  kind: 'prose',
  id: 'extra-round-trip',
  label: 'A separate request per call',
  claimed: 'SSE needs an HTTP request of its own for every tool call, and that costs a round trip.',
  rule:
    'Refuted unless the probe counted at least one HTTP request per call over SSE and none over WebSocket. Otherwise it depends on the network: ' +
    'the paired difference of the median tool call is what the request costs here, and without a network it cannot be told from a network round trip.',
  needs: [{ scenario: 'tool-calls', metrics: ['response-time.p50'] }],
  wouldAnswer: 'the tool-calls scenario, and for the round trip itself a network with a known delay',
  looksAt: 'facts',
  measure: (summary, arm) => {
    const facts = factsOf(summary, arm.id);
    const [cell] = cellsOf(summary, 'tool-calls');
    const p50 = cell === undefined ? undefined : estimateOf(cell, arm.id, 'response-time.p50');
    const requests = facts && `${count(facts.httpRequestsPerCall, 'HTTP request')} per call`;
    const texts = [requests, p50 && `call p50 ${time(p50.value)}`].filter((text) => text !== undefined);
    return texts.length === 0 ? [] : [texts.join(', ')];
  },
  judge,
});

function judge(evidence: FactEvidence): Judgement {
  const { sse, websocket } = evidence.facts;
  if (!hasExtraExchange(sse, websocket)) {
    const seen = `${count(sse.httpRequestsPerCall, 'HTTP request')} per call over SSE, ${count(websocket.httpRequestsPerCall, 'request')} over WebSocket`;
    return { word: 'refuted', because: seen };
  }
  return {
    word: 'depends',
    because: `the request is real; ${costOf(evidence)}; whether that grows by a network round trip depends on the network, and here is only loopback`,
  };
}

const hasExtraExchange = (sse: ArmFacts, websocket: ArmFacts): boolean =>
  sse.httpRequestsPerCall >= 1 && websocket.httpRequestsPerCall === 0;

function costOf({ cells, sse, websocket }: FactEvidence): string {
  const [cell] = cells('tool-calls');
  const base = cell && estimateOf(cell, sse.id, 'response-time.p50');
  const found = cell && comparisonOf(cell, 'response-time.p50', { armId: websocket.id, baseArmId: sse.id });
  if (base === undefined || found === undefined) return 'its cost is unknown, for want of a pair of trials';
  switch (found.word) {
    case 'faster':
      return `it costs ${differenceOf(base, found)} more per call`;
    case 'slower':
      return 'calls over SSE are nevertheless the faster ones';
    case 'equivalent':
      return 'its cost is within the margin of ±5 %';
    case 'inconclusive':
      return found.coverage95 < USUAL_COVERAGE
        ? `what it costs (about ${time(base.value * (1 - found.ratio))}) needs more trials to be sure`
        : 'its cost is lost in the noise of this run';
  }
}

/** SSE minus WebSocket, from SSE's median and the paired ratio. */
function differenceOf(base: Estimate, { ratio, low95, high95 }: Comparison): string {
  const saved = (share: number): number => base.value * (1 - share);
  return `${time(saved(ratio))} (${timeRange(saved(high95), saved(low95))})`;
}
