/** Row: how much a client has to do and to bring. */
import type { ArmFacts } from '../result/record.ts';
import type { Judgement } from './claim.ts';
import { defineClaim } from './define.ts';
import { factsOf } from './evidence.ts';
import { count, plain, size } from './quantity.ts';

interface Proxy {
  readonly name: string;
  readonly of: (facts: ArmFacts) => number;
}

const libraryBytes = (facts: ArmFacts): number =>
  facts.clientLibraries.reduce((sum, library) => sum + library.bytes, 0);

const PROXIES: readonly Proxy[] = [
  { name: 'sockets', of: (facts) => facts.socketsPerClient },
  { name: 'requests per call', of: (facts) => facts.httpRequestsPerCall },
  { name: 'round trips to open', of: (facts) => facts.roundTripsToOpen },
  { name: 'library bytes', of: libraryBytes },
  { name: 'lines of driver', of: (facts) => facts.driverLines },
];

/** A proxy counts as more when it is more by this factor; something against nothing always is. */
const CLEARLY_MORE = 1.25;
const ENOUGH_PROXIES = 3;

/** WebSocket is the more complex one if at least three of five countable proxies are clearly larger on its side. */
export const clientComplexity = defineClaim({
  kind: 'row',
  id: 'client-complexity',
  label: 'Client-Side Complexity',
  claimed: { sse: 'Low (native EventSource)', websocket: 'Medium (WebSocket library)' },
  rule:
    'WebSocket is more complex if, of five proxies (sockets per client, HTTP requests per call, round trips to open, bytes of library, lines of driver), at least three are more than 1.25 times as large as with SSE. ' +
    'Where SSE has 0, anything above 0 is more. These are counts on Node, not a measurement of people; a browser brings both clients along.',
  needs: [],
  wouldAnswer: 'a probe session of both transports',
  looksAt: 'facts',
  measure: (summary, arm) => linesOf(factsOf(summary, arm.id)),
  judge: ({ facts }) => judge(facts.sse, facts.websocket),
});

function judge(sse: ArmFacts, websocket: ArmFacts): Judgement {
  const more = PROXIES.filter((proxy) => isClearlyMore(proxy.of(websocket), proxy.of(sse)));
  const less = PROXIES.filter((proxy) => isClearlyMore(proxy.of(sse), proxy.of(websocket)));
  return {
    word: more.length >= ENOUGH_PROXIES ? 'confirmed' : 'refuted',
    because: `of ${plain(PROXIES.length)} counts, with WebSocket, ${listed(more, 'higher')} and ${listed(less, 'lower')}; on Node, while a browser has both built in`,
  };
}

const isClearlyMore = (value: number, other: number): boolean =>
  other === 0 ? value > 0 : value / other > CLEARLY_MORE;

function listed(proxies: readonly Proxy[], direction: string): string {
  const verb = proxies.length > 1 ? 'are' : 'is';
  const names = proxies.map(({ name }) => name).join(', ');
  return proxies.length === 0
    ? `none is clearly ${direction}`
    : `${plain(proxies.length)} ${verb} clearly ${direction} (${names})`;
}

function linesOf(facts: ArmFacts | undefined): readonly string[] {
  if (facts === undefined) return [];
  return [
    `${count(facts.socketsPerClient, facts.carrier === 'pipes' ? 'pipe' : 'socket')}, ${count(facts.roundTripsToOpen, 'round trip')} to open`,
    `${count(facts.httpRequestsPerCall, 'HTTP request')} per call`,
    `${size(libraryBytes(facts))} of library, ${count(facts.driverLines, 'line')} of driver`,
  ];
}
