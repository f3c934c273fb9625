/** HTTP/2 by node:http2: every request of a client is a stream of one connection. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
  connect,
  constants,
} from 'node:http2';
import type { Socket } from 'node:net';
import { Delivery, asking } from './delivery.ts';
import { Dialer } from './dialer.ts';
import type { HttpClient, HttpClientOptions, HttpExchange, HttpHandler, HttpRequest } from './http.ts';
import { HTTP2_OPTIONS, HTTP2_WINDOWS } from './http2-settings.ts';

/** How long a server may take to close its end of a connection before the socket is cut. */
const CLOSE_GRACE_MS = 1_000;

export class Http2Client implements HttpClient {
  #requests = 0;
  #closed = false;
  #session: ClientHttp2Session | undefined;
  /** A connection that is being opened. */
  #opening: Socket | undefined;
  readonly #waiting = new Set<Exchange>();
  readonly #underWay = new Set<Exchange>();
  readonly #options: HttpClientOptions;
  readonly #dialer: Dialer;

  constructor(options: HttpClientOptions) {
    const { origin, certificate, timeoutMs, localAddress, proxy, sharing } = options;
    const url = new URL(origin);
    this.#options = options;
    this.#dialer = new Dialer({ url, certificate, localAddress, proxy, timeoutMs, alpn: 'h2', sharing });
  }

  get requests(): number {
    return this.#requests;
  }

  get opened(): number {
    return this.#dialer.ledger.opened;
  }

  get openingRoundTrips(): number {
    return this.#dialer.roundTrips;
  }

  request(request: HttpRequest, handler: HttpHandler): HttpExchange {
    this.#requests += 1;
    const exchange = new Exchange(asking(request, this.#options.variant), handler, this.#options.timeoutMs);
    const session = this.#session;
    if (session !== undefined && !session.closed && !session.destroyed) this.#start(exchange, session);
    else {
      this.#waiting.add(exchange);
      if (this.#opening === undefined) this.#open();
    }
    return exchange;
  }

  wire(): ReturnType<HttpClient['wire']> {
    return this.#dialer.ledger.wire();
  }

  sockets(): ReturnType<HttpClient['sockets']> {
    return this.#dialer.ledger.reports();
  }

  tls(): string {
    return this.#dialer.tls;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const exchange of [...this.#waiting, ...this.#underWay]) exchange.abort();
    this.#opening?.destroy();
    const session = this.#session;
    if (session === undefined || session.destroyed) return;
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => session.destroy(), CLOSE_GRACE_MS);
      session.once('close', () => {
        clearTimeout(cut);
        resolve();
      });
      // Politely: what the server says last is still read, so that both ends have counted the same.
      session.close();
    });
  }

  #open(): void {
    this.#opening = this.#dialer.dial((error, socket) => {
      if (socket === null || this.#closed) {
        socket?.destroy();
        this.#fail(error ?? new Error('the client is closed'));
      } else if ('alpnProtocol' in socket && socket.alpnProtocol !== 'h2') {
        socket.destroy();
        this.#fail(new Error('the server does not speak HTTP/2 over TLS'));
      } else {
        this.#speak(socket);
      }
    });
  }

  #fail(error: Error): void {
    this.#opening = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const exchange of waiting) exchange.fail(error);
  }

  #speak(socket: Socket): void {
    const session = connect(this.#options.origin, { ...HTTP2_OPTIONS, createConnection: () => socket });
    // Told to each stream, and by 'close' to those that have none yet.
    session.on('error', (error: Error) => {
      if (this.#session !== session) this.#fail(error);
    });
    session.once('close', () => {
      if (this.#session === session) this.#session = undefined;
      else this.#fail(new Error('the connection was closed while it opened'));
    });
    session.once('connect', () => {
      session.setLocalWindowSize(HTTP2_WINDOWS.connection);
      this.#opening = undefined;
      this.#session = session;
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const exchange of waiting) this.#start(exchange, session);
    });
  }

  #start(exchange: Exchange, session: ClientHttp2Session): void {
    if (exchange.over) return;
    this.#underWay.add(exchange);
    exchange.start(session, () => this.#underWay.delete(exchange));
  }
}

/** One request, and its stream once there is a connection. */
class Exchange implements HttpExchange {
  readonly #request: HttpRequest;
  readonly #delivery: Delivery;
  readonly #timeoutMs: number;
  #stream: ClientHttp2Stream | undefined;
  #headTimer: NodeJS.Timeout | undefined;

  constructor(request: HttpRequest, handler: HttpHandler, timeoutMs: number) {
    this.#request = request;
    this.#delivery = new Delivery(handler);
    this.#timeoutMs = timeoutMs;
  }

  get over(): boolean {
    return this.#delivery.over;
  }

  start(session: ClientHttp2Session, onOver: () => void): void {
    const { body } = this.#request;
    const stream = session.request(headersOf(this.#request), { endStream: body === undefined });
    this.#stream = stream;
    if (this.#request.patient !== true) this.#headTimer = setTimeout(() => this.#giveUp(), this.#timeoutMs);
    stream.on('response', (headers) => {
      clearTimeout(this.#headTimer);
      this.#delivery.head(headers[':status'] ?? 0, headers);
    });
    stream.on('data', (chunk: Buffer) => this.#delivery.data(chunk));
    stream.on('end', () => {
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.destroyed) this.#delivery.end();
    });
    stream.on('error', (error: Error) => this.fail(error));
    stream.once('close', () => {
      onOver();
      clearTimeout(this.#headTimer);
      // Nothing, where the end has been told.
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR || !stream.readableEnded) {
        this.fail(new Error(`the HTTP/2 stream was closed with code ${stream.rstCode}`));
      }
    });
    this.#delivery.start();
    if (body !== undefined) stream.end(body);
  }

  abort(): void {
    this.#delivery.silence();
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  fail(error: Error): void {
    clearTimeout(this.#headTimer);
    this.#delivery.error(error);
  }

  #giveUp(): void {
    this.fail(new Error(`no answer within ${this.#timeoutMs} ms`));
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }
}

/** A body's length is said, as HTTP/1.1 must say it and as clients of HTTP/2 do. */
function headersOf({ method, path, headers, body }: HttpRequest): OutgoingHttpHeaders {
  const own: OutgoingHttpHeaders = { ':method': method, ':path': path, ...headers };
  if (body !== undefined) own['content-length'] = Buffer.byteLength(body);
  return own;
}
