/** HTTP/1.1 on bare sockets: the connections that the stock client would open, the requests that it would send, to the byte, without a library. */
import type { Socket } from 'node:net';
import { Dialer } from '../dialer.ts';
import type { HttpClient, HttpClientOptions, HttpExchange, HttpHandler, HttpRequest } from '../http.ts';
import { CLIENT_KEEP_ALIVE_MS } from '../loopback-only.ts';
import { ResponseParser, type ResponseFields } from './response-parser.ts';
import { RequestWriter } from './request-writer.ts';

/** Connections of one client for requests that do not last; each carries one at a time. As the stock client has it. */
const MAX_CONNECTIONS = 16;
/** How often it is looked whether a response is overdue or a connection has idled for too long. */
const SWEEP_EVERY_MS = 100;

export class LeanHttp1Client implements HttpClient {
  #requests = 0;
  readonly #dialer: Dialer;
  readonly #timeoutMs: number;
  readonly #writer: RequestWriter;
  /** For requests that do not last, in the order of opening. */
  readonly #pool: Connection[] = [];
  readonly #lasting = new Set<Connection>();
  readonly #queue: LeanExchange[] = [];
  /** In sweeps since the beginning: what is timed here may be off by one. */
  #time = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: HttpClientOptions) {
    const { origin, certificate, timeoutMs, localAddress, sharing } = options;
    const url = new URL(origin);
    this.#timeoutMs = timeoutMs;
    this.#writer = new RequestWriter(url.host);
    this.#dialer = new Dialer({ url, certificate, localAddress, timeoutMs, alpn: 'http/1.1', sharing });
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
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_EVERY_MS).unref();
    const exchange = new LeanExchange(request, handler, this.#time, () => this.#giveUp(exchange));
    if (request.lasting === true) {
      const connection = this.#connect(() => this.#lasting.delete(connection));
      this.#lasting.add(connection);
      connection.carry(exchange);
    } else this.#dispatch(exchange);
    return exchange;
  }

  /** Over the first connection that is free, over a new one, or later. */
  #dispatch(exchange: LeanExchange): void {
    let connection = this.#pool.find(({ isFree }) => isFree);
    if (connection === undefined && this.#pool.length < MAX_CONNECTIONS) {
      connection = this.#connect((gone) => this.#drop(gone));
      this.#pool.push(connection);
    }
    if (connection === undefined) {
      exchange.keepBody();
      this.#queue.push(exchange);
    } else connection.carry(exchange);
  }

  #connect(onGone: (connection: Connection) => void): Connection {
    return new Connection({
      dialer: this.#dialer,
      writer: this.#writer,
      onGone: (connection) => {
        onGone(connection);
        this.#next();
      },
      onFree: (connection) => {
        connection.idleSince = this.#time;
        this.#next();
      },
    });
  }

  #drop(connection: Connection): void {
    const at = this.#pool.indexOf(connection);
    if (at >= 0) this.#pool.splice(at, 1);
  }

  #next(): void {
    if (this.#closed) return;
    const next = this.#queue.shift();
    if (next !== undefined) this.#dispatch(next);
  }

  #giveUp(exchange: LeanExchange): void {
    const at = this.#queue.indexOf(exchange);
    if (at >= 0) this.#queue.splice(at, 1);
    else void exchange.connection?.destroy();
  }

  #sweep(): void {
    this.#time += 1;
    const since = (sweeps: number): number => (this.#time - sweeps) * SWEEP_EVERY_MS;
    for (const connection of [...this.#pool, ...this.#lasting]) {
      const { exchange } = connection;
      if (exchange === undefined) {
        if (since(connection.idleSince) > CLIENT_KEEP_ALIVE_MS) void connection.destroy();
      } else if (exchange.isOverdue(since(exchange.begunAt), this.#timeoutMs)) {
        connection.fail(new Error('Headers Timeout Error'));
      }
    }
  }

  wire(): ReturnType<HttpClient['wire']> {
    return this.#dialer.ledger.wire();
  }

  sockets(): ReturnType<HttpClient['sockets']> {
    return this.#dialer.ledger.reports();
  }

  tls(): string {
    return '';
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    this.#queue.length = 0;
    await Promise.all([...this.#pool, ...this.#lasting].map((connection) => connection.destroy()));
  }
}

/** One request and what comes back for it. */
class LeanExchange implements HttpExchange {
  readonly request: HttpRequest;
  readonly handler: HttpHandler;
  readonly begunAt: number;
  connection: Connection | undefined;
  hasHead = false;
  over = false;
  readonly #giveUp: () => void;
  #keptBody: string | undefined;

  constructor(request: HttpRequest, handler: HttpHandler, begunAt: number, giveUp: () => void) {
    this.request = request;
    this.handler = handler;
    this.begunAt = begunAt;
    this.#giveUp = giveUp;
  }

  /** The request is going to be written later than now, when its bytes may be others'. */
  keepBody(): void {
    const { body, bodyBytes } = this.request;
    this.#keptBody ??= bodyBytes?.toString('utf8') ?? body ?? '';
  }

  /** What is to be written: bytes where they can be had without a copy. */
  get body(): { readonly text: string; readonly bytes: Buffer | undefined } {
    const { body, bodyBytes } = this.request;
    if (this.#keptBody !== undefined) return { text: this.#keptBody, bytes: undefined };
    return { text: bodyBytes === undefined ? (body ?? '') : '', bytes: bodyBytes };
  }

  isOverdue(ageMs: number, timeoutMs: number): boolean {
    return !this.hasHead && this.request.patient !== true && ageMs > timeoutMs;
  }

  abort(): void {
    if (this.over) return;
    this.over = true;
    this.#giveUp();
  }
}

interface ConnectionOptions {
  readonly dialer: Dialer;
  readonly writer: RequestWriter;
  /** It is closed, whoever closed it. */
  readonly onGone: (connection: Connection) => void;
  /** Its response is over, and it can carry another request. */
  readonly onFree: (connection: Connection) => void;
}

class Connection {
  exchange: LeanExchange | undefined;
  idleSince = 0;
  readonly #options: ConnectionOptions;
  readonly #parser: ResponseParser;
  #socket: Socket;
  #isOpen = false;
  #isGone = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#parser = new ResponseParser({
      onHead: (status, fields) => this.#onHead(status, fields),
      onBody: (buffer, start, end) => this.#onBody(buffer, start, end),
      onEnd: (reusable, buffer, start, end) => this.#onEnd(reusable, buffer, start, end),
      onFault: (why) => this.fail(new Error(why)),
    });
    this.#socket = options.dialer.dial(
      (error, socket) => {
        if (socket === null) this.fail(error ?? new Error('no connection'));
        else this.#open(socket);
      },
      (buffer, length) => this.#read(buffer, length),
    );
  }

  get isFree(): boolean {
    return this.exchange === undefined && !this.#isGone;
  }

  /** Sends the request, at once or when the connection is open. */
  carry(exchange: LeanExchange): void {
    this.exchange = exchange;
    exchange.connection = this;
    if (this.#isOpen) this.#write(exchange);
    else exchange.keepBody();
  }

  #open(socket: Socket): void {
    this.#socket = socket;
    this.#isOpen = true;
    socket.on('error', (error) => this.fail(error));
    socket.once('end', () => {
      // The end of the stream may be the end of a body.
      this.#parser.eof();
      this.fail(new Error('other side closed'));
    });
    socket.once('close', () => this.fail(new Error('other side closed')));
    if (this.exchange !== undefined) this.#write(this.exchange);
  }

  #write(exchange: LeanExchange): void {
    const { handler, request, over } = exchange;
    if (over) return;
    handler.onStart?.();
    this.#options.writer.write(this.#socket, request, exchange.body);
  }

  #read(buffer: Buffer, length: number): void {
    if (this.exchange === undefined) this.fail(new Error('the server sent what nobody had asked for'));
    else this.#parser.push(buffer, 0, length);
  }

  #onHead(status: number, fields: ResponseFields): void {
    const { exchange } = this;
    if (exchange === undefined || exchange.over) {
      this.fail(new Error('the server sent what nobody had asked for'));
      return;
    }
    exchange.hasHead = true;
    exchange.handler.onHead(status, fields);
  }

  #onBody(buffer: Buffer, start: number, end: number): void {
    const { exchange } = this;
    if (exchange === undefined || exchange.over) return;
    if (exchange.handler.onBytes === undefined) exchange.handler.onData(Buffer.from(buffer.subarray(start, end)));
    else exchange.handler.onBytes(buffer, start, end, false);
  }

  /** The connection is free before the end is told: whoever goes on from there goes on over it. */
  #onEnd(reusable: boolean, buffer: Buffer, start: number, end: number): void {
    const { exchange } = this;
    this.exchange = undefined;
    if (!reusable) void this.destroy();
    if (exchange !== undefined && !exchange.over) {
      const { handler } = exchange;
      exchange.over = true;
      if (end > start) {
        if (handler.onBytes === undefined) handler.onData(Buffer.from(buffer.subarray(start, end)));
        else handler.onBytes(buffer, start, end, true);
      }
      handler.onEnd();
    }
    if (reusable && this.isFree) this.#options.onFree(this);
  }

  /** The connection is of no use any more, and what it carried has failed. */
  fail(error: Error): void {
    const { exchange } = this;
    this.exchange = undefined;
    void this.destroy();
    if (exchange === undefined || exchange.over) return;
    exchange.over = true;
    exchange.handler.onError(error);
  }

  /** Resolves when the socket is closed. Tells nobody but its owner. */
  destroy(): Promise<void> {
    const socket = this.#socket;
    const closed = socket.closed
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
        });
    if (this.#isGone) return closed;
    this.#isGone = true;
    this.#parser.stop();
    if (this.exchange !== undefined) this.exchange.over = true;
    this.exchange = undefined;
    socket.destroy();
    this.#options.onGone(this);
    return closed;
  }
}
