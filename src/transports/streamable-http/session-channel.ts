/** [spec] 2025-03-26 … 2025-11-25, Streamable HTTP, as the client has it: a session, a stream for what comes unasked, and streams that are taken up again. */
import type { EncodedMessage } from '../../mcp/contract.ts';
import { ChannelError, type ConnectOptions } from '../contract.ts';
import { Exchange, type ResponseHeaders } from './exchange.ts';
import { PostingChannel, type RequestHeaders } from './posting-channel.ts';

/** How often in a row a stream is tried to be taken up again before the channel is given up. */
const MAX_ATTEMPTS = 4;
/** Between the tries, where the server has not said how long. */
const DEFAULT_RETRY_MS = 500;
/** A server that does not answer to the session's end does not hold the client up for longer. */
const GOODBYE_MS = 1_000;
/** [spec] the first revision that has the header. */
const FIRST_WITH_VERSION_HEADER = '2025-06-18';

const NOTHING_READ = (): void => undefined;

/** The stream for what comes unasked, while it is being opened. */
interface Opening {
  readonly exchange: Exchange;
  settle(problem: string | undefined): void;
}

export class SessionChannel extends PostingChannel {
  #sessionId: string | undefined;
  #version: string | undefined;
  #post: RequestHeaders;
  #opening: Opening | undefined;
  readonly #retries = new Set<NodeJS.Timeout>();

  constructor(url: URL, options: ConnectOptions) {
    super(url, options);
    this.#post = this.messageHeaders({});
  }

  protected override headersFor(): RequestHeaders {
    return this.#post;
  }

  override negotiated(protocolVersion: string): void {
    if (protocolVersion >= FIRST_WITH_VERSION_HEADER) this.#version = protocolVersion;
    this.#post = this.messageHeaders(this.#sessionHeaders());
  }

  #sessionHeaders(): RequestHeaders {
    return {
      ...(this.#sessionId === undefined ? {} : { 'mcp-session-id': this.#sessionId }),
      ...(this.#version === undefined ? {} : { 'mcp-protocol-version': this.#version }),
    };
  }

  /** [spec] a closed connection is not a cancellation: the notice is. The response is of no use to anybody either way. */
  override cancel(id: number | string, notice: EncodedMessage): boolean {
    this.abandon(id);
    this.send(notice);
    return !this.closed;
  }

  override listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(undefined, this);
      this.#opening = {
        exchange,
        settle: (problem) => {
          this.#opening = undefined;
          if (problem === undefined) resolve();
          else reject(new ChannelError(problem));
        },
      };
      this.#get(exchange);
    });
  }

  #get(exchange: Exchange): void {
    const { lastEventId } = exchange;
    const headers = {
      accept: 'text/event-stream',
      ...this.#sessionHeaders(),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      ...this.options.headers,
    };
    this.request(exchange, { method: 'GET', path: this.path, headers, lasting: true });
  }

  override onHead(exchange: Exchange, status: number, headers: ResponseHeaders): void {
    super.onHead(exchange, status, headers);
    if (exchange.message?.method === 'initialize') this.#sessionId = headers['mcp-session-id'];
    else if (this.#opening?.exchange === exchange && exchange.streams) this.#opening.settle(undefined);
  }

  override onDone(exchange: Exchange, answered: boolean): void {
    // A stream that the server ends is one to come back for; a stream that it never offered is none.
    if (exchange.message === undefined) this.#comeBack(exchange, 'the server ended it');
    else super.onDone(exchange, answered);
  }

  protected override onUnanswered(exchange: Exchange): void {
    if (exchange.lastEventId === undefined) this.fail(exchange, 'the response ended without the answer');
    else this.#comeBack(exchange, 'it ended without the answer');
  }

  override onBroken(exchange: Exchange, reason: string): void {
    if (this.#opening?.exchange === exchange) this.#opening.settle(`GET failed: ${reason}`);
    else if (exchange.message === undefined || exchange.lastEventId !== undefined) this.#comeBack(exchange, reason);
    else this.gone(`POST failed: ${reason}`);
  }

  override onRefused(exchange: Exchange, status: number, reason: string): void {
    if (this.#opening?.exchange === exchange) {
      // [spec] 405: the server has no such stream to offer, and is right to say so.
      this.#opening.settle(status === 405 ? undefined : `the server answered the GET with HTTP ${status}`);
    } else if (status === 404 && this.#sessionId !== undefined) {
      this.gone('the server has ended the session (HTTP 404)');
    } else if (status === 409 && exchange.message === undefined) {
      this.#comeBack(exchange, 'the server still holds the stream before (HTTP 409)');
    } else if (status === 200 && exchange.message === undefined) {
      this.gone(reason);
    } else if (exchange.streams && status !== 200) {
      this.gone(`the event stream could not be taken up again: HTTP ${status}`);
    } else {
      super.onRefused(exchange, status, reason);
    }
  }

  /** [spec] resumability: by GET, with the id of the last event, after the time that the server has asked for. */
  #comeBack(exchange: Exchange, reason: string): void {
    if (this.closed || !this.isWaitedFor(exchange)) return;
    if (exchange.attempts >= MAX_ATTEMPTS) {
      this.gone(`an event stream broke and could not be taken up again: ${reason}`);
      return;
    }
    exchange.attempts += 1;
    const retry = setTimeout(() => {
      this.#retries.delete(retry);
      if (this.isWaitedFor(exchange)) this.#get(exchange);
    }, exchange.retryMs ?? DEFAULT_RETRY_MS);
    this.#retries.add(retry);
  }

  /** [spec] a client that needs its session no longer says so by DELETE. */
  protected override sayGoodbye(): Promise<void> {
    for (const retry of this.#retries) clearTimeout(retry);
    this.#opening?.settle('the channel was closed');
    const headers = { ...this.#sessionHeaders(), ...this.options.headers };
    if (this.#sessionId === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GOODBYE_MS);
      // The server ends what it still has open: its last bytes are counted at both ends, or at none.
      const done = (): void =>
        void this.quiet().then(() => {
          clearTimeout(timer);
          resolve();
        });
      this.http.request(
        { method: 'DELETE', path: this.path, headers },
        { onHead: NOTHING_READ, onData: NOTHING_READ, onEnd: done, onError: done },
      );
    });
  }
}
