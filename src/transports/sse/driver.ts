/**
 * The HTTP+SSE client a Node user would pick: `eventsource` reads the stream, undici posts the messages. Two sockets
 * at least: the stream keeps one busy for good, and messages sent before the last one's 202 is in take a further one each.
 */
import { EventSource } from 'eventsource';
import { Client, type Dispatcher, Pool, buildConnector } from 'undici';
import type { EncodedMessage } from '../../mcp/contract.ts';
import { bytes } from '../../units.ts';
import { type Channel, ChannelError, type ConnectOptions } from '../contract.ts';
import { CLIENT_KEEP_ALIVE_MS } from '../../wire/loopback-only.ts';
import { SocketLedger } from '../../wire/socket-ledger.ts';
import { streamFetch } from './stream-fetch.ts';

/** Connections that one client may post over at once; each carries one request at a time (no pipelining, as HTTP clients do by default). */
const MAX_POST_CONNECTIONS = 16;

/** Headers of every POST beside undici's own (`host`, `connection`, `content-length`). */
const MESSAGE_HEADERS = { 'content-type': 'application/json' };

export async function connectSse(address: string, options: ConnectOptions): Promise<Channel> {
  const ledger = new SocketLedger('client');
  const connect = countingConnector(ledger, options.timeoutMs);
  const url = new URL(address);
  const streamClient = new Client(url.origin, { connect, bodyTimeout: 0, headersTimeout: options.timeoutMs });
  const stream = streamFetch(streamClient, options.headers);
  const source = new EventSource(url, { fetch: stream.fetch });
  const close = async (): Promise<void> => {
    source.close();
    await Promise.all([streamClient.destroy(), pool?.destroy()]);
  };
  let pool: Pool | undefined;
  try {
    const messageUrl = await announcedUrl(source, url, options.timeoutMs, () => forward(source, options, close));
    pool = new Pool(messageUrl.origin, {
      connect,
      connections: MAX_POST_CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: CLIENT_KEEP_ALIVE_MS,
      headersTimeout: options.timeoutMs,
    });
    const poster = new Poster(pool, messageUrl, options, ledger);
    return {
      send: (message) => poster.post(message),
      cancel: (_id, notice) => {
        poster.post(notice);
        return true;
      },
      negotiated: () => undefined,
      listen: () => Promise.resolve(),
      wire: () => ledger.wire(),
      sockets: () => ledger.reports(),
      handshake: () => ({
        established: stream.established(),
        httpRequests: stream.requests() + poster.requests,
        // One for each TCP handshake that the first message had to wait for, one for the stream's request up to its `endpoint` event.
        roundTripsToOpen: poster.socketsAtFirstMessage + stream.requests(),
        compression: stream.contentEncoding(),
        tls: '',
      }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function countingConnector(ledger: SocketLedger, timeout: number): buildConnector.connector {
  const connector = buildConnector({ timeout, keepAlive: true });
  return (target, callback) => {
    connector(target, (...result: buildConnector.CallbackArgs) => {
      const [error, socket] = result;
      // A connection that failed comes without its second argument, whatever the types say.
      if (error === null && socket !== null) ledger.add(socket);
      callback(...result);
    });
  };
}

/**
 * [spec] the first event is `endpoint`, its data the URI to POST to; a client must not follow it to another origin.
 * `onAnnounced` is called within that event: what comes in the same chunk is dispatched before any promise goes on.
 */
function announcedUrl(source: EventSource, base: URL, timeoutMs: number, onAnnounced: () => void): Promise<URL> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new ChannelError(why));
    };
    const timer = setTimeout(() => fail('the event stream did not announce its message URL in time'), timeoutMs);
    const onEndpoint = (event: MessageEvent): void => {
      clearTimeout(timer);
      const announced = URL.canParse(String(event.data), base.href) ? new URL(String(event.data), base) : undefined;
      if (announced?.origin !== base.origin) {
        fail('the event stream announced a message URL of another origin');
        return;
      }
      onAnnounced();
      resolve(announced);
    };
    source.addEventListener('endpoint', onEndpoint, { once: true });
    source.addEventListener('error', (event) =>
      fail(`the event stream failed: ${event.message ?? 'connection closed'}`),
    );
  });
}

/** After the handshake an error means that the stream is gone; what a reconnected stream would carry is another session's. */
function forward(source: EventSource, options: ConnectOptions, close: () => Promise<void>): void {
  const { events } = options;
  source.addEventListener('message', (event) => {
    const text = String(event.data);
    events.onMessage(text, bytes(Buffer.byteLength(text)));
  });
  source.addEventListener('error', (event) => {
    if (source.readyState === EventSource.CLOSED && event.message === undefined) return;
    // Told first: closing fails the POSTs that are under way, and those were not refused but cut off.
    events.onClosed(`the event stream ended${event.message === undefined ? '' : `: ${event.message}`}`);
    void close().catch(() => undefined); // The sockets are gone already; there is nothing left to fail.
  });
}

/** Sends messages, one POST each. */
class Poster {
  requests = 0;
  /** Sockets that were open when the first message went out: each cost a TCP handshake, one after the other. */
  socketsAtFirstMessage = 0;
  readonly #ledger: SocketLedger;
  readonly #pool: Pool;
  readonly #options: ConnectOptions;
  readonly #request: Omit<Dispatcher.DispatchOptions, 'body'>;

  constructor(pool: Pool, url: URL, options: ConnectOptions, ledger: SocketLedger) {
    this.#ledger = ledger;
    this.#pool = pool;
    this.#options = options;
    const headers = { ...MESSAGE_HEADERS, ...options.headers };
    this.#request = { method: 'POST', path: url.pathname + url.search, headers };
  }

  post(message: EncodedMessage): void {
    this.requests += 1;
    const { id } = message;
    let status = 0;
    this.#pool.dispatch(
      { ...this.#request, body: message.text },
      {
        onRequestStart: () => {
          if (this.socketsAtFirstMessage === 0) this.socketsAtFirstMessage = this.#ledger.opened;
        },
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: () => undefined, // Read and thrown away: an unread body would keep the socket.
        onResponseEnd: () => {
          if (status >= 300) this.#options.events.onSendFailure(id, `the server answered the POST with HTTP ${status}`);
        },
        onResponseError: (_controller, error) => {
          // When the endpoint goes, stream and POST connections end in one turn of the event loop, in any order. The stream's
          // end goes first: a message lost with the whole channel is disconnected, not refused.
          setImmediate(() => this.#options.events.onSendFailure(id, `POST failed: ${error.message}`));
        },
      },
    );
  }
}
