/** [spec] 2026-07-28, Streamable HTTP, as the client has it: requests that stand by themselves, with parts of them repeated as headers. */
import type { EncodedMessage } from '../../mcp/contract.ts';
import type { ConnectOptions } from '../contract.ts';
import type { Exchange } from './exchange.ts';
import { toHeaderValue } from './header-value.ts';
import { PostingChannel, type RequestHeaders } from './posting-channel.ts';

/** Combinations of method and name whose headers are kept; there are as many as a server has tools and resources. */
const MAX_KEPT_HEADERS = 100;

export class StatelessChannel extends PostingChannel {
  #version: string;
  readonly #headers = new Map<string, RequestHeaders>();

  constructor(url: URL, options: ConnectOptions) {
    super(url, options);
    this.#version = options.variant.protocol;
  }

  protected override headersFor({ method = '', name }: EncodedMessage): RequestHeaders {
    const key = name === undefined ? method : `${method} ${name}`;
    const known = this.#headers.get(key);
    if (known !== undefined) return known;
    const headers = this.messageHeaders({
      'mcp-protocol-version': this.#version,
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': toHeaderValue(name) }),
    });
    if (this.#headers.size < MAX_KEPT_HEADERS) this.#headers.set(key, headers);
    return headers;
  }

  /** [spec] cancellation: to close the response is to cancel; no notice is sent. */
  override cancel(id: number | string): boolean {
    this.abandon(id);
    return false;
  }

  override negotiated(protocolVersion: string): void {
    if (protocolVersion === this.#version) return;
    this.#version = protocolVersion;
    this.#headers.clear();
  }

  /** What the server sends unasked comes as the reply to a request of the client's. */
  override listen(): Promise<void> {
    return Promise.resolve();
  }

  protected override onUnanswered(exchange: Exchange): void {
    this.fail(exchange, 'the response ended without the answer');
  }

  /** A subscription that broke off cannot be taken up again: its events are lost to the client from now on. */
  override onBroken(exchange: Exchange, reason: string): void {
    if (exchange.message?.method === 'subscriptions/listen') this.gone(`POST failed: ${reason}`);
    else this.broke(exchange, reason);
  }

  protected override sayGoodbye(): Promise<void> {
    return Promise.resolve();
  }
}
