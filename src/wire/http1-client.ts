/** HTTP/1.1 by undici, below its `fetch`: a pool of connections for requests, and one connection to itself for each that lasts. */
import { Client, type Dispatcher, Pool, type buildConnector } from 'undici';
import { Delivery, asking } from './delivery.ts';
import { Dialer } from './dialer.ts';
import type { HttpClient, HttpClientOptions, HttpExchange, HttpHandler, HttpRequest } from './http.ts';
import { CLIENT_KEEP_ALIVE_MS } from './loopback-only.ts';

/** Connections of one client for requests that do not last; each carries one at a time (no pipelining, as HTTP clients do by default). */
const MAX_CONNECTIONS = 16;

export class Http1Client implements HttpClient {
  #requests = 0;
  readonly #options: HttpClientOptions;
  readonly #dialer: Dialer;
  readonly #connect: buildConnector.connector;
  readonly #pool: Pool;
  readonly #exchanges = new Set<Exchange>();
  readonly #lasting = new Set<Client>();

  constructor(options: HttpClientOptions) {
    const { origin, certificate, timeoutMs, localAddress, proxy, sharing } = options;
    const url = new URL(origin);
    this.#options = options;
    this.#dialer = new Dialer({ url, certificate, localAddress, proxy, timeoutMs, alpn: 'http/1.1', sharing });
    this.#connect = (_target, callback) => {
      this.#dialer.dial((error, socket) => {
        if (socket !== null) callback(null, socket);
        else callback(error ?? new Error('no connection'), null);
      });
    };
    this.#pool = new Pool(origin, {
      connect: this.#connect,
      connections: MAX_CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: CLIENT_KEEP_ALIVE_MS,
      headersTimeout: timeoutMs,
    });
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
    const client = request.lasting === true ? this.#openLasting() : undefined;
    const exchange = new Exchange(handler, (over) => this.#forget(over, client));
    this.#exchanges.add(exchange);
    (client ?? this.#pool).dispatch(dispatchOptions(asking(request, this.#options.variant)), exchange);
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
    for (const exchange of this.#exchanges) exchange.silence();
    await Promise.all([this.#pool.destroy(), ...[...this.#lasting].map((client) => client.destroy())]);
  }

  #openLasting(): Client {
    const { origin, timeoutMs } = this.#options;
    const client = new Client(origin, { connect: this.#connect, bodyTimeout: 0, headersTimeout: timeoutMs });
    this.#lasting.add(client);
    return client;
  }

  #forget(exchange: Exchange, client: Client | undefined): void {
    this.#exchanges.delete(exchange);
    if (client === undefined) return;
    this.#lasting.delete(client);
    void client.destroy();
  }
}

const dispatchOptions = ({ method, path, headers, body, patient }: HttpRequest): Dispatcher.DispatchOptions => ({
  method,
  path,
  headers,
  body: body ?? null,
  // `null` is the connection's own.
  headersTimeout: patient === true ? 0 : null,
  bodyTimeout: patient === true ? 0 : null,
});

/** One request: passes on what undici tells, until it is over. */
class Exchange implements HttpExchange, Dispatcher.DispatchHandler {
  readonly #delivery: Delivery;
  readonly #onOver: (exchange: Exchange) => void;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(handler: HttpHandler, onOver: (exchange: Exchange) => void) {
    this.#delivery = new Delivery(handler);
    this.#onOver = onOver;
  }

  silence(): void {
    this.#delivery.silence();
  }

  abort(): void {
    if (this.#delivery.over) return;
    this.#delivery.silence();
    // A request that waits for a connection has no controller yet: it is given up before it is written.
    this.#controller?.abort(new Error('given up'));
    this.#onOver(this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#delivery.over) controller.abort(new Error('given up'));
    else this.#delivery.start();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#delivery.head(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#delivery.data(chunk);
  }

  onResponseEnd(): void {
    this.#onOver(this);
    this.#delivery.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#onOver(this);
    this.#delivery.error(error);
  }
}
