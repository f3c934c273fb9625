/**
 * The `fetch` that `eventsource` is given: undici's dispatcher underneath, so that the stream's socket is counted and
 * headers can be sent, without the cost of the platform's `fetch`.
 */
import type { FetchLike, FetchLikeResponse } from 'eventsource';
import type { Client, Dispatcher } from 'undici';

export interface StreamFetch {
  readonly fetch: FetchLike;
  /** How the stream's response began: `200 text/event-stream`; empty before that. */
  established(): string;
  contentEncoding(): string;
  requests(): number;
}

export function streamFetch(client: Client, headers: Readonly<Record<string, string>>): StreamFetch {
  let requests = 0;
  let established = '';
  let contentEncoding = '';
  return {
    established: () => established,
    contentEncoding: () => contentEncoding,
    requests: () => requests,
    fetch: (url, init) => {
      requests += 1;
      return new Promise<FetchLikeResponse>((resolve, reject) => {
        open(client, new URL(url), { ...init.headers, ...headers }, init.signal as AbortSignal | undefined, {
          onResponse: (status, responseHeaders, body) => {
            const contentType = single(responseHeaders['content-type']);
            established = `${status} ${contentType}`;
            contentEncoding = single(responseHeaders['content-encoding']);
            resolve({
              body,
              url: String(url),
              status,
              redirected: false,
              headers: { get: (name) => single(responseHeaders[name.toLowerCase()]) || null },
            });
          },
          onError: reject,
        });
      });
    },
  };
}

interface StreamEvents {
  onResponse(
    status: number,
    headers: Record<string, string | string[] | undefined>,
    body: ReadableStream<Uint8Array>,
  ): void;
  onError(error: Error): void;
}

function open(
  client: Client,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
  events: StreamEvents,
): void {
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    { start: (controller) => void (feed = controller) },
    { highWaterMark: Infinity },
  );
  let over = false;
  const end = (error?: Error): void => {
    if (over) return;
    over = true;
    if (error === undefined) feed?.close();
    else feed?.error(error);
  };
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => {
      signal?.addEventListener('abort', () => controller.abort(abortError()), { once: true });
    },
    onResponseStart: (_controller, status, responseHeaders) => events.onResponse(status, responseHeaders, body),
    onResponseData: (_controller, chunk) => {
      if (!over) feed?.enqueue(chunk);
    },
    onResponseEnd: () => end(),
    onResponseError: (_controller, error) => {
      end(error);
      events.onError(error);
    },
  };
  client.dispatch({ method: 'GET', path: url.pathname + url.search, headers }, handler);
}

/** The error by which `eventsource` knows that it closed the stream itself. */
function abortError(): Error {
  const error = new Error('The stream was closed.');
  error.name = 'AbortError';
  return error;
}

const single = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');
