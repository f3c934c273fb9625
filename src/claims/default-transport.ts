/** Row: what the two are carried by. */
import { factsOf } from './evidence.ts';
import { defineClaim } from './define.ts';
import { connectingOf } from '../stats/connecting.ts';
import { studySteps } from '../stats/study-steps.ts';
import type { Summary } from '../stats/summary.ts';
import { count, size, time } from './quantity.ts';
import { verdictOf } from './verdict.ts';

/** An event stream answered with success over one of the two versions. */
const HTTP_STREAM = /^HTTP\/(?:1\.1|2)(?:\.0)? 200 text\/event-stream\b/;
/** The answer that turns an HTTP/1.1 connection into something else. */
const UPGRADED = /^HTTP\/1\.1 101\b/;

/** Where the study of connecting was run too: what it took, cold and warm. */
function connectingLines({ record }: Summary, armId: string): readonly string[] {
  const found = connectingOf(studySteps(record, 'connect')).find((arm) => arm.armId === armId);
  if (found === undefined) return [];
  return (['cold', 'warm'] as const).map((kind) => {
    const { firstResultNs, roundTrips, sockets } = found[kind];
    const trips = roundTrips === undefined ? '' : `, ${count(Math.round(roundTrips), 'round trip')}`;
    return `${kind}: ${time(firstResultNs)}${trips}, ${count(sockets, 'new socket')} to the first result`;
  });
}

/** Structural: what the probe session saw when the channel was opened. */
export const defaultTransport = defineClaim({
  kind: 'row',
  id: 'default-transport',
  label: 'Default Transport',
  claimed: { sse: 'HTTP/1.1 or HTTP/2', websocket: 'TCP (upgrades from HTTP)' },
  rule:
    'SSE: true if the stream was answered with 200 text/event-stream over HTTP/1.1 or HTTP/2. WebSocket: true if the connection began as HTTP/1.1 and was answered with 101. ' +
    'Bytes and round trips until the first tool result are shown and do not decide.',
  needs: [],
  wouldAnswer: 'a probe session of both transports',
  looksAt: 'facts',
  measure: (summary, arm) => {
    const facts = factsOf(summary, arm.id);
    const connecting = connectingLines(summary, arm.id);
    if (facts === undefined) return connecting;
    return [
      facts.established,
      `${count(facts.roundTripsToOpen, 'round trip')} to open`,
      `first result after ${size(facts.bytesToFirstResult)}`,
      ...connecting,
    ];
  },
  judge: ({ facts }) =>
    verdictOf([
      { of: 'SSE', holds: HTTP_STREAM.test(facts.sse.established), seen: facts.sse.established },
      { of: 'WebSocket', holds: UPGRADED.test(facts.websocket.established), seen: facts.websocket.established },
    ]),
});
