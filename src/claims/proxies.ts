/** Row and prose: what stands between client and server. */
import { HOPS, type HopName } from '../scenario/studies/proxies.ts';
import { firstEventNs, passesThrough } from '../stats/hop-outcomes.ts';
import { defineStudyClaim } from './define-study.ts';
import {
  type Evidence,
  PAIRS,
  type Pair,
  type Passes,
  type Side,
  configuration,
  dataOf,
  hopsOfBoth,
  isWholeInSilence,
  linesNeeded,
  missingNote,
  truthOf,
} from './hop-evidence.ts';
import { percent, timeRange } from './quantity.ts';
import { type Part, type Truth, verdictOf, withNote } from './verdict.ts';

/** What "high" and "medium" stand for: shares of the proxies that are passed without a line of configuration. */
const HIGH = 0.8;
const MEDIUM = 0.5;

const WOULD_ANSWER = 'run proxies: both through proxies, as they come and tuned';

/** How many proxies let each through as they come. */
export const proxyCompatibility = defineStudyClaim({
  kind: 'row',
  id: 'proxy-compatibility',
  label: 'Firewall/Proxy Compatibility',
  claimed: { sse: 'High (uses standard HTTP ports)', websocket: 'Medium (may require specific rules)' },
  rule:
    'Of the proxies as they come, one is passed when a session opens, calls are answered and events arrive, at the median not held back for longer than the bound; ' +
    'the one that is an idle timeout, when a silence longer than it is survived without heartbeats. ' +
    'High: at least 80 % are passed; medium: 50 % or more, and less than 80 %. Controls, tuned proxies, the balancer, and nginx before a server that does not ask for X-Accel-Buffering: no are not counted.',
  study: 'proxies',
  wouldAnswer: WOULD_ANSWER,
  measure: (evidence) => ({ sse: linesOf(evidence, 'sse'), websocket: linesOf(evidence, 'websocket') }),
  judge: (evidence) => {
    const [sse, websocket] = [countOf(evidence, 'sse'), countOf(evidence, 'websocket')];
    if (sse.all === 0) return undefined;
    const parts: readonly Part[] = [
      { of: 'SSE', holds: atLeast(sse, HIGH), seen: countText(sse) },
      { of: 'WebSocket', holds: isMedium(websocket), seen: countText(websocket) },
    ];
    return withNote(verdictOf(parts), missingNote(evidence));
  },
});

/** What passed, of the hops that count. */
interface Count {
  readonly all: number;
  readonly passed: number;
  /** Hops about which the repetitions do not agree, or nothing is known, because they failed. */
  readonly undecided: number;
  /** Titles of those that were not passed. */
  readonly not: readonly string[];
}

function countOf(evidence: Evidence, side: Side): Count {
  const seen = hopsOfBoth(evidence)
    .filter((hop) => HOPS[hop].role === 'as-it-comes')
    .map((hop) => ({
      hop,
      holds: truthOf(evidence, side, hop, hop === 'idle-timeout' ? isWholeInSilence : passesThrough),
    }));
  return {
    all: seen.length,
    passed: seen.filter(({ holds }) => holds === true).length,
    undecided: seen.filter(({ holds }) => holds === undefined || holds === 'not measured').length,
    not: seen.filter(({ holds }) => holds === false).map(({ hop }) => HOPS[hop].title),
  };
}

/** Whether the share reaches the limit, whatever became of those that are undecided. */
function atLeast({ all, passed, undecided }: Count, limit: number): Truth {
  if (passed / all >= limit) return true;
  return (passed + undecided) / all < limit ? false : undefined;
}

function isMedium(count: Count): Truth {
  const [medium, high] = [atLeast(count, MEDIUM), atLeast(count, HIGH)];
  if (medium === false || high === true) return false;
  return medium === true && high === false ? true : undefined;
}

const countText = ({ all, passed, undecided, not }: Count): string =>
  `${passed} of ${all}, ${percent(passed / all)}` +
  (not.length === 0 ? '' : `; not: ${not.join(', ')}`) +
  (undecided === 0 ? '' : `; ${undecided} undecided`);

