/** Every claim of the comparison, in its order: the rows of the table, then what is argued in prose. */
import type { Summary } from '../stats/summary.ts';
import { agentLoop } from './agent-loop.ts';
import { bidirectional } from './bidirectional.ts';
import { binary } from './binary.ts';
import { chattyThroughput } from './chatty.ts';
import type { Claim, ClaimHead, EvaluatedClaim } from './claim.ts';
import { clientComplexity } from './client-complexity.ts';
import { connectionModel } from './connection-model.ts';
import { h2Multiplexing, manyListeners, passiveListener } from './connections.ts';
import { defaultTransport } from './default-transport.ts';
import { extraRoundTrip } from './extra-round-trip.ts';
import { frameOverhead } from './frame-overhead.ts';
import { latency } from './latency.ts';
import { maxConnections } from './max-connections.ts';
import { proxyCompatibility, statefulProxies } from './proxies.ts';
import { pushEfficiency } from './push-efficiency.ts';
import { reconnection, selfHealing } from './reconnection.ts';
import { roundTrip50ms } from './round-trip-50ms.ts';

const CLAIMS: readonly Claim[] = [
  connectionModel,
  reconnection,
  defaultTransport,
  latency,
  clientComplexity,
  proxyCompatibility,
  pushEfficiency,
  maxConnections,
  manyListeners,
  passiveListener,
  agentLoop,
  extraRoundTrip,
  roundTrip50ms,
  frameOverhead,
  chattyThroughput,
  binary,
  h2Multiplexing,
  selfHealing,
  statefulProxies,
  bidirectional,
];

/** What is claimed and by which rule it is judged, without a run: for listings and documentation. */
export const claimHeads = (): readonly ClaimHead[] => CLAIMS;

/** Puts every claim to a run. */
export const evaluateClaims = (summary: Summary): readonly EvaluatedClaim[] =>
  CLAIMS.map(({ evaluate, ...head }) => ({ ...head, finding: evaluate(summary) }));
