/** Prose: both sides at any time. */
import type { Direction } from '../scenario/directions.ts';
import { hasBoth } from '../scenario/directions.ts';
import type { Arm } from '../scenario/plan.ts';
import type { ArmCell, Interference, Summary } from '../stats/summary.ts';
import { isFullDuplex } from './connection-model.ts';
import { defineClaim, type FactEvidence } from './define.ts';
import { cellsOf, factsOf, inDirection } from './evidence.ts';
import { count, times, timesWithInterval, whole } from './quantity.ts';
import { isNotWorse, type Part, type Truth, verdictOf } from './verdict.ts';

/**
 * Whether one direction holds up the other. On two cores both always do, over any transport, because both take processor
 * time. SSE has a channel for each direction: what it shows in the same trials is what sharing the processors costs, and
 * only what WebSocket shows beyond that can be the one connection's fault.
 */
export const bidirectional = defineClaim({
  kind: 'prose',
  id: 'bidirectional',
  label: 'Both ways at any time',
  claimed: 'Over a WebSocket either side sends whenever it likes, on one connection.',
  rule:
    'One connection: true if one socket per client carried both directions while events flowed, and in duplex with both under way every call was answered and every event arrived. ' +
    'Calls, and pushes: true if the median over WebSocket with both directions is not more than 5 % above that with this one alone, trial by trial (one-sided 95 %), or its inflation is not more than 5 % above that over SSE, which has a channel for each direction and shares only the processors; false if it is clearly above both. ' +
    'Requests of the server are not measured. Does not tell them apart if SSE has one such connection too.',
  needs: [{ scenario: 'duplex', metrics: ['response-time.p50', 'delivery.p50'] }],
  wouldAnswer: 'the duplex scenario',
  looksAt: 'facts',
  measure: (summary, arm) => [...connectionLines(summary, arm), ...inflationLines(summary, arm)],
  judge: (evidence) => {
    const verdict = verdictOf([
      oneConnection(evidence),
      undisturbed(evidence, 'calls'),
      undisturbed(evidence, 'pushes'),
    ]);
    return isFullDuplex(evidence.facts.sse) ? { ...verdict, discriminates: false } : verdict;
  },
});

const METRIC = { calls: 'response-time.p50', pushes: 'delivery.p50' } as const;
const OTHER: Readonly<Record<Direction, Direction>> = { calls: 'pushes', pushes: 'calls' };

const interferenceOf = (summary: Summary, direction: Direction): Interference | undefined =>
  summary.interferences.find((one) => one.scenario === 'duplex' && one.metric === METRIC[direction]);

function oneConnection({ summary, facts, websocket }: FactEvidence): Part {
  const failed = failuresOf(summary, websocket);
  const lines = [
    isFullDuplex(facts.websocket) ? 'one socket carries both directions' : 'it takes more than one socket',
    ...(failed === 0 ? [] : [`${whole(failed)} calls and events came to nothing`]),
  ];
  return { of: 'one connection', holds: isFullDuplex(facts.websocket) && failed === 0, seen: lines.join(', ') };
}

/** Calls without a right answer and events without arrival, where both are under way. */
function failuresOf(summary: Summary, { id }: Arm): number {
  const failed = ({ calls, notifications }: ArmCell): number => calls.due - calls.ok + notifications.lost;
  return cellsOf(summary, 'duplex')
    .filter(({ cell }) => hasBoth(cell.scenario))
    .flatMap(({ arms }) => arms.filter(({ armId }) => armId === id))
    .reduce((sum, arm) => sum + failed(arm), 0);
}

function undisturbed({ summary, sse, websocket }: FactEvidence, direction: Direction): Part {
  const found = interferenceOf(summary, direction);
  const own = found?.inflations.find(({ armId }) => armId === websocket.id);
  const other = found?.inflations.find(({ armId }) => armId === sse.id);
  const beyond = inDirection(found?.comparisons ?? [], { armId: websocket.id, baseArmId: sse.id });
  if (own === undefined || other === undefined)
    return { of: direction, holds: undefined, seen: 'no trial with both directions and with one' };
  return {
    of: direction,
    holds: eitherTruth(isNotWorse(own), isNotWorse(beyond)),
    seen: `${times(own.ratio)} amid ${OTHER[direction]}, over SSE ${times(other.ratio)}`,
  };
}

/** One of them is enough, and both must fail. */
function eitherTruth(one: Truth, other: Truth): Truth {
  if (one === true || other === true) return true;
  return one === false && other === false ? false : undefined;
}

function connectionLines(summary: Summary, { id }: Arm): readonly string[] {
  const facts = factsOf(summary, id);
  if (facts === undefined || cellsOf(summary, 'duplex').length === 0) return [];
  return [`${count(facts.socketsPerClient, facts.carrier === 'pipes' ? 'pipe' : 'socket')} per client`];
}

function inflationLines(summary: Summary, { id }: Arm): readonly string[] {
  const texts = (['calls', 'pushes'] as const).flatMap((direction) => {
    const own = interferenceOf(summary, direction)?.inflations.find(({ armId }) => armId === id);
    if (own === undefined) return [];
    const ratio = timesWithInterval({ value: own.ratio, low: own.low95, high: own.high95 });
    return [`${direction} amid ${OTHER[direction]} take ${ratio} as long as alone`];
  });
  return texts.length === 0 ? [] : [texts.join(', ')];
}
