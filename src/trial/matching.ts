/** Whether the arms differ in nothing but the transport. Pure: facts in, checks out. */
import type { ArmFacts, MatchCheck, Matching } from '../result/record.ts';

/** One rule: what it reads of an arm, or of both of its ends where they could differ, and how that is printed. `undefined` where the rule does not apply to the arm. */
interface Rule {
  readonly rule: string;
  readonly read: (facts: ArmFacts) => Value | readonly Value[] | undefined;
}

type Value = string | number;

const RULES: readonly Rule[] = [
  { rule: 'same Node and NODE_ENV at both ends', read: (facts) => [facts.endpointNode, facts.driverNode] },
  {
    rule: 'same Node flags',
    read: (facts) => [facts.endpointFlags.join(' ') || 'none', facts.driverFlags.join(' ') || 'none'],
  },
  { rule: 'same handler: answers to initialize and tools/list', read: (facts) => facts.surfaceHash },
  {
    rule: 'same JSON-RPC bytes for the same call',
    read: (facts) => `${facts.payloadUpBytes} up, ${facts.payloadDownBytes} down`,
  },
  { rule: 'TCP_NODELAY on every socket', read: (facts) => noDelay(facts) },
  { rule: 'no compression', read: (facts) => facts.compression || 'none' },
  { rule: 'TLS on all or none', read: (facts) => String(facts.tls) },
  { rule: 'same keep-alive of the endpoint', read: (facts) => facts.keepAliveMs },
  { rule: 'same heartbeat', read: (facts) => (facts.heartbeatMs === undefined ? 'none' : `${facts.heartbeatMs} ms`) },
  { rule: 'same largest message', read: (facts) => facts.maxMessageBytes },
];

/** Values that every arm must have, whatever the others have. */
const REQUIRED: ReadonlyMap<string, Value> = new Map([
  ['TCP_NODELAY on every socket', 'on'],
  ['no compression', 'none'],
]);

export function matchArms(facts: readonly ArmFacts[]): Matching {
  return { checks: RULES.map((rule) => check(rule, facts)), unmatched: unmatched(facts), facts };
}

function check({ rule, read }: Rule, facts: readonly ArmFacts[]): MatchCheck {
  const seen = facts.map((one) => ({ armId: one.armId, values: [...new Set([read(one) ?? []].flat())] }));
  const values = new Set(seen.flatMap((arm) => arm.values));
  const required = REQUIRED.get(rule);
  const matched = values.size === 1 && (required === undefined || values.has(required));
  return {
    rule,
    status: values.size === 0 ? 'not-applicable' : matched ? 'matched' : 'mismatched',
    seen: seen.map((arm) => `${arm.armId}: ${arm.values.join(' and ') || 'n/a'}`).join(' · '),
  };
}

function noDelay({ noDelay }: ArmFacts): string | undefined {
  if (noDelay.length === 0) return undefined;
  if (noDelay.every((one) => one === true)) return 'on';
  return noDelay.includes(false) ? 'off on some' : 'not told by this Node';
}

/** What cannot be made equal, in words with numbers. */
function unmatched(facts: readonly ArmFacts[]): string[] {
  return [
    ...differing(
      facts,
      (one) => one.socketsPerClient,
      (list) => `sockets per client differ: ${list}`,
    ),
    ...differing(
      facts,
      (one) => one.httpRequestsPerCall,
      (list) => `HTTP requests per call differ: ${list}`,
    ),
    ...differing(
      facts,
      (one) => one.messageHeaders.join(', ') || 'none',
      (list) => `headers sent with every client message: ${list}`,
    ),
  ];
}

function differing(
  facts: readonly ArmFacts[],
  read: (facts: ArmFacts) => string | number,
  say: (list: string) => string,
): string[] {
  const values = facts.map(read);
  return new Set(values).size < 2
    ? []
    : [say(facts.map((one, index) => `${one.armId} ${values[index] ?? ''}`).join(' · '))];
}
