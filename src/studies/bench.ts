/** An endpoint and clients for one step of a study: the tool's own server in a process of its own, and MCP sessions with it. */
import { type Child, startChild } from '../child/child.ts';
import { pinProcess } from '../child/pin.ts';
import { MAX_MESSAGE_BYTES } from '../endpoint/limits.ts';
import type { EndpointCommands } from '../endpoint/commands.ts';
import { McpClient, type McpClientOptions } from '../mcp/client.ts';
import { LeanClient, type Templates } from '../mcp/lean-client.ts';
import type { MessageSink } from '../mcp/contract.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import { type Clock, monotonicClock } from '../measure/clock.ts';
import { type StandingRelay, standBetween } from '../network/stand-between.ts';
import type { RelayCheck } from '../result/record.ts';
import type { Variant } from '../scenario/variant.ts';
import type { Channel, EndpointOptions, Sharing } from '../transports/contract.ts';
import { loadTransport } from '../transports/discover.ts';
import { type Nanoseconds, seconds, toMilliseconds } from '../units.ts';

/** How long opening a connection may take, unless something else is said. */
const CONNECT_NS = seconds(10);

/** What the lean clients of a step have in common. */
const TEMPLATES: Templates = new Map();

/** A running endpoint process. */
export interface StudyEndpoint extends Pick<Child<EndpointCommands>, 'pid' | 'ask' | 'gone' | 'end'> {
  /** What a client connects to. */
  readonly address: string;
  /** PEM of the certificate to trust; `undefined` without TLS. */
  readonly certificate: string | undefined;
}

export interface EndpointOrder extends Pick<
  EndpointOptions,
  'heartbeatMs' | 'hintsProxies' | 'resumable' | 'recovery'
> {
  readonly variant: Variant;
  readonly seed: number;
  readonly readyTimeoutNs: Nanoseconds;
  /** The core that it is kept on; absent: where its parent is. */
  readonly endpointCpu?: number | undefined;
}

/** Starts the tool's endpoint for this variant. Rejects, with nothing left running, when it is not ready in time. */
export async function startStudyEndpoint({
  readyTimeoutNs,
  endpointCpu,
  ...endpoint
}: EndpointOrder): Promise<StudyEndpoint> {
  const child = startChild<EndpointCommands>({ name: 'endpoint', program: 'endpoint.js' });
  try {
    if (endpointCpu !== undefined && !pinProcess(child.pid, endpointCpu))
      throw new Error('the endpoint could not be pinned to its core');
    const order = { ...endpoint, maxMessageBytes: MAX_MESSAGE_BYTES };
    const { address, certificate } = await child.ask('start', order, readyTimeoutNs);
    const relay = await networkTo(address, endpoint.variant);
    if (relay === undefined) return Object.assign(child, { address, certificate });
    const endEndpoint = child.end.bind(child);
    const end = async (): Promise<void> => void (await Promise.all([endEndpoint(), relay.end()]));
    return Object.assign(child, { address: relay.address, certificate, end });
  } catch (error) {
    await child.end();
    throw error;
  }
}

/** What relays of this step have added of their own, by their own pings. */
const relayChecks: RelayCheck[] = [];

/** Of the relay of this process that was furthest off; `undefined` where no network was emulated. */
export const relayChecked = (): RelayCheck | undefined =>
  relayChecks.toSorted((a, b) => Math.abs(b.addedP50Ns) - Math.abs(a.addedP50Ns))[0];

/** The network of a variant, from the first byte on; `undefined` where it is the host's loopback. */
async function networkTo(address: string, { network, mechanism }: Variant): Promise<StandingRelay | undefined> {
  if (mechanism === undefined) return undefined;
  if (mechanism !== 'relay') throw new Error(`${mechanism} is nothing that this version drives`);
  const relay = await standBetween({ address, profile: network, cpu: undefined, clock: monotonicClock() });
  try {
    await relay.delay();
    relayChecks.push(await relay.check());
    return relay;
  } catch (error) {
    await relay.end();
    throw error;
  }
}

export interface SessionOrder extends Pick<McpClientOptions, 'onNotification' | 'onClosed'> {
  readonly variant: Variant;
  /** The endpoint's, or that of a hop on the way to it. */
  readonly address: string;
  readonly certificate: string | undefined;
  /** The address of this host that its sockets are opened from; the system's choice without one. */
  readonly localAddress?: string | undefined;
  readonly clock: Clock;
  /** Of a forward proxy to go through. */
  readonly proxy?: string | undefined;
  /** Of a request. */
  readonly timeoutNs: Nanoseconds;
  /** Of opening a connection. */
  readonly connectNs?: Nanoseconds;
  /** What stands between the client and its channel; nothing, if not said. */
  readonly sink?: (channel: Channel) => MessageSink;
  /** What it has in common with other sessions of the step. */
  readonly sharing?: Sharing;
}

/** One MCP client whose session is open and who can be sent to. */
export interface StudySession {
  readonly client: McpClient;
  readonly channel: Channel;
  /** The server's answer to the opening request. */
  readonly initialized: JsonObject;
  /** Closes the channel. Never rejects. */
  close(): Promise<void>;
}

/** Connects the stock or the lean client of the variant's transport and opens its session. Rejects with a message fit to print, leaving no socket behind. */
export async function openStudySession(order: SessionOrder): Promise<StudySession> {
  const { variant, address, certificate, localAddress, proxy, sharing, connectNs = CONNECT_NS } = order;
  const transport = await loadTransport(variant.transport);
  const client = variant.client === 'lean' ? new LeanClient({ ...order, templates: TEMPLATES }) : new McpClient(order);
  const channel = await transport.connect(address, {
    variant,
    certificate,
    proxy,
    localAddress,
    headers: {},
    maxMessageBytes: MAX_MESSAGE_BYTES,
    timeoutMs: toMilliseconds(connectNs),
    events: client,
    sharing,
  });
  const close = async (): Promise<void> => {
    client.detach();
    await channel.close().catch(() => undefined); // The sockets die with the step's process.
  };
  try {
    const sink = order.sink?.(channel) ?? channel;
    client.attach(sink);
    const initialized = await client.open(variant.protocol);
    await sink.listen?.();
    return { client, channel, initialized, close };
  } catch (error) {
    await close();
    throw error;
  }
}
