/**
 * HTTP as the transports use it, whatever its version and whether it is encrypted: the words that both halves share.
 * `http-client.ts` and `http-server.ts` implement it over HTTP/1.1 and HTTP/2.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Variant } from '../scenario/variant.ts';
import type { EndpointSettings, Sharing, SocketReport, WireCounts } from '../transports/contract.ts';
import type { Bytes } from '../units.ts';
import type { LedgerEntry } from './socket-ledger.ts';

/** One request of a client. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body in UTF-8 in place of a text: to be read before `request` returns. For clients that take bytes, and them alone. */
  readonly bodyBytes?: Buffer | undefined;
  /** The response stays open until somebody ends it: it has a connection (1.1) to itself and may be silent for as long as it likes. */
  readonly lasting?: boolean;
  /** The head comes with an answer, and the answer when the work is done: no time is set for either. */
  readonly patient?: boolean;
}

/** What comes back, in this order; `onHead` not at all when nothing came. Exactly one of `onEnd` and `onError` is called, and none after `abort()`. */
export interface HttpHandler {
  /** The request is being written to a socket. */
  readonly onStart?: () => void;
  readonly onHead: (status: number, headers: Readonly<Record<string, string | undefined>>) => void;
  /** A piece of the body, its content coding undone. */
  readonly onData: (chunk: Buffer) => void;
  /** The same from a client that reads in place: bytes `start` up to `end`, to be taken before this returns. `last` where it is known that the response ends with them. */
  readonly onBytes?: ((buffer: Buffer, start: number, end: number, last: boolean) => void) | undefined;
  readonly onEnd: () => void;
  readonly onError: (error: Error) => void;
}

export interface HttpExchange {
  /** Gives the exchange up: under 1.1 its connection is closed, under 2 its stream reset. Does nothing once it is over. */
  abort(): void;
}

/** One client's way to one origin. */
export interface HttpClient {
  request(request: HttpRequest, handler: HttpHandler): HttpExchange;
  /** Requests sent so far. */
  readonly requests: number;
  /** Sockets opened so far. */
  readonly opened: number;
  /** Network round trips that opening them took: one each for TCP, and one more for TLS (1.3; two for 1.2). */
  readonly openingRoundTrips: number;
  wire(): WireCounts;
  sockets(): readonly SocketReport[];
  /** As in a channel's handshake; empty without TLS or before the first connection. */
  tls(): string;
  /** Ends every connection. What is under way is not told. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** `http://127.0.0.1:1234`; `https` is what makes it TLS. */
  readonly origin: string;
  /** The compression other than off is asked for with every request (`accept-encoding`). */
  readonly variant: Pick<Variant, 'http' | 'compression'> & Partial<Pick<Variant, 'client'>>;
  /** PEM to trust instead of the system's authorities, and then with TLS 1.3 only. */
  readonly certificate: string | undefined;
  /** Of a forward proxy that every connection goes through. */
  readonly proxy?: string | undefined;
  /** The address of this host that connections are opened from; the system's choice without one. */
  readonly localAddress?: string | undefined;
  /** For a connection, and for a response's head. */
  readonly timeoutMs: number;
  /** With whom connections are shared; absent for connections of one's own. */
  readonly sharing?: Sharing | undefined;
}

/** What is common to the requests and responses of Node's two HTTP servers. */
export type ServerRequest = IncomingMessage | Http2ServerRequest;
export interface ServerReply {
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  /** Sends the head now, for a body that may be long in coming. */
  flushHeaders(): unknown;
  write(chunk: string | Uint8Array): boolean;
  end(text?: string): unknown;
  /** With an error under HTTP/2, so that the client does not take it for the end. */
  destroy(error?: Error): unknown;
  on(event: 'close' | 'drain' | 'error', listener: () => void): unknown;
  readonly headersSent: boolean;
  /** Bytes that the client has not taken yet. */
  readonly writableLength: number;
}
export interface HttpServerOptions {
  readonly variant: Pick<Variant, 'http' | 'tls'>;
  /** Streams of one connection that are allowed at a time (2 only); the bench's usual number without it. */
  readonly maxConcurrentStreams?: number | undefined;
  readonly onRequest: (request: ServerRequest, reply: ServerReply) => void;
  /** Takes the connection over (1.1 only). */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Whether clients can resume a TLS session. */
  readonly resumable?: boolean | undefined;
}

/** A server that listens on a free port of the loopback interface. */
export interface HttpServer {
  /** `http://127.0.0.1:1234`, or `https://…`. */
  readonly origin: string;
  /** PEM; `undefined` without TLS. */
  readonly certificate: string | undefined;
  wire(): WireCounts;
  sockets(): readonly SocketReport[];
  /** The entry of the socket that a request came over. */
  entry(request: ServerRequest): LedgerEntry;
  settings(): Pick<EndpointSettings, 'keepAliveMs' | 'tls' | 'http2Windows'>;
  /** Closes the connections that wait for a further request, as their keep-alive time would in the end. Those of HTTP/2 never do. */
  closeIdle(): void;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** A body that was read whole. */
export type Body =
  | { readonly kind: 'whole'; readonly text: string }
  | { readonly kind: 'too-large'; readonly limit: Bytes };
