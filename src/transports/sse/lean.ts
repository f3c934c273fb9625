/** An HTTP+SSE client on bare sockets: the stream is read in place, and messages are posted without a library. */
import type { ChannelEvents, EncodedMessage } from '../../mcp/contract.ts';
import { bytes } from '../../units.ts';
import type { HttpClient, HttpExchange, HttpHandler } from '../../wire/http.ts';
import { openHttpClient } from '../../wire/http-client.ts';
import { EventParser, type ParsedEvent } from '../../wire/lean/event-parser.ts';
import { type Channel, ChannelError, type ConnectOptions } from '../contract.ts';
import { Poster } from './poster.ts';

/** What `eventsource` asks for. */
const STREAM_HEADERS = { Accept: 'text/event-stream' };

export async function connectLeanSse(address: string, options: ConnectOptions): Promise<Channel> {
  const { variant, localAddress, proxy, timeoutMs, sharing } = options;
  if (proxy !== undefined) throw new ChannelError('the lean client does not go through a forward proxy');
  const url = new URL(address);
  const { origin } = url;
  const http = openHttpClient({ origin, variant, certificate: undefined, localAddress, timeoutMs, sharing });
  const stream = new LeanStream(http, url, options);
  try {
    const messageUrl = await stream.announced();
    const poster = new Poster(http, messageUrl, options);
    return {
      send: (message: EncodedMessage) => poster.post(message),
      cancel: (_id, notice) => {
        poster.post(notice);
        return true;
      },
      negotiated: () => undefined,
      listen: () => Promise.resolve(),
      wire: () => http.wire(),
      sockets: () => http.sockets(),
      handshake: () => ({
        established: stream.established,
        httpRequests: http.requests,
        roundTripsToOpen: poster.openingRoundTrips + 1,
        compression: '',
        tls: '',
      }),
      close: () => stream.close(),
    };
  } catch (error) {
    await stream.close();
    throw error;
  }
}

interface Announcement {
  resolve(url: URL): void;
  reject(error: Error): void;
}

/** The stream that stays open. Its end is the channel's: what a reconnected one would carry is another session's. */
class LeanStream implements HttpHandler {
  /** How its response began: `200 text/event-stream`. */
  established = '';
  readonly #http: HttpClient;
  readonly #url: URL;
  readonly #options: ConnectOptions;
  readonly #events: ChannelEvents;
  readonly #parser: EventParser;
  #exchange: HttpExchange | undefined;
  #announcement: Announcement | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(http: HttpClient, url: URL, options: ConnectOptions) {
    this.#http = http;
    this.#url = url;
    this.#options = options;
    this.#events = options.events;
    this.#parser = new EventParser(options.maxMessageBytes, {
      onEvent: (event) => this.#take(event),
      onRetry: () => undefined,
      onTooLarge: () => this.#end(`: the server sent a message of more than ${options.maxMessageBytes} bytes`),
    });
  }

  /** [spec] the first event is `endpoint`, its data the URI to POST to; a client must not follow it to another origin. */
  announced(): Promise<URL> {
    const { timeoutMs, headers } = this.#options;
    return new Promise((resolve, reject) => {
      this.#announcement = { resolve, reject };
      this.#timer = setTimeout(
        () => this.#fail('the event stream did not announce its message URL in time'),
        timeoutMs,
      );
      const { pathname, search } = this.#url;
      const request = { method: 'GET', path: pathname + search, headers: { ...STREAM_HEADERS, ...headers } } as const;
      this.#exchange = this.#http.request({ ...request, lasting: true }, this);
    });
  }

  onHead = (status: number, fields: Readonly<Record<string, string | undefined>>): void => {
    const type = fields['content-type'] ?? '';
    this.established = `${status} ${type}`;
    this.#options.sharing?.onMilestone?.('http');
    if (status !== 200) this.#refuse(`Non-200 status code (${status})`);
    else if (!type.startsWith('text/event-stream')) this.#refuse('Invalid content type, expected "text/event-stream"');
  };

  onBytes = (buffer: Buffer, start: number, end: number): void => {
    if (!this.#over) this.#parser.feed(buffer, start, end);
  };

  onData = (chunk: Buffer): void => this.onBytes(chunk, 0, chunk.length);
  onEnd = (): void => this.#end('');
  onError = (error: Error): void => this.#end(`: ${error.message}`);

  #take({ buffer, start, end, type }: ParsedEvent): void {
    if (this.#over) return;
    if (this.#announcement !== undefined) {
      if (type === 'endpoint') this.#announce(buffer.toString('utf8', start, end));
    } else if (type === 'message' || type === '') {
      if (this.#events.onBytes !== undefined) this.#events.onBytes(buffer, start, end);
      else this.#events.onMessage(buffer.toString('utf8', start, end), bytes(end - start));
    }
  }

  #announce(text: string): void {
    const announced = URL.canParse(text, this.#url.href) ? new URL(text, this.#url) : undefined;
    if (announced?.origin !== this.#url.origin) {
      this.#fail('the event stream announced a message URL of another origin');
      return;
    }
    clearTimeout(this.#timer);
    this.#announcement?.resolve(announced);
    this.#announcement = undefined;
  }

  #fail(why: string): void {
    clearTimeout(this.#timer);
    this.#announcement?.reject(new ChannelError(why));
    this.#announcement = undefined;
  }

  #refuse(why: string): void {
    this.#over = true;
    this.#exchange?.abort();
    this.#fail(`the event stream failed: ${why}`);
  }

  /** `why` begins with a colon where there is more to say. */
  #end(why: string): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#announcement !== undefined) {
      this.#fail(`the event stream failed${why === '' ? ': connection closed' : why}`);
      return;
    }
    // Told first: closing fails the POSTs that are under way, and those were not refused but cut off.
    this.#events.onClosed(`the event stream ended${why}`);
    void this.close().catch(() => undefined); // The sockets are gone already; there is nothing left to fail.
  }

  close(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    return this.#http.close();
  }
}
