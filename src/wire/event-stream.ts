/** Event streams ([HTML] server-sent events) as a server writes them: the head, the fields of each event, its content coding. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { BrotliCompress, Gzip } from 'node:zlib';
import type { Compression } from '../scenario/variant.ts';
import type { EndpointOptions } from '../transports/contract.ts';
import { accepts, codingOf, encoder } from './content-coding.ts';
import type { ServerReply, ServerRequest } from './http.ts';
import { MAX_UNREAD_BYTES, cutOffUnread } from './unread.ts';

/** What is the same for every stream of an endpoint. */
export interface StreamPolicy {
  /** Used when the client asks for it. */
  readonly compression: Compression;
  /** A comment this often while the stream is open; absent: none. */
  readonly heartbeatMs?: number | undefined;
  /** Whether proxies are asked not to hold events back; they are unless this is `false`. */
  readonly hintsProxies?: boolean | undefined;
}

export const streamPolicyOf = ({ variant, heartbeatMs, hintsProxies }: EndpointOptions): StreamPolicy => ({
  compression: variant.compression,
  heartbeatMs,
  hintsProxies,
});

export interface EventStreamOptions extends StreamPolicy {
  readonly request: ServerRequest;
  readonly reply: ServerReply;
  /** Beside those that make it an event stream. */
  readonly headers?: OutgoingHttpHeaders;
}

/** One response that is an event stream, from its head on. */
export class EventStream {
  readonly #reply: ServerReply;
  readonly #encoder: Gzip | BrotliCompress | undefined;
  readonly #heartbeat: NodeJS.Timeout | undefined;

  /** Sends the head. */
  constructor({ request, reply, compression, headers, heartbeatMs, hintsProxies = true }: EventStreamOptions) {
    this.#reply = reply;
    const wanted = codingOf(compression);
    const coding = wanted !== undefined && accepts(request, wanted) ? wanted : undefined;
    reply.writeHead(200, {
      'content-type': 'text/event-stream',
      // Proxies are asked not to hold events back.
      'cache-control': 'no-cache, no-transform',
      ...(hintsProxies ? { 'x-accel-buffering': 'no' } : {}),
      ...(coding === undefined ? {} : { 'content-encoding': coding, vary: 'accept-encoding' }),
      ...headers,
    });
    if (coding !== undefined) this.#encoder = this.#encode(encoder(coding));
    if (heartbeatMs !== undefined) this.#heartbeat = this.#beat(heartbeatMs);
  }

  /** Sends the head by itself, where the first event may be long in coming. */
  open(): void {
    this.#reply.flushHeaders();
  }

  /** Writes one event. `data` is one line: JSON as it is written without indentation, a URL. */
  send(event: string, data: string, id?: string): void {
    this.#write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`);
  }

  #write(text: string): void {
    if (this.#encoder === undefined) this.#reply.write(text);
    else this.#encoder.write(text);
    const unread = this.#unread;
    if (unread > MAX_UNREAD_BYTES) this.#reply.destroy(new Error('the client does not read its event stream'));
    else if (unread > 0) cutOffUnread(this.#reply);
  }

  /** Tells the client where it stands before there is anything to send, and after how long to come back where that is said: an event without data. */
  prime(id: string, retryMs: number | undefined): void {
    this.#write(`id: ${id}\n${retryMs === undefined ? '' : `retry: ${retryMs}\n`}data: \n\n`);
  }

  /** Asks the client to wait so long before it comes back, where there is no event to say it with. */
  retry(retryMs: number): void {
    this.#write(`retry: ${retryMs}\n\n`);
  }

  /** Ends the response when all of its events are written. */
  end(): void {
    clearInterval(this.#heartbeat);
    if (this.#encoder === undefined) this.#reply.end();
    else this.#encoder.end();
  }

  /** [HTML] 9.2.7: a comment now and then, which no client shows to anybody, keeps proxies from dropping a connection that nothing crosses. */
  #beat(everyMs: number): NodeJS.Timeout {
    const timer = setInterval(() => this.#write(':\n\n'), everyMs);
    this.#reply.on('close', () => clearInterval(timer));
    return timer;
  }

  get #unread(): number {
    return this.#reply.writableLength + (this.#encoder?.writableLength ?? 0);
  }

  #encode(coder: Gzip | BrotliCompress): Gzip | BrotliCompress {
    coder.on('data', (chunk: Buffer) => this.#reply.write(chunk));
    coder.on('end', () => this.#reply.end());
    coder.on('error', (error) => this.#reply.destroy(error));
    this.#reply.on('close', () => coder.destroy());
    return coder;
  }
}
