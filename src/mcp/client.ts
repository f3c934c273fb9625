/** The client's half of MCP: ids, pending requests, timeouts. It knows no transport and counts everything that does not fit. */
import type { Clock } from '../measure/clock.ts';
import { type Nanoseconds, milliseconds } from '../units.ts';
import type { ChannelEvents, EncodedMessage, MessageSink } from './contract.ts';
import {
  type Incoming,
  type JsonObject,
  type RequestId,
  decode,
  encodeNotification,
  encodeRaw,
  encodeRequest,
} from './jsonrpc.ts';

/** Ids start here so that they all have the same number of digits, and a message's size does not depend on how many went before. */
const FIRST_ID = 1_000_000;

/** How often overdue requests are looked for. A timeout is at most this late. */
const SWEEP_EVERY_MS = 50;

/** How a request ended. */
export type Outcome =
  | { readonly kind: 'ok'; readonly result: JsonObject }
  /** The server answered with an error, or its transport refused the message. */
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'disconnected'; readonly reason: string }
  | { readonly kind: 'timed-out' };

export interface Exchange {
  readonly outcome: Outcome;
  /** Immediately before the message was handed to the transport. */
  readonly sentNs: Nanoseconds;
  /** When the complete answer was parsed and matched; for a timeout, when it was given up. */
  readonly completedNs: Nanoseconds;
}

/** Messages that fit no request of ours. */
export interface StrayCounts {
  /** To an id that was never used. */
  misrouted: number;
  /** To an id that has been answered. */
  duplicated: number;
  /** To an id that was given up; neither lost nor wrong. */
  late: number;
  unreadable: number;
}

/** Messages and their JSON-RPC bytes in both directions. */
export interface ClientCounts {
  messagesUp: number;
  messagesDown: number;
  payloadUp: number;
  payloadDown: number;
}

export interface McpClientOptions {
  readonly clock: Clock;
  readonly timeoutNs: Nanoseconds;
  readonly onNotification?: (method: string, params: JsonObject, receivedNs: Nanoseconds) => void;
  readonly onClosed?: (reason: string) => void;
}

interface Pending {
  readonly method: string;
  readonly sentNs: Nanoseconds;
  readonly settle: (exchange: Exchange) => void;
}

export class McpClient implements ChannelEvents {
  readonly strays: StrayCounts = { misrouted: 0, duplicated: 0, late: 0, unreadable: 0 };
  readonly counts: ClientCounts = { messagesUp: 0, messagesDown: 0, payloadUp: 0, payloadDown: 0 };
  readonly #options: McpClientOptions;
  readonly #pending = new Map<RequestId, Pending>();
  readonly #givenUp = new Set<RequestId>();
  #timeoutNs: Nanoseconds;
  #sink: MessageSink | undefined;
  #nextId = FIRST_ID;
  #sweeper: NodeJS.Timeout | undefined;
  #closedBecause: string | undefined;

  constructor(options: McpClientOptions) {
    this.#options = options;
    this.#timeoutNs = options.timeoutNs;
  }

