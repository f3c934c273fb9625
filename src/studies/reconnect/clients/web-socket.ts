/** The package `ws`: as it is, which does nothing about a lost connection, and with an application that does. */
import { WebSocket } from 'ws';
import type { McpClient } from '../../../mcp/client.ts';
import { bytes, toMilliseconds } from '../../../units.ts';
import { newSessionId } from '../../../wire/session-id.ts';
import { type ClientOrder, type TestClient, mcpClient, once } from './contract.ts';
import { Comeback, Watchdog } from './policy.ts';

const PROTOCOL = '2025-11-25';
const UNKNOWN_SESSION = /response: 404$/;

export const connectWs = (order: ClientOrder): Promise<TestClient> => started(new SocketClient(order, false));

/**
 * The same, and code around it that the package does not bring: after the policy's wait it connects again, names its session
 * and says how many messages it has; what it has missed comes first. An endpoint that keeps nothing is told nothing, and
 * the session is opened again.
 */
export const connectWsResume = (order: ClientOrder): Promise<TestClient> => started(new SocketClient(order, true));

async function started(client: SocketClient): Promise<TestClient> {
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

class SocketClient implements TestClient {
  readonly #order: ClientOrder;
  readonly #comeback: Comeback | undefined;
  readonly #watchdog: Watchdog | undefined;
  #socket: WebSocket | undefined;
  #mcp: McpClient | undefined;
  #name = newSessionId();
  /** Messages of the session so far. */
  #received = 0;
  #closed = false;

  constructor(order: ClientOrder, comesBack: boolean) {
    this.#order = order;
    if (!comesBack) return;
    this.#comeback = new Comeback(order.policy, order.clock, () => void this.connect().catch(() => undefined));
    this.#watchdog = new Watchdog(order.policy, order.clock, () => this.#socket?.terminate());
  }

  /** Resolves when events can come: a session is open and subscribed, or goes on. A failure ends the socket, which is told by its end. */
  async connect(): Promise<void> {
    const { address, events, kept, timeoutNs } = this.#order;
    events.asks('application');
    const takesUp = this.#received > 0 && this.#mcp !== undefined;
    const query = kept && this.#comeback !== undefined ? `?session=${this.#name}&after=${this.#received}` : '';
    const socket = new WebSocket(address + query, 'mcp', {
      perMessageDeflate: false,
      handshakeTimeout: toMilliseconds(timeoutNs),
    });
    this.#socket = socket;
    this.#follow(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    if (query !== '' && takesUp) return;
    await this.#openSession(socket);
  }

  #follow(socket: WebSocket): void {
    let unknown = false;
    socket.on('open', () => this.#order.events.open());
    socket.on('message', (data) => {
      this.#received += 1;
      this.#heard();
      const text = (data as Buffer).toString('utf8');
      this.#mcp?.onMessage(text, bytes(Buffer.byteLength(text)));
    });
    socket.on('ping', () => this.#heard());
    // Always followed by 'close'.
    socket.on('error', ({ message }) => (unknown = UNKNOWN_SESSION.test(message)));
    socket.on('close', () => {
      this.#watchdog?.rest();
      if (this.#closed) return;
      this.#order.events.lost();
      if (unknown) this.#forget();
      // Whoever has been answered need not wait.
      if (unknown && this.#comeback !== undefined) void this.connect().catch(() => undefined);
      else this.#comeback?.lost();
    });
  }

  #heard(): void {
    this.#watchdog?.heard();
    this.#comeback?.works();
  }

  /** The endpoint has: there is nothing to take up. */
  #forget(): void {
    this.#name = newSessionId();
    this.#received = 0;
  }

  async #openSession(socket: WebSocket): Promise<void> {
    this.#mcp?.detach();
    this.#received = 0;
    const tell = once(() => this.#order.events.session('application'));
    const mcp = mcpClient(this.#order, tell);
    this.#mcp = mcp;
    const send = ({ text }: { readonly text: string }): void => {
      // What cannot be sent is not answered.
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
    };
    mcp.attach({
      send,
      cancel: (_id, notice) => {
        send(notice);
        return true;
      },
      negotiated: () => undefined,
    });
    socket.once('close', () => {
      if (!this.#order.kept || this.#comeback === undefined) mcp.detach('the connection is gone');
    });
    try {
      await mcp.open(PROTOCOL);
      await mcp.subscribe([this.#order.uri]);
    } catch (error) {
      this.#forget();
      socket.terminate();
      throw error;
    }
    tell();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#comeback?.stop();
    this.#watchdog?.rest();
    this.#mcp?.detach();
    this.#socket?.terminate();
    return Promise.resolve();
  }
}
