/** What the clients of both generations share: one POST per message, and one end for all of them. */
import { connect } from 'node:net';
import type { EncodedMessage } from '../../mcp/contract.ts';
import { type Bytes, bytes } from '../../units.ts';
import { openHttpClient } from '../../wire/http-client.ts';
import { bodyOf } from '../../wire/body-of.ts';
import type { HttpClient, HttpRequest } from '../../wire/http.ts';
import type { Channel, ConnectOptions, Handshake, SocketReport, WireCounts } from '../contract.ts';
import { Exchange, type ExchangeOwner, type ResponseHeaders } from './exchange.ts';

/** [spec] the client lists both types, because the server chooses. */
const MESSAGE_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** An endpoint that goes closes its connections and its door within a few turns of the event loop, in any order. */
const KNOCK_AFTER_MS = 20;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** A URL has an IPv6 address in brackets, a socket has not. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

export type RequestHeaders = Readonly<Record<string, string>>;

export abstract class PostingChannel implements Channel, ExchangeOwner {
  readonly limit: Bytes;
  readonly readsBytes: boolean;
  protected readonly options: ConnectOptions;
  protected readonly http: HttpClient;
  protected readonly path: string;
  /** Requests that wait for their answers, by the message's id. */
  readonly #waiting = new Map<number | string, Exchange>();
  /** Exchanges whose response has not ended. */
  readonly #underWay = new Set<Exchange>();
  #whenQuiet: (() => void) | undefined;
  #established = '';
  #compression = '';
  #roundTripsToOpen = 0;
  #started = false;
  #closing: Promise<void> | undefined;
  readonly #url: URL;
  #knocking: NodeJS.Timeout | undefined;

  constructor(url: URL, options: ConnectOptions) {
    const { variant, certificate, localAddress, proxy, timeoutMs, maxMessageBytes, sharing } = options;
    this.options = options;
    this.limit = maxMessageBytes;
    this.readsBytes = variant.client === 'lean';
    this.#url = url;
    this.path = url.pathname + url.search;
    const { origin } = url;
    this.http = openHttpClient({ origin, variant, certificate, localAddress, proxy, timeoutMs, sharing });
  }

  /** The headers of this message's POST. */
  protected abstract headersFor(message: EncodedMessage): RequestHeaders;
  /** The response ended without the answer. */
  protected abstract onUnanswered(exchange: Exchange): void;
  abstract onBroken(exchange: Exchange, reason: string): void;
  abstract cancel(id: number | string, notice: EncodedMessage): boolean;
  abstract negotiated(protocolVersion: string): void;
  abstract listen(): Promise<void>;
  /** What the server is told before the connections are closed. Never rejects. */
  protected abstract sayGoodbye(): Promise<void>;

  /** Headers of every POST, with these beside them. */
  protected messageHeaders(own: RequestHeaders): RequestHeaders {
    return { ...MESSAGE_HEADERS, ...own, ...this.options.headers };
  }

  /** Whether nothing is told any more. */
  protected get closed(): boolean {
    return this.#closing !== undefined;
  }

  send(message: EncodedMessage): void {
    if (this.closed) return;
    const exchange = new Exchange(message, this);
    if (message.id !== undefined && message.method !== undefined) this.#waiting.set(message.id, exchange);
    this.request(exchange, {
      method: 'POST',
      path: this.path,
      headers: this.headersFor(message),
      ...bodyOf(message),
      patient: true,
      lasting: message.method === 'subscriptions/listen',
    });
  }

  protected request(exchange: Exchange, request: HttpRequest): void {
    this.#underWay.add(exchange);
    exchange.http = this.http.request(request, exchange);
  }

