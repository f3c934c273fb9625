/** Request bodies, read whole and never beyond a limit. */
import { Http2ServerRequest, constants } from 'node:http2';
import type { Bytes } from '../units.ts';
import type { Body, ServerRequest } from './http.ts';
import { REQUEST_TIMEOUT_MS } from './loopback-only.ts';
import { cutOffUnread } from './unread.ts';

/**
 * Calls `done` once with the body, when its last byte is in: what exceeds the limit is read and thrown away, so that the
 * client can read its refusal. Not at all when the client goes before that, or takes longer than a minute.
 */
export function readBody(request: ServerRequest, limit: Bytes, done: (body: Body) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
    else chunks.length = 0;
  });
  // Node's own server of HTTP/1.1 sees to it itself.
  const watched = request instanceof Http2ServerRequest ? request : undefined;
  if (watched !== undefined) slowSenders.watch(watched);
  request.on('end', () => {
    if (watched !== undefined) slowSenders.forget(watched);
    // A stream that was reset ends like one that is whole.
    if (watched?.aborted === true) return;
    if (cutOffUnread(request)) return;
    if (length > limit) done({ kind: 'too-large', limit });
    else done({ kind: 'whole', text: textOf(chunks) });
  });
  // Always followed by the reply's 'close'; there is nobody to answer.
  request.on('error', () => undefined);
}

const textOf = (chunks: readonly Buffer[]): string =>
  (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8');

/**
 * Ends requests whose body takes longer than the timeout, and no later than twice that. One timer for all: most bodies are in
 * by the time it would be set.
 */
class SlowSenders {
  #young = new Set<Http2ServerRequest>();
  #old = new Set<Http2ServerRequest>();
  #timer: NodeJS.Timeout | undefined;

  watch(request: Http2ServerRequest): void {
    this.#young.add(request);
    this.#timer ??= setInterval(() => this.#sweep(), REQUEST_TIMEOUT_MS).unref();
  }

  forget(request: Http2ServerRequest): void {
    if (!this.#young.delete(request)) this.#old.delete(request);
  }

  #sweep(): void {
    // Destroying the request itself would leave its stream open: it is only what is read from it.
    for (const { stream } of this.#old) stream.close(constants.NGHTTP2_CANCEL);
    this.#old = this.#young;
    this.#young = new Set();
    if (this.#old.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const slowSenders = new SlowSenders();
