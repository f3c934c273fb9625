/** Whether the arms differ in nothing but what was asked of them. Pure: facts and arms in, checks out. */
import { eraOf } from '../mcp/revisions.ts';
import type { ArmFacts, MatchCheck, Matching } from '../result/record.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Compression, Variant } from '../scenario/variant.ts';

/** An arm with what the probe saw of it. */
interface Probed {
  readonly facts: ArmFacts;
  readonly variant: Variant;
  /** Whose code the endpoint runs; `undefined` for this program's. */
  readonly build: string | undefined;
}

/** What a rule reads of an arm, or of both of its ends where they could differ, and how that is printed. `undefined` where the rule does not apply to the arm. */
type Read<Found> = (probed: Probed) => Found | undefined;
type Value = string | number;

type Rule =
  /** The same on every arm; of a kind of arms, if the rule tells kinds apart; and a certain value, if one is required. */
  | {
      readonly rule: string;
      readonly read: Read<Value | readonly Value[]>;
      readonly kindOf?: (variant: Variant) => string;
      /** What the endpoint's code decides may differ between two builds of it: that is what such a run is about. Within one it may not. */
      readonly isTheBuilds?: boolean;
      readonly required?: Value;
    }
  /** On each arm what its own variant asks for. */
  | { readonly rule: string; readonly asked: Read<Value>; readonly seen: Read<Value> };

/** How a client's handshake names each compression. */
const NEGOTIATED: Readonly<Record<Compression, string>> = {
  off: 'none',
  deflate: 'permessage-deflate',
  gzip: 'gzip',
  br: 'br',
};

const SAME_SERVER = 'same server: name, version, capabilities, tools';

const RULES: readonly Rule[] = [
  { rule: 'same Node and NODE_ENV at both ends', read: ({ facts }) => [facts.endpointNode, facts.driverNode] },
  {
    rule: 'same Node flags',
    read: ({ facts }) => [facts.endpointFlags.join(' ') || 'none', facts.driverFlags.join(' ') || 'none'],
  },
  { rule: SAME_SERVER, read: ({ facts }) => facts.surfaceHash, isTheBuilds: true },
  {
    // A revision that repeats itself with every request has longer messages, whatever carries them; the SDK's ids are shorter.
    rule: 'same JSON-RPC bytes for the same call',
    read: ({ facts }) => `${facts.payloadUpBytes} up, ${facts.payloadDownBytes} down`,
    kindOf: ({ protocol, client }) => `${eraOf(protocol)} ${client === 'sdk' ? 'sdk' : 'own'}`,
    isTheBuilds: true,
  },
  { rule: 'TCP_NODELAY on every socket', read: ({ facts }) => noDelay(facts), required: 'on' },
  {
    rule: 'compression as asked',
    asked: ({ variant }) => NEGOTIATED[variant.compression],
    // Of an extension, its name: its parameters stand in the facts.
    seen: ({ facts }) => facts.compression.split(';', 1)[0]?.trim() || 'none',
  },
  {
    rule: 'TLS as asked',
    asked: ({ facts, variant }) => (facts.carrier === 'sockets' ? onOrOff(variant.tls) : undefined),
    seen: ({ facts }) => onOrOff(facts.tls),
  },
  {
    rule: 'HTTP version as asked',
    asked: ({ facts, variant }) => (facts.httpVersion === undefined ? undefined : variant.http),
    // Node says 2.0 for what everybody calls 2.
    seen: ({ facts }) => facts.httpVersion?.replace(/^(\d)\.0$/, '$1'),
  },
  { rule: 'same TLS version, cipher and resumption', read: ({ facts }) => facts.tlsSession || undefined },
  {
    rule: 'same HTTP/2 flow-control windows',
    read: ({ facts: { http2Windows: windows } }) =>
      windows && `${windows.stream} B per stream, ${windows.connection} B per connection`,
    isTheBuilds: true,
  },
  { rule: 'same keep-alive of the endpoint', read: ({ facts }) => facts.keepAliveMs, isTheBuilds: true },
  {
    rule: 'same heartbeat',
    read: ({ facts }) => (facts.heartbeatMs === undefined ? 'none' : `${facts.heartbeatMs} ms`),
    isTheBuilds: true,
  },
  { rule: 'same largest message', read: ({ facts }) => facts.maxMessageBytes, isTheBuilds: true },
];

const onOrOff = (on: boolean): string => (on ? 'on' : 'off');

/** Every fact must be that of an arm; throws a RangeError otherwise. */
export function matchArms(facts: readonly ArmFacts[], arms: readonly Arm[]): Matching {
  const probed = facts.map((one): Probed => {
    const arm = arms.find(({ id }) => id === one.armId);
    if (arm === undefined) throw new RangeError(`${one.armId} is not an arm of the plan`);
    return { facts: one, variant: arm.variant, build: arm.build };
  });
  return {
    checks: RULES.map((rule) => ('asked' in rule ? checkAsked(rule, probed) : checkSame(rule, probed))),
    unmatched: unmatched(probed),
    facts,
  };
}