  /** Resolves when every response has ended. */
  protected quiet(): Promise<void> {
    if (this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenQuiet = resolve;
    });
  }

  onOver(exchange: Exchange): void {
    this.#underWay.delete(exchange);
    if (this.#underWay.size === 0) this.#whenQuiet?.();
  }

  /** Ends the request of this message, if it waits: nothing of it is told any more. */
  protected abandon(id: number | string): void {
    const exchange = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (exchange !== undefined) this.drop(exchange);
  }

  /** Ends this request: nothing of it is told any more. */
  protected drop(exchange: Exchange): void {
    exchange.http?.abort();
    this.onOver(exchange);
  }

  /** Whether somebody still wants what comes for this exchange. */
  protected isWaitedFor(exchange: Exchange): boolean {
    const id = exchange.message?.id;
    return id === undefined || this.#waiting.get(id) === exchange;
  }

  /** The message has failed by itself; the channel has not. */
  protected fail(exchange: Exchange, reason: string, how?: 'disconnected'): void {
    const { message } = exchange;
    if (message?.id !== undefined) this.#waiting.delete(message.id);
    if (!this.closed) this.options.events.onSendFailure(message?.id, reason, how);
  }

  /**
   * The connection of this POST broke. The message may have arrived, so it is not sent again; the next one goes over
   * another connection, unless nobody listens any more: then the channel is gone.
   */
  protected broke(exchange: Exchange, reason: string): void {
    const why = `POST failed: ${reason}`;
    this.fail(exchange, why, 'disconnected');
    if (this.closed || this.#knocking !== undefined) return;
    this.#knocking = setTimeout(() => {
      const socket = connect(Number(this.#url.port) || DEFAULT_PORTS[this.#url.protocol] || 0, hostOf(this.#url));
      socket.once('connect', () => socket.destroy());
      socket.once('error', () => this.gone(why));
      socket.once('close', () => (this.#knocking = undefined));
      socket.setTimeout(this.options.timeoutMs, () => socket.destroy());
    }, KNOCK_AFTER_MS);
  }

  /** The channel is gone. Told before anything that follows from it. */
  protected gone(reason: string): void {
    if (this.closed) return;
    void this.close();
    this.options.events.onClosed(reason);
  }

  onStart(): void {
    if (this.#started) return;
    this.#started = true;
    this.#roundTripsToOpen = this.http.openingRoundTrips;
  }

  onHead(_exchange: Exchange, status: number, headers: ResponseHeaders): void {
    if (this.#established !== '') return;
    this.#established = `${status} ${headers['content-type']?.split(';', 1)[0] ?? ''}`.trim();
    this.#compression = headers['content-encoding'] ?? '';
    this.options.sharing?.onMilestone?.('http');
  }

  onMessage(text: string, size: Bytes): void {
    if (!this.closed) this.options.events.onMessage(text, size);
  }

  onBytes(buffer: Buffer, start: number, end: number): void {
    if (this.closed) return;
    const { events } = this.options;
    if (events.onBytes !== undefined) events.onBytes(buffer, start, end);
    else events.onMessage(buffer.toString('utf8', start, end), bytes(end - start));
  }

  onDone(exchange: Exchange, answered: boolean): void {
    if (!answered) this.onUnanswered(exchange);
    else if (exchange.message?.id !== undefined) this.#waiting.delete(exchange.message.id);
  }

  onRefused(exchange: Exchange, status: number, reason: string): void {
    const why = reason === '' ? '' : reason.startsWith('with') ? ` ${reason}` : ` (${reason})`;
    this.fail(exchange, `the server answered the POST with HTTP ${status}${why}`);
  }

  wire(): WireCounts {
    return this.http.wire();
  }

  sockets(): readonly SocketReport[] {
    return this.http.sockets();
  }

  handshake(): Handshake {
    return {
      established: this.#established,
      httpRequests: this.http.requests,
      roundTripsToOpen: this.#roundTripsToOpen,
      compression: this.#compression,
      tls: this.http.tls(),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#waiting.clear();
    clearTimeout(this.#knocking);
    await this.sayGoodbye();
    await this.http.close();
  }
}
