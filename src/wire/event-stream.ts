/** Event streams ([HTML] server-sent events) as a server writes them: the head, the fields of each event, its content coding. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { BrotliCompress, Gzip } from 'node:zlib';
import type { Compression } from '../scenario/variant.ts';
import { accepts, codingOf, encoder } from './content-coding.ts';
import type { ServerReply, ServerRequest } from './http.ts';
import { MAX_UNREAD_BYTES, cutOffUnread } from './unread.ts';

export interface EventStreamOptions {
  readonly request: ServerRequest;
  readonly reply: ServerReply;
  /** Used when the client asks for it. */
  readonly compression: Compression;
  /** Beside those that make it an event stream. */
  readonly headers?: OutgoingHttpHeaders;
}

/** One response that is an event stream, from its head on. */
export class EventStream {
  readonly #reply: ServerReply;
  readonly #encoder: Gzip | BrotliCompress | undefined;
  #beating: NodeJS.Timeout | undefined;

  /** Sends the head. */
  constructor({ request, reply, compression, headers }: EventStreamOptions) {
    this.#reply = reply;
    const wanted = codingOf(compression);
    const coding = wanted !== undefined && accepts(request, wanted) ? wanted : undefined;
    reply.writeHead(200, {
      'content-type': 'text/event-stream',
      // Proxies are asked not to hold events back.
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...(coding === undefined ? {} : { 'content-encoding': coding, vary: 'accept-encoding' }),
      ...headers,
    });
    if (coding !== undefined) this.#encoder = this.#encode(encoder(coding));
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

  /** From now on a comment is sent this often, which no client shows to anybody. */
  heartbeat(everyMs: number): void {
    this.#beating = setInterval(() => this.#write(':\n\n'), everyMs);
    this.#reply.on('close', () => clearInterval(this.#beating));
  }

  /** Ends the response when all of its events are written. */
  end(): void {
    clearInterval(this.#beating);
    if (this.#encoder === undefined) this.#reply.end();
    else this.#encoder.end();
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