function linesOf(evidence: Evidence, side: Side): readonly string[] {
  const count = countOf(evidence, side);
  if (count.all === 0) return [];
  const first = dataOf(evidence, side)
    .filter(({ hop }) => HOPS[hop].role === 'as-it-comes')
    .flatMap(({ data }) => firstEventNs(data) ?? []);
  return [
    `${count.passed} of ${count.all} as they come`,
    ...(first.length === 0 ? [] : [`first event ${timeRange(Math.min(...first), Math.max(...first))}`]),
    ...linesNeeded(evidence, side),
  ];
}

/** Whether middle boxes that keep state break one and not the other. */
export const statefulProxies = defineStudyClaim({
  kind: 'prose',
  id: 'stateful-proxies',
  label: 'Stateful proxies',
  claimed: 'Proxies and firewalls that keep state make WebSockets harder to operate.',
  rule:
    'Looked at one by one, both with the same heartbeats: a hop that strips Upgrade, a balancer without affinity, a silence longer than the idle timeout without heartbeats and with them: ' +
    'true where WebSocket fails and SSE passes. nginx and HAProxy: true where WebSocket takes more lines of configuration than SSE before it passes and outlives a silence without heartbeats.',
  study: 'proxies',
  wouldAnswer: WOULD_ANSWER,
  measure: (evidence) => ({
    sse: silenceLines(evidence, 'sse'),
    websocket: silenceLines(evidence, 'websocket'),
  }),
  judge: (evidence) => {
    const parts = [
      ...FAILURES.flatMap((one) => failurePart(evidence, one)),
      ...PAIRS.flatMap((one) => linesPart(evidence, one)),
    ];
    return parts.length === 0 ? undefined : withNote(verdictOf(parts), missingNote(evidence));
  },
});

interface Failure {
  readonly of: string;
  readonly hop: HopName;
  readonly passes: Passes;
}

const FAILURES: readonly Failure[] = [
  { of: 'a stripped Upgrade', hop: 'strip-upgrade', passes: passesThrough },
  { of: 'no affinity', hop: 'balancer', passes: passesThrough },
  { of: 'an idle timeout without heartbeats', hop: 'idle-timeout', passes: ({ silent }) => silent === 'pass' },
  { of: 'an idle timeout with heartbeats', hop: 'idle-timeout', passes: ({ beating }) => beating === 'pass' },
];

function failurePart(evidence: Evidence, { of, hop, passes }: Failure): readonly Part[] {
  const sse = truthOf(evidence, 'sse', hop, passes);
  const websocket = truthOf(evidence, 'websocket', hop, passes);
  if (sse === 'not measured' || websocket === 'not measured') return [];
  if (sse === undefined || websocket === undefined) return [{ of, holds: undefined, seen: 'now so, now so' }];
  return [{ of, holds: sse && !websocket, seen: passText(sse, websocket) }];
}

function passText(sse: boolean, websocket: boolean): string {
  if (sse === websocket) return sse ? 'both pass' : 'both fail';
  return sse ? 'only SSE passes' : 'only WebSocket passes';
}

function linesPart(evidence: Evidence, { program, bare, tuned }: Pair): readonly Part[] {
  const sse = configuration(evidence, 'sse', bare, tuned);
  const websocket = configuration(evidence, 'websocket', bare, tuned);
  if (sse === 'not measured' || websocket === 'not measured') return [];
  const [ofSse, ofWebSocket] = [sse ?? Number.POSITIVE_INFINITY, websocket ?? Number.POSITIVE_INFINITY];
  const seen = `lines to add: WebSocket ${linesText(websocket)}, SSE ${linesText(sse)}`;
  return [{ of: program, holds: ofWebSocket > ofSse, seen }];
}

const linesText = (lines: number | undefined): string => (lines === undefined ? 'not even tuned' : String(lines));

function silenceLines(evidence: Evidence, side: Side): readonly string[] {
  const said = (passes: Passes): string => {
    const holds = truthOf(evidence, side, 'idle-timeout', passes);
    if (holds === undefined) return 'now so, now so';
    return holds === true ? 'survived' : 'cut';
  };
  if (dataOf(evidence, side, 'idle-timeout').length === 0) return [];
  return [
    `idle timeout: ${said(({ silent }) => silent === 'pass')}, with heartbeats ${said(({ beating }) => beating === 'pass')}`,
    ...linesNeeded(evidence, side),
  ];
}
