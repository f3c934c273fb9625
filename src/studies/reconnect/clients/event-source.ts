/**
 * The package `eventsource` as it is, over HTTP+SSE. It opens its stream again by itself, and with it comes a new
 * `endpoint` event. Where that names the session that there was, nothing is left to do; where it names another, what is
 * done on the first such event has to be done again: open a session, subscribe. That is the application's.
 */
import { EventSource, type FetchLike } from 'eventsource';
import type { McpClient } from '../../../mcp/client.ts';
import type { EncodedMessage } from '../../../mcp/contract.ts';
import { bytes, toMilliseconds } from '../../../units.ts';
import { openHttpClient } from '../../../wire/http-client.ts';
import type { HttpClient } from '../../../wire/http.ts';
import { type ClientOrder, type TestClient, mcpClient, once } from './contract.ts';
import { Comeback, Watchdog } from './policy.ts';

const PROTOCOL = '2024-11-05';
const NOTHING_READ = (): void => undefined;

/** As the package leaves it. */
export const connectEventSource = (order: ClientOrder): Promise<TestClient> => started(new SourceClient(order));

/**
 * With an application that closes it after too much silence and makes another. It watches events, because heartbeats that
 * are comments are shown to nobody; and it says itself where it stands, because a new source does not know.
 */
export function connectWatchedEventSource(order: ClientOrder): Promise<TestClient> {
  const client: SourceClient = new SourceClient(order, () => {
    order.events.lost();
    client.discard();
    comeback.lost();
  });
  const comeback = new Comeback(order.policy, order.clock, () => client.open('application'));
  client.onClose = () => comeback.stop();
  return started(client);
}

async function started(client: SourceClient): Promise<TestClient> {
  client.open('library');
  try {
    await client.ready;
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

class SourceClient implements TestClient {
  /** Settles with the first session. */
  readonly ready: Promise<void>;
  onClose: () => void = () => undefined;
  readonly #order: ClientOrder;
  readonly #watchdog: Watchdog | undefined;
  #settle: { resolve(): void; reject(error: unknown): void } | undefined;
  #source: EventSource | undefined;
  #http: HttpClient | undefined;
  #mcp: McpClient | undefined;
  #messageUrl = '';
  #lastEventId = '';

  constructor(order: ClientOrder, onSilence?: () => void) {
    this.#order = order;
    if (onSilence !== undefined) this.#watchdog = new Watchdog(order.policy, order.clock, onSilence);
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  open(by: 'library' | 'application'): void {
    const { address, events, timeoutNs } = this.#order;
    const { origin } = new URL(address);
    this.#http = openHttpClient({
      origin,
      variant: { http: '1.1', compression: 'off' },
      certificate: undefined,
      timeoutMs: toMilliseconds(timeoutNs),
    });
    let asker = by;
    const stands = this.#lastEventId;
    /** Node's own `fetch`, seen from outside. */
    const seen: FetchLike = (url, init) => {
      events.asks(asker);
      asker = 'library';
      const known = init.headers['Last-Event-ID'] ?? stands;
      return fetch(url, {
        ...init,
        headers: known === '' ? init.headers : { ...init.headers, 'Last-Event-ID': known },
      });
    };
    const source = new EventSource(address, { fetch: seen });
    this.#source = source;
    source.addEventListener('open', () => events.open());
    source.addEventListener('error', () => events.lost());
    source.addEventListener('endpoint', (event) => this.#announced(event));
    source.addEventListener('message', (event) => {
      const text = String(event.data);
      this.#note(event);
      this.#mcp?.onMessage(text, bytes(Buffer.byteLength(text)));
    });
  }

  #note({ lastEventId }: MessageEvent): void {
    if (lastEventId !== '') this.#lastEventId = lastEventId;
    this.#watchdog?.heard();
  }

  #announced(event: MessageEvent): void {
    this.#note(event);
    const url = String(event.data);
    if (url === this.#messageUrl) return;
    this.#messageUrl = url;
    this.#mcp?.detach();
    const tell = once(() => this.#order.events.session('application'));
    const mcp = mcpClient(this.#order, tell);
    this.#mcp = mcp;
    mcp.attach({
      send: (message) => this.#post(mcp, message),
      cancel: (_id, notice) => {
        this.#post(mcp, notice);
        return true;
      },
      negotiated: () => undefined,
    });
    this.#openSession(mcp).then(
      () => {
        if (mcp !== this.#mcp) return;
        tell();
        this.#settle?.resolve();
      },
      (error: unknown) => {
        // A stream that was cut meanwhile is followed by another, with an announcement of its own.
        this.#messageUrl = '';
        this.#settle?.reject(error);
      },
    );
  }

  async #openSession(mcp: McpClient): Promise<void> {
    await mcp.open(PROTOCOL);
    await mcp.subscribe([this.#order.uri]);
  }

  #post(mcp: McpClient, { id, text }: EncodedMessage): void {
    const path = this.#messageUrl;
    let status = 0;
    this.#http?.request(
      { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: text },
      {
        onHead: (code) => void (status = code),
        onData: NOTHING_READ,
        onEnd: () => {
          if (status >= 300) mcp.onSendFailure(id, `HTTP ${status}`);
        },
        onError: (error) => mcp.onSendFailure(id, error.message, 'disconnected'),
      },
    );
  }

  /** Lets the stream go, and the connections that messages were posted over: they went the same way. */
  discard(): void {
    this.#watchdog?.rest();
    this.#source?.close();
    void this.#http?.close();
  }

  close(): Promise<void> {
    this.onClose();
    this.discard();
    this.#mcp?.detach();
    return Promise.resolve();
  }
}
