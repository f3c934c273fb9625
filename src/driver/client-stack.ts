/** Which client drives: the tool's own over a transport's channel of texts or, lean, of bytes; or the official SDK's over its own transports. */
import { BenchClient } from '../load/bench-client.ts';
import { McpClient } from '../mcp/client.ts';
import { LeanClient, type Templates } from '../mcp/lean-client.ts';
import type { PeerEvents } from '../mcp/peer.ts';
import type { Clock } from '../measure/clock.ts';
import type { Variant } from '../scenario/variant.ts';
import type { Sdk } from '../sdk/package.ts';
import { SdkPeer } from '../sdk/peer.ts';
import type { ConnectOptions, Connection, Transport } from '../transports/contract.ts';
import type { Nanoseconds } from '../units.ts';

export interface StackOptions {
  readonly transport: Transport;
  /** Loaded if, and only if, the variant asks for it. */
  readonly sdk: Sdk | undefined;
  readonly clock: Clock;
  readonly variant: Variant;
  readonly address: string;
  /** Of a request. */
  readonly timeoutNs: Nanoseconds;
  readonly connect: Omit<ConnectOptions, 'events' | 'variant'>;
  /** Shared by the lean clients that make the same calls; absent for a client that makes its own. */
  readonly templates?: Templates | undefined;
  /** The client's JSON-RPC bytes are wanted, even if counting them costs. */
  readonly weigh: boolean;
}

/** A client that has no session yet. */
interface Unopened {
  readonly client: BenchClient;
  readonly channel: Connection;
}

/** Connects one client. Rejects with a message fit to print, leaving nothing behind. */
export const connectStack = (options: StackOptions, index: number): Promise<Unopened> =>
  options.variant.client === 'sdk' ? connectSdk(options, index) : connectOwn(options, index);

async function connectOwn(options: StackOptions, index: number): Promise<Unopened> {
  const { transport, address, clock, timeoutNs, variant, templates = new Map() } = options;
  const client = new BenchClient(index, (self) => {
    const own = { clock, timeoutNs, ...eventsFor(self) };
    return variant.client === 'lean' ? new LeanClient({ ...own, templates }) : new McpClient(own);
  });
  const channel = await transport.connect(address, { ...options.connect, variant, events: client.mcp });
  client.mcp.attach(channel);
  return { client, channel };
}

async function connectSdk(options: StackOptions, index: number): Promise<Unopened> {
  const { transport, sdk, address, clock, timeoutNs, variant, weigh } = options;
  if (transport.sdk === undefined || sdk === undefined) throw new Error(`the SDK cannot drive ${transport.name}`);
  const channel = await transport.sdk.connect(sdk, address, { ...options.connect, variant });
  const isFatal = channel.isFatal.bind(channel);
  const client = new BenchClient(
    index,
    (self) =>
      new SdkPeer({
        sdk,
        transport: channel.transport,
        isFatal,
        clock,
        timeoutNs,
        protocol: variant.protocol,
        events: eventsFor(self),
        weigh,
      }),
  );
  return { client, channel };
}

const eventsFor = (client: BenchClient): PeerEvents => ({
  onNotification: (method, params, receivedNs) => client.onNotification(method, params, receivedNs),
  onClosed: (reason) => {
    client.lostBecause = reason;
  },
});
