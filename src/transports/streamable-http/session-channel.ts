/** [spec] 2025-03-26 … 2025-11-25, Streamable HTTP, as the client has it: a session, a stream for what comes unasked, and streams that are taken up again. */
import type { EncodedMessage } from '../../mcp/contract.ts';
import type { HttpRequest } from '../../wire/http.ts';
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

const INITIALIZED = 'notifications/initialized';
/** What opens a session, and cannot wait for one. */
const BEGINNING: readonly (string | undefined)[] = ['initialize', INITIALIZED];
const SESSION_ENDED = 'the server ended the session before the answer (HTTP 404)';

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
  /** The stream for what comes unasked, of the session in hand. */
  #standalone: Exchange | undefined;
  /** Messages that wait for a new session; `undefined` while there is one. */
  #held: EncodedMessage[] | undefined;
  /** Messages that were refused with a session that had ended, and have been sent again. */
  readonly #sentAgain = new WeakSet<EncodedMessage>();

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

  override send(message: EncodedMessage): void {
    if (this.#held !== undefined && !BEGINNING.includes(message.method)) {
      this.#held.push(message);
      return;
    }
    super.send(message);
    if (message.method === INITIALIZED) this.#release();
  }

  /** The new session is there: whoever has waited for it goes on. */
  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const message of held) this.send(message);
  }

  protected override request(exchange: Exchange, request: HttpRequest): void {
    exchange.session ??= this.#sessionId;
    super.request(exchange, request);
  }

  /** [spec] a closed connection is not a cancellation: the notice is. The response is of no use to anybody either way. */
  override cancel(id: number | string, notice: EncodedMessage): boolean {
    this.abandon(id);
    if (this.#held !== undefined) {
      // The server has forgotten the request with its session.
      this.#held = this.#held.filter((message) => message.id !== id);
      return false;
    }
    this.send(notice);
    return !this.closed;
  }

  override listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(undefined, this);
      this.#standalone = exchange;
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
    else if (exchange.attempts > 0 && status === 200) this.options.events.onResumed?.();
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
    else this.broke(exchange, reason);
  }

  override onRefused(exchange: Exchange, status: number, reason: string): void {
    if (this.#opening?.exchange === exchange) {
      // [spec] 405: the server has no such stream to offer, and is right to say so.
      this.#opening.settle(status === 405 ? undefined : `the server answered the GET with HTTP ${status}`);
    } else if (status === 404 && exchange.session !== undefined) {
      this.#sessionEnded(exchange, reason);
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

  /** [spec] session management: after a 404 the client starts a new session. What the server has refused it has not looked at. */
  #sessionEnded(exchange: Exchange, reason: string): void {
    const { message } = exchange;
    if (exchange.session === this.#sessionId) this.#lose();
    if (this.closed || message?.id === undefined || message.method === undefined) return;
    if (exchange.streams) this.fail(exchange, SESSION_ENDED);
    else if (this.#sentAgain.has(message)) super.onRefused(exchange, 404, reason);
    else {
      this.#sentAgain.add(message);
      this.send(message);
    }
  }

  #lose(): void {
    const { events } = this.options;
    if (events.onSessionLost === undefined) {
      this.gone('the server has ended the session (HTTP 404)');
      return;
    }
    this.#sessionId = undefined;
    this.#version = undefined;
    this.#post = this.messageHeaders({});
    this.#held = [];
    if (this.#standalone !== undefined) this.drop(this.#standalone);
    this.#opening?.settle('the server ended the session (HTTP 404)');
    events.onSessionLost();
  }

  /** [spec] resumability: by GET, with the id of the last event, after the time that the server has asked for. */
  #comeBack(exchange: Exchange, reason: string): void {
    if (this.closed || !this.isWaitedFor(exchange) || this.#isLost(exchange)) return;
    const { events, attempts = MAX_ATTEMPTS } = this.options;
    if (exchange.attempts >= attempts) {
      this.gone(`an event stream broke and could not be taken up again: ${reason}`);
      return;
    }
    exchange.attempts += 1;
    events.onInterrupted?.();
    const retry = setTimeout(() => {
      this.#retries.delete(retry);
      if (!this.isWaitedFor(exchange) || this.#isLost(exchange)) return;
      events.onResuming?.();
      this.#get(exchange);
    }, exchange.retryMs ?? DEFAULT_RETRY_MS);
    this.#retries.add(retry);
  }

  /** Whether its session has ended in the meantime: then there is nothing to come back for, and its answer is lost. */
  #isLost(exchange: Exchange): boolean {
    if (exchange.session === this.#sessionId) return false;
    if (exchange.message !== undefined) this.fail(exchange, SESSION_ENDED);
    return true;
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
