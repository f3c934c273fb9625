/** Row: which way messages can go on one connection. */
import type { ArmFacts } from '../result/record.ts';
import { factsOf } from './evidence.ts';
import { defineClaim } from './define.ts';
import { count, percent } from './quantity.ts';
import { verdictOf } from './verdict.ts';

/**
 * SSE is one-way if client messages need another socket than the one that carries server messages. WebSocket is
 * full-duplex if one socket carries everything and a client message went out on it while the server was sending.
 */
export const connectionModel = defineClaim({
  kind: 'row',
  id: 'connection-model',
  label: 'Connection Model',
  claimed: { sse: 'Unidirectional (server → client)', websocket: 'Full-duplex (bidirectional)' },
  rule:
    'SSE: true if any client message travels on a socket that carries no server message. ' +
    'WebSocket: true if a client holds one socket, all client messages share it with the server messages, and it carried both directions while events flowed.',
  needs: [],
  wouldAnswer: 'a probe session of both transports',
  looksAt: 'facts',
  measure: (summary, arm) => linesOf(factsOf(summary, arm.id)),
  judge: ({ facts }) =>
    verdictOf([
      { of: 'SSE', holds: facts.sse.sharedChannelShare < 1, seen: wayOfClientMessages(facts.sse) },
      { of: 'WebSocket', holds: isFullDuplex(facts.websocket), seen: wayOfClientMessages(facts.websocket) },
    ]),
});

/** Whether one connection carries both directions, and was seen to do so while the other direction was busy. */
export const isFullDuplex = (facts: ArmFacts): boolean =>
  facts.socketsPerClient === 1 && facts.sharedChannelShare === 1 && facts.bothDirectionsAtOnce;

function wayOfClientMessages({ sharedChannelShare }: ArmFacts): string {
  if (sharedChannelShare === 0) return 'client messages take another socket than server messages';
  if (sharedChannelShare === 1) return 'one socket carries both directions';
  return `${percent(1 - sharedChannelShare)} of client messages take another socket`;
}

function linesOf(facts: ArmFacts | undefined): readonly string[] {
  if (facts === undefined) return [];
  return [
    `${count(facts.socketsPerClient, facts.carrier === 'pipes' ? 'pipe' : 'socket')} per client`,
    `${percent(facts.sharedChannelShare)} of client messages on the server's channel`,
    facts.bothDirectionsAtOnce ? 'both directions at once' : 'one direction at a time per socket',
  ];
}
