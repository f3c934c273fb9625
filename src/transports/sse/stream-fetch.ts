/**
 * The `fetch` that `eventsource` is given: the bench's own HTTP client underneath, so that the stream's socket is counted and
 * headers can be sent, without the cost of the platform's `fetch`.
 */
import type { FetchLike, FetchLikeResponse } from 'eventsource';
import type { HttpClient } from '../../wire/http.ts';
import type { ConnectOptions } from '../contract.ts';

type StreamOptions = Pick<ConnectOptions, 'headers' | 'sharing'>;

export interface StreamFetch {
  readonly fetch: FetchLike;
  /** How the stream's response began: `200 text/event-stream`; empty before that. */
  established(): string;
  contentEncoding(): string;
  requests(): number;
}

export function streamFetch(http: HttpClient, { headers, sharing }: StreamOptions): StreamFetch {
  let requests = 0;
  let established = '';
  let contentEncoding = '';
  return {
    established: () => established,
    contentEncoding: () => contentEncoding,
    requests: () => requests,
    fetch: (url, init) => {
      requests += 1;
      return open(
        http,
        new URL(url),
        { ...init.headers, ...headers },
        init.signal as AbortSignal | undefined,
        (head) => {
          const contentType = head.headers.get('content-type') ?? '';
          established = `${head.status} ${contentType}`;
          contentEncoding = head.headers.get('content-encoding') ?? '';
          sharing?.onMilestone?.('http');
        },
      );
    },
  };
}

/** Resolves with the response's head, its body still to come. Rejects when none comes, or when the signal gives it up. */
function open(
  http: HttpClient,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
  onHead: (response: FetchLikeResponse) => void,
): Promise<FetchLikeResponse> {
  return new Promise((resolve, reject) => {
    const { body, feed } = openBody();
    const fail = (error: Error): void => {
      feed.error(error);
      reject(error);
    };
    const exchange = http.request(
      { method: 'GET', path: url.pathname + url.search, headers, lasting: true },
      {
        onHead: (status, fields) => {
          const response = {
            body,
            url: String(url),
            status,
            redirected: false,
            headers: { get: (name: string) => fields[name.toLowerCase()] ?? null },
          };
          onHead(response);
          resolve(response);
        },
        onData: (chunk) => feed.enqueue(chunk),
        onEnd: () => feed.close(),
        onError: fail,
      },
    );
    const giveUp = (): void => {
      exchange.abort();
      fail(abortError());
    };
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** A body without backpressure: what has come off the socket waits here instead of there. Fed no more once it is over. */
function openBody(): {
  body: ReadableStream<Uint8Array>;
  feed: Pick<ReadableStreamDefaultController<Uint8Array>, 'enqueue' | 'close' | 'error'>;
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    { start: (given) => void (controller = given), cancel: () => void (controller = undefined) },
    { highWaterMark: Infinity },
  );
  const once = (end: () => void): void => {
    end();
    controller = undefined;
  };
  return {
    body,
    feed: {
      enqueue: (chunk) => controller?.enqueue(chunk),
      close: () => once(() => controller?.close()),
      error: (error) => once(() => controller?.error(error)),
    },
  };
}

/** The error by which `eventsource` knows that it closed the stream itself. */
function abortError(): Error {
  const error = new Error('The stream was closed.');
  error.name = 'AbortError';
  return error;
}
