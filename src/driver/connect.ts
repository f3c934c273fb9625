/** Opens scripted clients over a transport. */
import type { BenchClient } from '../load/bench-client.ts';
import { CONNECT_TIMEOUT_NS } from '../mcp/client.ts';
import { topicUri } from '../mcp/events.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import type { Templates } from '../mcp/lean-client.ts';
import { describeOutcome } from '../mcp/outcome.ts';
import type { Clock } from '../measure/clock.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Sdk } from '../sdk/package.ts';
import type { Connection, ServerPipes, Transport } from '../transports/contract.ts';
import { type Nanoseconds, milliseconds, plus, toMilliseconds } from '../units.ts';
import { connectStack } from './client-stack.ts';
import type { DriverStart, OpenOrder } from './commands.ts';

/** A client and the channel it speaks through. */
export interface Connected {
  readonly client: BenchClient;
  readonly channel: Connection;
  /** What the server said of itself when the session was opened. */
  readonly initialized: JsonObject;
}

export interface ConnectorOptions extends DriverStart {
  readonly transport: Transport;
  /** The official SDK, where it drives. */
  readonly sdk: Sdk | undefined;
  readonly clock: Clock;
  /** What lean clients have in common. */
  readonly templates?: Templates | undefined;
  /** Starts the server of the client with this index, for transports where clients do. */
  readonly launchServer: (index: number) => Promise<ServerPipes>;
}

/** So many clients connect at a time: enough to be quick, few enough for any listen backlog. */
const AT_ONCE = 16;
/** So many start a process at a time: more would only wait for each other's cores, and for longer than a connection may take. */
const LAUNCHES_AT_ONCE = 4;
/** Somebody else's server may take long for a call: it gets no more than this to warm up with its client. */
const COLD_TARGET_NS = milliseconds(500);
/** As long as the calls that warm up the processes of every other transport. */
const COLD_SERVER_TEXT = 'x'.repeat(128);

/** Connects one client and opens its MCP session; `weigh` makes it count its JSON-RPC bytes even if that costs. Rejects with a message fit to print. */
export async function connectClient(
  options: ConnectorOptions,
  index: number,
  timeoutNs: Nanoseconds,
  weigh = false,
): Promise<Connected> {
  const { transport, variant, maxMessageBytes, certificate } = options;
  const connect = {
    headers: options.target?.headers ?? {},
    maxMessageBytes,
    certificate,
    timeoutMs: toMilliseconds(CONNECT_TIMEOUT_NS),
    launch: spawns(transport) ? () => options.launchServer(index) : undefined,
  };
  const { client, channel } = await connectStack({ ...options, timeoutNs, connect, weigh }, index);
  try {
    const initialized = await client.mcp.open(variant.protocol);
    // Of somebody else's server nothing is awaited but answers, and not every server has a stream for more.
    if (options.target === undefined) await channel.listen();
    return { client, channel, initialized };
  } catch (error) {
    client.mcp.detach();
    await channel.close();
    throw error;
  }
}

/** Opens a scenario's clients, and subscribes the first of them to the topics that are published. */
export async function openClients(
  options: ConnectorOptions,
  { scenario, firstClient = 0, weighs }: OpenOrder,
): Promise<Connected[]> {
  const opened: Connected[] = [];
  const atOnce = spawns(options.transport) ? LAUNCHES_AT_ONCE : AT_ONCE;
  try {
    for (let first = 0; first < scenario.clients; first += atOnce) {
      const batch = Array.from({ length: Math.min(atOnce, scenario.clients - first) }, (_, offset) =>
        connectClient(options, firstClient + first + offset, scenario.timeoutNs, weighs),
      );
      opened.push(...(await Promise.all(batch)));
    }
    if (spawns(options.transport)) await warmServers(opened, options);
    await Promise.all(opened.map(({ client }) => subscribe(client, scenario)));
    return opened;
  } catch (error) {
    await closeClients(opened);
    throw error;
  }
}

const spawns = ({ capabilities }: Transport): boolean => capabilities.has('client-spawns');

/** Every client has started a server of its own, which has done nothing yet. Rejects when a call fails. */
async function warmServers(
  connected: readonly Connected[],
  { coldServerCalls: calls, target, clock }: ConnectorOptions,
): Promise<void> {
  const { tool, args } = target?.call ?? { tool: 'echo', args: { text: COLD_SERVER_TEXT } };
  const params = { name: tool, arguments: args };
  const untilNs = target === undefined ? Infinity : plus(clock.now(), COLD_TARGET_NS);
  const warm = async ({ client }: Connected): Promise<void> => {
    for (let call = 0; call < calls && clock.now() < untilNs; call += 1) {
      const { outcome } = await client.mcp.request('tools/call', params);
      if (outcome.kind !== 'ok') throw new Error(`warming up a server: ${describeOutcome(outcome)}`);
    }
  };
  await Promise.all(connected.map(warm));
}

async function subscribe(client: BenchClient, scenario: Scenario): Promise<void> {
  const mine = scenario.publish.filter(({ subscribers }) => client.index < subscribers);
  if (mine.length > 0) await client.mcp.subscribe(mine.map(({ topic }) => topicUri(topic)));
}

/** Closes every client's channel. Failures to close are not the measurement's business: the sockets die with the process. */
export async function closeClients(connected: readonly Connected[]): Promise<void> {
  await Promise.allSettled(
    connected.map(({ client, channel }) => {
      client.mcp.detach();
      return channel.close();
    }),
  );
}
