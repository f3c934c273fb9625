/** Opens scripted clients over a transport. */
import { BenchClient } from '../load/bench-client.ts';
import { CONNECT_TIMEOUT_NS, McpClient } from '../mcp/client.ts';
import { topicUri } from '../mcp/events.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import type { Clock } from '../measure/clock.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Channel, Transport } from '../transports/contract.ts';
import { type Nanoseconds, toMilliseconds } from '../units.ts';
import type { DriverStart } from './commands.ts';

/** A client and the channel it speaks through. */
export interface Connected {
  readonly client: BenchClient;
  readonly channel: Channel;
  /** What the server said of itself when the session was opened. */
  readonly initialized: JsonObject;
}

export interface ConnectorOptions extends DriverStart {
  readonly transport: Transport;
  readonly clock: Clock;
}

/** So many clients connect at a time: enough to be quick, few enough for any listen backlog. */
const AT_ONCE = 16;

/** Connects one client and opens its MCP session. Rejects with a message fit to print. */
export async function connectClient(
  options: ConnectorOptions,
  index: number,
  timeoutNs: Nanoseconds,
): Promise<Connected> {
  const { transport, clock, address, variant, maxMessageBytes } = options;
  const client = new BenchClient(
    index,
    (self) =>
      new McpClient({
        clock,
        timeoutNs,
        onNotification: (method, params, receivedNs) => self.onNotification(method, params, receivedNs),
        onClosed: (reason) => {
          self.lostBecause = reason;
        },
      }),
  );
  const channel = await transport.connect(address, {
    variant,
    headers: {},
    maxMessageBytes,
    certificate: options.certificate,
    timeoutMs: toMilliseconds(CONNECT_TIMEOUT_NS),
    events: client.mcp,
  });
  client.mcp.attach(channel);
  try {
    return { client, channel, initialized: await openSession(client, channel, variant.protocol) };
  } catch (error) {
    client.mcp.detach();
    await channel.close();
    throw error;
  }
}

async function openSession(client: BenchClient, channel: Channel, protocol: string): Promise<JsonObject> {
  const opened = await client.mcp.open(protocol);
  await channel.listen();
  return opened;
}

/** Opens a scenario's clients, and subscribes the first of them to the topics that are published. */
export async function openClients(options: ConnectorOptions, scenario: Scenario): Promise<Connected[]> {
  const opened: Connected[] = [];
  try {
    for (let first = 0; first < scenario.clients; first += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, scenario.clients - first) }, (_, offset) =>
        connectClient(options, first + offset, scenario.timeoutNs),
      );
      opened.push(...(await Promise.all(batch)));
    }
    await Promise.all(opened.map(({ client }) => subscribe(client, scenario)));
    return opened;
  } catch (error) {
    await closeClients(opened);
    throw error;
  }
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
