/**
 * Streamable HTTP, both generations. The sessions of 2025-11-25: the library takes a lost stream up again, with
 * `Last-Event-ID` where events have ids, and opens a session again that the server has forgotten, both as the specification
 * asks of it. The requests of 2026-07-28: there are no ids and no sessions, and whoever loses a subscription asks for another.
 */
import type { McpClient } from '../../../mcp/client.ts';
import { MAX_MESSAGE_BYTES } from '../../../endpoint/limits.ts';
import { type ProtocolRevision, type Variant, defaultVariant } from '../../../scenario/variant.ts';
import type { ChannelEvents } from '../../../mcp/contract.ts';
import type { Channel } from '../../../transports/contract.ts';
import { loadTransport } from '../../../transports/discover.ts';
import { toMilliseconds } from '../../../units.ts';
import { type ClientOrder, type TestClient, mcpClient, once } from './contract.ts';
import { Comeback, Watchdog } from './policy.ts';

export const streamableHttp = (protocol: ProtocolRevision): Variant => ({
  ...defaultVariant('streamable-http', 'sse'),
  protocol,
});

async function channelOf(order: ClientOrder, protocol: ProtocolRevision, events: ChannelEvents): Promise<Channel> {
  const transport = await loadTransport('streamable-http');
  return transport.connect(order.address, {
    variant: streamableHttp(protocol),
    headers: {},
    maxMessageBytes: MAX_MESSAGE_BYTES,
    timeoutMs: toMilliseconds(order.timeoutNs),
    attempts: order.policy.attempts,
    events,
  });
}

export async function connectSession(order: ClientOrder): Promise<TestClient> {
  const protocol = '2025-11-25';
  const { events, uri } = order;
  let reopened = 0;
  const client: McpClient = mcpClient(order, () => {
    if (client.sessionsReopened > reopened) events.session('library');
    reopened = client.sessionsReopened;
  });
  const channel = await channelOf(order, protocol, {
    onMessage: (...message) => client.onMessage(...message),
    onSendFailure: (...failure) => client.onSendFailure(...failure),
    onSessionLost: () => client.onSessionLost(),
    onClosed: (reason) => client.onClosed(reason),
    onInterrupted: () => events.lost(),
    onResuming: () => events.asks('library'),
    onResumed: () => events.open(),
  });
  const close = async (): Promise<void> => {
    client.detach();
    await channel.close().catch(() => undefined); // The sockets die with the step's process.
  };
  client.attach({
    send: (message) => channel.send(message),
    cancel: (...notice) => channel.cancel(...notice),
    negotiated: (version) => channel.negotiated(version),
    // Asked for when a session is opened again.
    listen: async () => {
      await channel.listen();
      events.open();
    },
  });
  try {
    await client.open(protocol);
    await channel.listen();
    await client.subscribe([uri]);
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function connectListener(order: ClientOrder): Promise<TestClient> {
  const listener = new Listener(order);
  try {
    await listener.listen();
    return listener;
  } catch (error) {
    await listener.close();
    throw error;
  }
}

/** An application that listens, and listens again. */
class Listener implements TestClient {
  readonly #order: ClientOrder;
  readonly #comeback: Comeback;
  readonly #watchdog: Watchdog;
  #current: { readonly client: McpClient; channel?: Channel } | undefined;

  constructor(order: ClientOrder) {
    this.#order = order;
    this.#comeback = new Comeback(order.policy, order.clock, () => void this.listen().catch(() => undefined));
    this.#watchdog = new Watchdog(order.policy, order.clock, () => this.#lost());
  }

  async listen(): Promise<void> {
    const protocol = '2026-07-28';
    const { events, uri } = this.#order;
    events.asks('application');
    const tell = once(() => {
      events.open();
      events.session('application');
    });
    const client = mcpClient(this.#order, () => {
      tell();
      this.#watchdog.heard();
      this.#comeback.works();
    });
    const mine: { readonly client: McpClient; channel?: Channel } = { client };
    this.#current = mine;
    try {
      const channel = await channelOf(this.#order, protocol, {
        onMessage: (...message) => client.onMessage(...message),
        onSendFailure: (...failure) => client.onSendFailure(...failure),
        onClosed: (reason) => {
          client.onClosed(reason);
          if (this.#current === mine) this.#lost();
        },
      });
      mine.channel = channel;
      client.attach(channel);
      await client.open(protocol);
      await client.subscribe([uri]);
    } catch (error) {
      if (this.#current === mine) this.#lost();
      throw error;
    }
    tell();
  }

  #lost(): void {
    this.#discard();
    this.#order.events.lost();
    this.#comeback.lost();
  }

  #discard(): void {
    this.#watchdog.rest();
    this.#current?.client.detach();
    void this.#current?.channel?.close().catch(() => undefined);
    this.#current = undefined;
  }

  close(): Promise<void> {
    this.#comeback.stop();
    this.#discard();
    return Promise.resolve();
  }
}
