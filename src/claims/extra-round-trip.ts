/** Prose: the second HTTP exchange of a call over SSE. */
import type { ArmFacts } from '../result/record.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Comparison, Estimate } from '../stats/summary.ts';
import type { Judgement } from './claim.ts';
import { defineClaim, type FactEvidence } from './define.ts';
import { cellsOf, comparisonOf, estimateOf, factsOf } from './evidence.ts';
import { type OverNetwork, overNetworks } from './networks.ts';
import { count, time, timeRange } from './quantity.ts';
import { isAtLeast, type Part, USUAL_COVERAGE, verdictOf, withNote } from './verdict.ts';

/** A call costs a round trip more if it costs more than this many; what is measured has noise, and half of one is neither. */
const HALF_A_ROUND_TRIP = 0.5;

/**
 * Two halves. That the exchange exists is counted. What it costs is the paired difference of the median call, over each
 * network in units of its round trip. Without a network it cannot be seen whether it costs one, and the verdict is
 * `depends` whenever the exchange exists.
 */
export const extraRoundTrip = defineClaim({
  kind: 'prose',
  id: 'extra-round-trip',
  label: 'A separate request per call',
  claimed: 'SSE needs an HTTP request of its own for every tool call, and that costs a round trip.',
  rule:
    'Refuted unless the probe counted at least one HTTP request per call over SSE and none over WebSocket. ' +
    'Otherwise, for each emulated network: what the median tool call takes longer over SSE, by the paired comparison and less what it takes longer on loopback where that was run, divided by the round trip; ' +
    'true if its interval lies at or above half a round trip, false if below. Without a network it depends on one.',
  needs: [{ scenario: 'tool-calls', metrics: ['response-time.p50'] }],
  wouldAnswer: 'the tool-calls scenario, and for the round trip itself a network with a known delay',
  byClient: true,
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
  const networks = overNetworks(evidence.summary.arms);
  const loopback = networks.find(({ profile }) => profile === 'lo');
  const emulated = networks.filter(({ profile }) => profile !== 'lo');
  if (emulated.length > 0) return judgeOver(emulated, loopback, evidence);
  return {
    word: 'depends',
    because: `the request is real; ${costOf(evidence)}; whether that grows by a network round trip depends on the network, and here is only loopback`,
  };
}

/** By how much SSE is slower than WebSocket; the interval may hold less than nothing. */
interface Extra {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const NOTHING: Extra = { value: 0, low: 0, high: 0 };

function judgeOver(
  emulated: readonly OverNetwork[],
  loopback: OverNetwork | undefined,
  evidence: FactEvidence,
): Judgement {
  const onLoopback = loopback === undefined ? undefined : extraOf(loopback, evidence);
  const parts = emulated.map((network) => partOf(network, onLoopback ?? NOTHING, evidence));
  const note =
    onLoopback === undefined
      ? 'what the request costs the host itself was not measured, and is counted as part of the network’s'
      : `the ${time(onLoopback.value)} that it costs on loopback taken off`;
  const verdict = verdictOf(parts);
  return withNote({ ...verdict, because: `the request is real; ${verdict.because}` }, note);
}

function partOf(network: OverNetwork, onLoopback: Extra, evidence: FactEvidence): Part {
  const extra = extraOf(network, evidence);
  if (extra === undefined) return { of: network.name, holds: undefined, seen: 'no pair of trials to compare' };
  const inRoundTrips = (spanNs: number): number => spanNs / network.roundTripNs;
  const interval = {
    low: inRoundTrips(extra.low - onLoopback.high),
    high: inRoundTrips(extra.high - onLoopback.low),
  };
  const p50 = (arm: Arm): string => time(p50Of(evidence, arm)?.value ?? 0);
  const more = hundredths(inRoundTrips(extra.value - onLoopback.value));
  return {
    of: network.name,
    holds: isAtLeast(interval, HALF_A_ROUND_TRIP),
    seen: `SSE ${p50(network.sse)}, WebSocket ${p50(network.websocket)}: ${more} round trips more [${hundredths(interval.low)} … ${hundredths(interval.high)}]`,
  };
}

/** Without the sign of a zero. */
const hundredths = (value: number): string => (Math.round(value * 100) / 100 || 0).toFixed(2);

const p50Of = ({ cells }: FactEvidence, { id }: Arm): Estimate | undefined => {
  const [cell] = cells('tool-calls');
  return cell && estimateOf(cell, id, 'response-time.p50');
};

/** From SSE's median and the paired ratio: a difference of two medians would not know which trials were neighbours. */
function extraOf({ sse, websocket }: OverNetwork, evidence: FactEvidence): Extra | undefined {
  const [cell] = evidence.cells('tool-calls');
  const base = p50Of(evidence, sse);
  const found = cell && comparisonOf(cell, 'response-time.p50', { armId: websocket.id, baseArmId: sse.id });
  if (base === undefined || found === undefined || p50Of(evidence, websocket) === undefined) return undefined;
  const saved = (ratio: number): number => base.value * (1 - ratio);
  return { value: saved(found.ratio), low: saved(found.high95), high: saved(found.low95) };
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
