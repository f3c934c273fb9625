/** What stands between client and endpoint in the study `proxies`, and what a scenario file may set of it. */
import { choice, duration, listOf, mapping, whole } from '../fields.ts';

/** Programs of others that hops are made of. */
export type HopProgram = 'nginx' | 'haproxy';

/** What a hop says in a comparison. */
export type HopRole =
  /** Passes everything or nothing: shows that the procedure sees both. */
  | 'control'
  /** As it comes, without a line of configuration for what passes it. */
  | 'as-it-comes'
  /** With the fewest lines after which the arm passes and outlives a silence. */
  | 'tuned'
  /** Shown beside the others and counted with none: a server that does less than it should, several servers. */
  | 'beside';

export interface HopKind {
  /** For people, short: the first column of a table. */
  readonly title: string;
  /** One sentence: what it does. */
  readonly does: string;
  readonly role: HopRole;
  /** `undefined` for those that need nothing but this tool. */
  readonly program: HopProgram | undefined;
}

const own = (role: HopRole, title: string, does: string): HopKind => ({ title, does, role, program: undefined });

/** Every hop by its name. Each of the tool's own does one thing, so that what fails at it fails for that. */
export const HOPS = {
  'tcp-relay': own('control', 'TCP relay', 'passes bytes unchanged'),
  'black-hole': own('control', 'black hole', 'takes connections and answers nothing'),
  'strip-upgrade': own(
    'as-it-comes',
    'strips Upgrade',
    'HTTP/1.1; drops hop-by-hop headers, passes bodies as they come',
  ),
  buffering: own(
    'as-it-comes',
    'buffering',
    'holds a body back until 4 KiB or its end, HTTP/1.0 style; passes upgrades',
  ),
  'connect-proxy': own('as-it-comes', 'CONNECT proxy', 'opens tunnels for clients that are told of it'),
  'tls-terminator': own('as-it-comes', 'TLS terminator', 'TLS towards the client, plain TCP towards the endpoint'),
  'idle-timeout': own('as-it-comes', 'idle timeout', 'cuts a connection that nothing has crossed for the time'),
  balancer: own('beside', 'balancer', 'gives connections to two servers by turns, without affinity'),
  'nginx-bare': {
    title: 'nginx, bare',
    does: 'proxy_pass and nothing else',
    role: 'as-it-comes',
    program: 'nginx',
  },
  'nginx-unhinted': {
    title: 'nginx, unhinted',
    does: 'as bare, the endpoint not asking for X-Accel-Buffering: no',
    role: 'beside',
    program: 'nginx',
  },
  'nginx-tuned': {
    title: 'nginx, tuned',
    does: 'the fewest lines with which the arm passes, silence included',
    role: 'tuned',
    program: 'nginx',
  },
  'haproxy-bare': {
    title: 'HAProxy, bare',
    does: 'mode http and the three timeouts of Debian’s default file',
    role: 'as-it-comes',
    program: 'haproxy',
  },
  'haproxy-tuned': {
    title: 'HAProxy, tuned',
    does: 'the fewest lines with which the arm passes, silence included',
    role: 'tuned',
    program: 'haproxy',
  },
} as const satisfies Readonly<Record<string, HopKind>>;

export type HopName = keyof typeof HOPS;

const HOP_NAMES = Object.keys(HOPS) as [HopName, ...HopName[]];

/** The hop of this name; `undefined` for a name that a newer version may know. */
export const hopKind = (name: string | undefined): HopKind | undefined =>
  name !== undefined && Object.hasOwn(HOPS, name) ? HOPS[name as HopName] : undefined;

const TOO_SLOW = 'a time of at most half of idle, or no heartbeat comes in time';

export const settings = mapping(
  {
    hops: listOf(choice(HOP_NAMES), { what: 'hops', most: HOP_NAMES.length })
      .prefault(HOP_NAMES)
      .describe('What stands between client and endpoint, one at a time.'),
    idle: duration({ least: '200ms', most: '10m' })
      .prefault('2s')
      .describe(
        'After how long without a byte a hop with a timeout cuts the connection: stands for the minute of real ones.',
      ),
    heartbeat: duration({ least: '20ms', most: '5m' })
      .prefault('500ms')
      .describe('How often the endpoint shows a sign of life, where it does; at most half of idle.'),
    calls: whole({ least: 1, most: 10_000 })
      .prefault(50)
      .describe('Tool calls through the hop, each beside one over a direct connection.'),
    bound: duration({ least: '1ms', most: '1m' })
      .prefault('100ms')
      .describe(
        'An event that takes longer from publication to client is held back, and so is a call that takes so much longer than a direct one.',
      ),
    limit: duration({ least: '100ms', most: '1m' })
      .prefault('2s')
      .describe('What is not there by then has failed: a session, an answer, an event.'),
  },
  'a mapping with hops, idle, heartbeat, calls, bound or limit',
).refine(({ idle, heartbeat }) => heartbeat * 2 <= idle, { error: TOO_SLOW, path: ['heartbeat'] });
