/**
 * Stands between the SDK's client and one of its transports and counts what passes. The SDK's own callbacks come too
 * late for that: progress that arrives in the same chunk as its answer is never told.
 */
import type { StrayCounts } from '../mcp/client.ts';
import { type JsonObject, isObject } from '../mcp/jsonrpc.ts';
import type { PeerCounts } from '../mcp/peer.ts';
import type { SdkMessage, SdkTransport } from './package.ts';

type SendOptions = Parameters<SdkTransport['send']>[1];
type OnMessage = NonNullable<SdkTransport['onmessage']>;
type MessageExtra = Parameters<OnMessage>[1];
type Id = string | number;

export interface TapOptions {
  readonly inner: SdkTransport;
  readonly onNotification: (method: string, params: JsonObject) => void;
  /** After such an error the connection is gone, although the SDK's transport goes on trying. */
  readonly isFatal: (error: Error) => boolean;
  /** Count the JSON-RPC bytes too, by serialising every message once more: for looking closely, never under load. */
  readonly weigh: boolean;
}

export class TappedTransport implements SdkTransport {
  readonly counts: PeerCounts;
  readonly strays: StrayCounts = { misrouted: 0, duplicated: 0, late: 0, unreadable: 0 };
  /** The first result that came: what the server said of itself. */
  firstResult: JsonObject | undefined;
  /** What the caller's progress tokens are, by the arguments of the call: the SDK replaces them by ids of its own. */
  readonly tokens = new WeakMap<object, unknown>();
  /** What went wrong last, for the reason of a closed connection. */
  lastError: Error | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: OnMessage | undefined;
  readonly #options: TapOptions;
  readonly #waiting = new Set<Id>();
  readonly #givenUp = new Set<Id>();
  readonly #tokenOf = new Map<Id, unknown>();
  /** Ids are counted upwards; those that are names are few. */
  #highestId = -1;
  readonly #names = new Set<string>();

  constructor(options: TapOptions) {
    this.#options = options;
    const payload = options.weigh ? 0 : undefined;
    this.counts = { messagesUp: 0, messagesDown: 0, payloadUp: payload, payloadDown: payload };
  }

  get sessionId(): string | undefined {
    return this.#options.inner.sessionId;
  }

  get hasPerRequestStream(): boolean {
    return this.#options.inner.hasPerRequestStream === true;
  }

  setProtocolVersion(version: string): void {
    this.#options.inner.setProtocolVersion?.(version);
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#options.inner.setSupportedProtocolVersions?.(versions);
  }

  start(): Promise<void> {
    const { inner } = this.#options;
    // oxlint-disable unicorn/prefer-add-event-listener -- the SDK's own interface, no EventTarget.
    inner.onmessage = (message, extra) => this.#receive(message, extra);
    inner.onerror = (error) => this.#fail(error);
    inner.onclose = () => this.onclose?.();
    // oxlint-enable unicorn/prefer-add-event-listener
    return inner.start();
  }

  close(): Promise<void> {
    return this.#options.inner.close();
  }

  send(message: SdkMessage, options?: SendOptions): Promise<void> {
    this.counts.messagesUp += 1;
    if (this.counts.payloadUp !== undefined) this.counts.payloadUp += weight(message);
    if ('method' in message) {
      if ('id' in message) this.#asked(message.id, message.params);
      else if (message.method === 'notifications/cancelled') this.#cancelled(message.params);
    }
    return this.#options.inner.send(message, options);
  }

  #asked(id: Id, params: unknown): void {
    this.#waiting.add(id);
    if (typeof id === 'number') this.#highestId = Math.max(this.#highestId, id);
    else this.#names.add(id);
    const args = isObject(params) ? params['arguments'] : undefined;
    const token = isObject(args) ? this.tokens.get(args) : undefined;
    if (token !== undefined) this.#tokenOf.set(id, token);
  }

  #cancelled(params: unknown): void {
    const id = isObject(params) ? (params['requestId'] as Id) : undefined;
    if (id !== undefined && this.#waiting.delete(id)) this.#givenUp.add(id);
  }

  #receive(message: SdkMessage, extra: MessageExtra): void {
    this.counts.messagesDown += 1;
    if (this.counts.payloadDown !== undefined) this.counts.payloadDown += weight(message);
    if (!('method' in message)) this.#answered(message);
    else if (!('id' in message)) this.#options.onNotification(message.method, this.#ownTokenIn(message.params));
    this.onmessage?.(message, extra);
  }

  #answered(message: Exclude<SdkMessage, { method: string }>): void {
    const { id } = message;
    if (this.firstResult === undefined && 'result' in message) this.firstResult = message.result;
    if (id === undefined) this.strays.unreadable += 1;
    else if (this.#waiting.delete(id)) return;
    else if (this.#givenUp.delete(id)) this.strays.late += 1;
    else if (typeof id === 'number' ? id >= 0 && id <= this.#highestId : this.#names.has(id))
      this.strays.duplicated += 1;
    else this.strays.misrouted += 1;
  }

  /** The notification's parameters, with the token that the caller knows. */
  #ownTokenIn(params: JsonObject | undefined): JsonObject {
    const token = this.#tokenOf.get(params?.['progressToken'] as Id);
    return token === undefined ? (params ?? {}) : { ...params, progressToken: token };
  }

  #fail(error: Error): void {
    this.lastError = error;
    // The SDK tells a text that it cannot read in no other way; the endpoint has counted it as sent.
    if (error instanceof SyntaxError || error.name.endsWith('ZodError')) {
      this.counts.messagesDown += 1;
      this.strays.unreadable += 1;
    }
    this.onerror?.(error);
    if (this.#options.isFatal(error)) this.#closeBroken();
  }

  /** It is gone already: that it cannot be closed is no news. */
  #closeBroken(): void {
    void this.close().catch(() => undefined);
  }
}

const weight = (message: SdkMessage): number => Buffer.byteLength(JSON.stringify(message));