  /** Gives the client its channel. Until then it cannot send. */
  attach(sink: MessageSink): void {
    this.#sink = sink;
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_EVERY_MS).unref();
  }

  /** Forgets whatever is pending (as disconnected) and stops. The channel is its owner's to close. */
  detach(reason = 'closed by the driver'): void {
    this.#end(reason);
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  set timeoutNs(value: Nanoseconds) {
    this.#timeoutNs = value;
  }

  /** Opens the session: `initialize`, then `notifications/initialized`. Answers what the server said of itself. Rejects when it refuses. */
  async open(protocolVersion: string): Promise<JsonObject> {
    const { outcome } = await this.request('initialize', {
      protocolVersion,
      capabilities: {},
      clientInfo: { name: 'mcp-transport-bench', version: '1' },
    });
    if (outcome.kind !== 'ok') throw new Error(`initialize: ${describeOutcome(outcome)}`);
    this.#sink?.negotiated(String(outcome.result['protocolVersion']));
    this.notify('notifications/initialized', undefined);
    return outcome.result;
  }

  /** Asks for the events of these resources. Rejects when the server refuses. */
  async subscribe(uris: readonly string[]): Promise<void> {
    for (const uri of uris) {
      const { outcome } = await this.request('resources/subscribe', { uri });
      if (outcome.kind !== 'ok') throw new Error(`subscribing to ${uri}: ${describeOutcome(outcome)}`);
    }
  }

  /** Sends a request and waits for what becomes of it. Never rejects: a failed exchange is a result. */
  request(method: string, params: JsonObject | undefined): Promise<Exchange> {
    return new Promise((resolve) => {
      this.start(method, params, resolve);
    });
  }

  /** As `request`, without a promise. Returns the request's id. */
  start(method: string, params: JsonObject | undefined, settle: (exchange: Exchange) => void): number {
    const id = this.#nextId;
    this.#nextId += 1;
    const message = encodeRequest(id, method, params);
    const sentNs = this.#options.clock.now();
    if (this.#sink === undefined || this.#closedBecause !== undefined) {
      settle({
        outcome: { kind: 'disconnected', reason: this.#closedBecause ?? 'not connected' },
        sentNs,
        completedNs: sentNs,
      });
      return id;
    }
    this.#pending.set(id, { method, sentNs, settle });
    this.#send(this.#sink, message);
    return id;
  }

  /** The id that the next request will have: a progress token is chosen before the request is sent. */
  get nextId(): number {
    return this.#nextId;
  }

  notify(method: string, params: JsonObject | undefined): void {
    if (this.#sink !== undefined && this.#closedBecause === undefined)
      this.#send(this.#sink, encodeNotification(method, params));
  }

  #send(sink: MessageSink, message: EncodedMessage): void {
    this.counts.messagesUp += 1;
    this.counts.payloadUp += message.size;
    sink.send(message);
  }

  onMessage(text: string, size: number): void {
    this.counts.messagesDown += 1;
    this.counts.payloadDown += size;
    const message = decode(text);
    const receivedNs = this.#options.clock.now();
    if (message.kind === 'notification') this.#options.onNotification?.(message.method, message.params, receivedNs);
    else if (message.kind === 'result' || message.kind === 'error') this.#settle(message, receivedNs);
    else if (message.kind === 'request') this.#answerServer(message.id, message.method);
    else this.strays.unreadable += 1;
  }

  /** [spec] either side may ping; anything else a bench client does not offer. */
  #answerServer(id: RequestId, method: string): void {
    if (this.#sink === undefined || this.#closedBecause !== undefined) return;
    const answer = method === 'ping' ? { result: {} } : { error: { code: -32601, message: 'Method not found' } };
    this.#send(this.#sink, { ...encodeRaw(JSON.stringify({ jsonrpc: '2.0', id, ...answer })), id });
  }

  #settle(message: Extract<Incoming, { kind: 'result' | 'error' }>, receivedNs: Nanoseconds): void {
    const pending = message.id === null ? undefined : this.#pending.get(message.id);
    if (message.id === null || pending === undefined) {
      this.#countStray(message.id);
      return;
    }
    this.#pending.delete(message.id);
    const outcome: Outcome =
      message.kind === 'result'
        ? { kind: 'ok', result: message.result }
        : { kind: 'rejected', reason: `error ${message.code}: ${message.message}` };
    pending.settle({ outcome, sentNs: pending.sentNs, completedNs: receivedNs });
  }

  #countStray(id: RequestId | null): void {
    if (id === null) this.strays.unreadable += 1;
    else if (this.#givenUp.delete(id)) this.strays.late += 1;
    else if (typeof id === 'number' && id >= FIRST_ID && id < this.#nextId) this.strays.duplicated += 1;
    else this.strays.misrouted += 1;
  }

  onSendFailure(id: RequestId | undefined, reason: string): void {
    if (id !== undefined) this.#giveBack(id, { kind: 'rejected', reason });
  }

  onClosed(reason: string): void {
    this.#end(reason);
    this.#options.onClosed?.(reason);
  }

  #end(reason: string): void {
    clearInterval(this.#sweeper);
    this.#closedBecause ??= reason;
    for (const id of this.#pending.keys()) this.#giveBack(id, { kind: 'disconnected', reason });
  }

  #giveBack(id: RequestId, outcome: Outcome): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.settle({ outcome, sentNs: pending.sentNs, completedNs: this.#options.clock.now() });
  }

  /** Books the notice as sent only where it is: a transport may have a way of its own. */
  #cancel(id: RequestId): void {
    if (this.#sink === undefined || this.#closedBecause !== undefined) return;
    const notice = encodeNotification('notifications/cancelled', { requestId: id, reason: 'timed out' });
    if (!this.#sink.cancel(id, notice)) return;
    this.counts.messagesUp += 1;
    this.counts.payloadUp += notice.size;
  }

  /** Gives up what has waited too long. Requests are kept in the order of sending, so the first young one ends the search. */
  sweep(): void {
    const now = this.#options.clock.now();
    for (const [id, pending] of this.#pending) {
      if (now - pending.sentNs < this.#timeoutNs) break;
      this.#givenUp.add(id);
      this.#giveBack(id, { kind: 'timed-out' });
      // [spec] cancellation: `initialize` must not be cancelled by the client.
      if (pending.method !== 'initialize') this.#cancel(id);
    }
  }
}

/** A failed outcome in words. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'ok':
      return 'ok';
    case 'timed-out':
      return 'no answer in time';
    default:
      return outcome.reason;
  }
}

/** How long connecting may take before it is given up, unless said otherwise. */
export const CONNECT_TIMEOUT_NS = milliseconds(10_000);
