/** One channel's part of connections that it shares with others. */
import { bytes } from '../units.ts';
import type { HttpClient, HttpExchange, HttpHandler, HttpRequest } from './http.ts';

/** A request of this part. It may fail before there is an exchange. */
interface Own {
  exchange: HttpExchange | undefined;
}

/** Counts from its own beginning: what others did over the same connections in the meantime is in its bytes and sockets. */
export class LeasedClient implements HttpClient {
  readonly #client: HttpClient;
  readonly #before: Pick<HttpClient, 'opened' | 'openingRoundTrips'> & ReturnType<HttpClient['wire']>;
  readonly #underWay = new Set<Own>();
  #requests = 0;

  constructor(client: HttpClient) {
    this.#client = client;
    const { opened, openingRoundTrips } = client;
    this.#before = { opened, openingRoundTrips, ...client.wire() };
  }

  get requests(): number {
    return this.#requests;
  }

  get opened(): number {
    return this.#client.opened - this.#before.opened;
  }

  get openingRoundTrips(): number {
    return this.#client.openingRoundTrips - this.#before.openingRoundTrips;
  }

  request(request: HttpRequest, handler: HttpHandler): HttpExchange {
    this.#requests += 1;
    const own: Own = { exchange: undefined };
    this.#underWay.add(own);
    const exchange = this.#client.request(request, {
      onStart: () => handler.onStart?.(),
      onHead: (status, headers) => handler.onHead(status, headers),
      onData: (chunk) => handler.onData(chunk),
      onBytes: handler.onBytes?.bind(handler),
      onEnd: () => {
        this.#underWay.delete(own);
        handler.onEnd();
      },
      onError: (error) => {
        this.#underWay.delete(own);
        handler.onError(error);
      },
    });
    own.exchange = exchange;
    return {
      abort: () => {
        this.#underWay.delete(own);
        exchange.abort();
      },
    };
  }

  wire(): ReturnType<HttpClient['wire']> {
    const { upBytes, downBytes } = this.#client.wire();
    return { upBytes: bytes(upBytes - this.#before.upBytes), downBytes: bytes(downBytes - this.#before.downBytes) };
  }

  sockets(): ReturnType<HttpClient['sockets']> {
    return this.#client.sockets();
  }

  tls(): string {
    return this.#client.tls();
  }

  /** Its own requests end; the connections are the others' too, and stay. */
  close(): Promise<void> {
    for (const { exchange } of this.#underWay) exchange?.abort();
    this.#underWay.clear();
    return Promise.resolve();
  }
}
