/** Request bodies, read whole and never beyond a limit. */
import type { Bytes } from '../units.ts';
import type { Body, ServerRequest } from './http.ts';
import { REQUEST_TIMEOUT_MS } from './loopback-only.ts';

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
  if (request.httpVersionMajor === 2) slowSenders.watch(request);
  request.on('end', () => {
    if (request.httpVersionMajor === 2) slowSenders.forget(request);
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
  #young = new Set<ServerRequest>();
  #old = new Set<ServerRequest>();
  #timer: NodeJS.Timeout | undefined;

  watch(request: ServerRequest): void {
    this.#young.add(request);
    this.#timer ??= setInterval(() => this.#sweep(), REQUEST_TIMEOUT_MS).unref();
  }

  forget(request: ServerRequest): void {
    if (!this.#young.delete(request)) this.#old.delete(request);
  }

  #sweep(): void {
    for (const request of this.#old) request.destroy();
    this.#old = this.#young;
    this.#young = new Set();
    if (this.#old.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const slowSenders = new SlowSenders();
