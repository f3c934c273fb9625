/** The messages of an HTTP+SSE client: one POST each, whose response says no more than that it has arrived. */
import type { EncodedMessage } from '../../mcp/contract.ts';
import { bodyOf } from '../../wire/body-of.ts';
import type { HttpClient, HttpRequest } from '../../wire/http.ts';
import type { ConnectOptions } from '../contract.ts';

/** How long the failure of a POST is kept back, in case that it is the channel's. */
const FAILURE_DELAY_MS = 50;

/** Headers of every POST beside the client's own (`host`, `connection`, `content-length`). */
const MESSAGE_HEADERS = { 'content-type': 'application/json' };

/** Sends messages, one POST each. */
export class Poster {
  /** Of the sockets that were open when the first message went out, one after the other. */
  openingRoundTrips = 0;
  readonly #http: HttpClient;
  readonly #options: ConnectOptions;
  readonly #request: HttpRequest;

  constructor(http: HttpClient, url: URL, options: ConnectOptions) {
    this.#http = http;
    this.#options = options;
    const headers = { ...MESSAGE_HEADERS, ...options.headers };
    this.#request = { method: 'POST', path: url.pathname + url.search, headers };
  }

  post(message: EncodedMessage): void {
    const { id } = message;
    let status = 0;
    this.#http.request(
      { ...this.#request, ...bodyOf(message) },
      {
        onStart: () => {
          if (this.openingRoundTrips === 0) this.openingRoundTrips = this.#http.openingRoundTrips;
        },
        onHead: (statusCode) => {
          status = statusCode;
        },
        onData: () => undefined, // Read and thrown away: an unread body would keep the socket.
        onEnd: () => {
          if (status >= 300) this.#options.events.onSendFailure(id, `the server answered the POST with HTTP ${status}`);
        },
        onError: (error) => {
          // When the endpoint goes, stream and POST connections end within a few turns of the event loop, in any order. The
          // stream's end goes first: a message lost with the whole channel is disconnected, not refused.
          setTimeout(() => this.#options.events.onSendFailure(id, `POST failed: ${error.message}`), FAILURE_DELAY_MS);
        },
      },
    );
  }
}