function checkSame(
  { rule, read, kindOf = () => '', isTheBuilds = false, required }: Extract<Rule, { read: unknown }>,
  probed: readonly Probed[],
): MatchCheck {
  const seen = probed.map((one) => ({ ...one, values: [...new Set([read(one) ?? []].flat())] }));
  const groupOf = ({ variant, build }: Probed): string => `${kindOf(variant)} ${isTheBuilds ? (build ?? '') : ''}`;
  const groups = [...new Set(probed.map(groupOf))];
  const matched = groups.every((group) => {
    const values = new Set(seen.filter((arm) => groupOf(arm) === group).flatMap((arm) => arm.values));
    return values.size < 2 && (required === undefined || values.size === 0 || values.has(required));
  });
  const applies = seen.some(({ values }) => values.length > 0);
  return {
    rule,
    status: applies ? (matched ? 'matched' : 'mismatched') : 'not-applicable',
    seen: byValue(
      seen,
      ({ values }) => values.join(' and ') || 'n/a',
      (arms, value) => `${arms}: ${value}`,
    ),
  };
}

function checkAsked({ rule, asked, seen }: Extract<Rule, { asked: unknown }>, probed: readonly Probed[]): MatchCheck {
  const found = probed.map((one) => ({ ...one, wanted: asked(one), got: seen(one) }));
  const applying = found.filter(({ wanted }) => wanted !== undefined);
  const matched = applying.every(({ wanted, got }) => wanted === got);
  const say = ({ wanted, got }: (typeof found)[number]): Value =>
    wanted === undefined ? 'n/a' : wanted === got ? wanted : `${got ?? 'nothing'}, asked for ${wanted}`;
  return {
    rule,
    status: applying.length === 0 ? 'not-applicable' : matched ? 'matched' : 'mismatched',
    seen: byValue(found, say, (arms, value) => `${arms}: ${value}`),
  };
}

function noDelay({ noDelay }: ArmFacts): string | undefined {
  if (noDelay.length === 0) return undefined;
  if (noDelay.every((one) => one === true)) return 'on';
  return noDelay.includes(false) ? 'off on some' : 'not told by this Node';
}

/** Differences that come with the transports and with what was asked of them. */
const DIFFERENCES: readonly { readonly what: string; readonly read: (probed: Probed) => Value }[] = [
  {
    what: "the builds' servers differ in name, version, capabilities or tools (hash)",
    read: ({ facts, build }) => (build === undefined ? 'of this program' : facts.surfaceHash.slice(0, 8)),
  },
  { what: 'sockets per client differ', read: ({ facts }) => carried(facts) },
  { what: 'HTTP requests per call differ', read: ({ facts }) => facts.httpRequestsPerCall },
  {
    what: 'JSON-RPC bytes of the same call differ with the revision (up/down)',
    read: ({ facts }) => `${facts.payloadUpBytes}/${facts.payloadDownBytes}`,
  },
  {
    what: 'replies come differently',
    read: ({ variant }) =>
      variant.reply === null ? 'as messages' : variant.reply === 'sse' ? 'as event streams' : 'as JSON',
  },
  {
    what: 'HTTP versions differ',
    read: ({ facts, variant }) => (facts.httpVersion === undefined ? 'none' : variant.http),
  },
  {
    what: 'HTTP/2 flow-control windows (stream/connection, bytes)',
    read: ({ facts: { http2Windows } }) =>
      http2Windows === undefined ? 'none' : `${http2Windows.stream}/${http2Windows.connection}`,
  },
  { what: 'TLS differs', read: ({ facts }) => facts.tlsSession || 'none' },
  { what: 'compression differs', read: ({ facts }) => facts.compression || 'none' },
  {
    what: 'headers sent with every client message',
    read: ({ facts }) => facts.messageHeaders.join(', ') || 'none',
  },
];

const carried = ({ carrier, socketsPerClient }: ArmFacts): Value =>
  carrier === 'pipes' ? `${socketsPerClient} (pipes)` : socketsPerClient;

/** What cannot be made equal, in words with numbers. */
const unmatched = (probed: readonly Probed[]): string[] =>
  DIFFERENCES.filter(({ read }) => new Set(probed.map(read)).size > 1).map(
    ({ what, read }) => `${what}: ${byValue(probed, read, (arms, value) => `${arms} ${value}`)}`,
  );

/** `sse, websocket 1 · stdio 2`: the arms that have a value in common are named together. */
function byValue<One extends Probed>(
  all: readonly One[],
  read: (one: One) => Value,
  say: (arms: string, value: Value) => string,
): string {
  const values = [...new Set(all.map(read))];
  return values
    .map((value) => {
      const arms = all.filter((one) => read(one) === value);
      return say(arms.map(({ facts }) => facts.armId).join(', '), value);
    })
    .join(' · ');
}
