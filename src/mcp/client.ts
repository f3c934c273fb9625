/** The client's half of MCP: ids, pending requests, timeouts. It knows no transport and counts everything that does not fit. */
import type { Clock } from '../measure/clock.ts';
import { type Bytes, type Nanoseconds, milliseconds } from '../units.ts';
import type { ChannelEvents, EncodedMessage, MessageSink } from './contract.ts';
import { CLIENT_INFO, honours, requestEnvelope, subscriptionIn } from './envelope.ts';
import {
  type Incoming,
  type JsonObject,
  type RequestId,
  decode,
  encodeNotification,
  encodeRaw,
  encodeRequest,
  isObject,
} from './jsonrpc.ts';
import { type Exchange, type Outcome, describeOutcome, outcomeOf } from './outcome.ts';
import { type Acknowledge, type Pending, PendingRequests } from './pending.ts';
import { Reopening } from './reopening.ts';
import { eraOf } from './revisions.ts';

/** Ids start here so that they all have the same number of digits, and a message's size does not depend on how many went before. */
const FIRST_ID = 1_000_000;

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

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

export class McpClient implements ChannelEvents {
  readonly strays: StrayCounts = { misrouted: 0, duplicated: 0, late: 0, unreadable: 0 };
  readonly counts: ClientCounts = { messagesUp: 0, messagesDown: 0, payloadUp: 0, payloadDown: 0 };
  readonly #options: McpClientOptions;
  readonly #pending = new PendingRequests();
  readonly #givenUp = new Set<RequestId>();
  #timeoutNs: Nanoseconds;
  #sink: MessageSink | undefined;
  #nextId = FIRST_ID;
  #closedBecause: string | undefined;
  #toldOfLoss = false;
  /** What every request carries in `_meta`; `undefined` in the handshake era, and before the session is opened. */
  #envelope: JsonObject | undefined;
  /** What a session that is opened again must have. */
  #protocolVersion = '';
  readonly #subscribed: string[] = [];
  readonly #reopening = new Reopening({
    reopen: () => this.#reopen(),
    giveUp: (reason) => this.#closedBecause ?? this.onClosed(reason),
  });

  constructor(options: McpClientOptions) {
    this.#options = options;
    this.#timeoutNs = options.timeoutNs;
  }

  /** Gives the client its channel. Until then it cannot send. */
  attach(sink: MessageSink): void {
    this.#sink = sink;
    this.#pending.start(() => this.sweep());
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

  /**
   * Opens the session: `initialize`, then `notifications/initialized`; or, where requests stand by themselves, only asks
   * who is there (`server/discover`). Answers what the server said of itself. Rejects when it refuses.
   */
  open(protocolVersion: string): Promise<JsonObject> {
    return eraOf(protocolVersion) === 'handshake' ? this.#initialize(protocolVersion) : this.#discover(protocolVersion);
  }

  /** [spec] 2026-07-28, discover: a client need not ask. It takes the server to speak this revision and can call at once. */
  presume(protocolVersion: string): void {
    this.#envelope = requestEnvelope(protocolVersion);
    this.#sink?.negotiated(protocolVersion);
  }

  async #discover(protocolVersion: string): Promise<JsonObject> {
    this.presume(protocolVersion);
    const { outcome } = await this.request('server/discover', undefined);
    if (outcome.kind !== 'ok') throw new Error(`server/discover: ${describeOutcome(outcome)}`);
    const versions = outcome.result['supportedVersions'];
    if (!Array.isArray(versions) || !versions.includes(protocolVersion))
      throw new Error(`server/discover: the server does not name ${protocolVersion} among its supportedVersions`);
    return outcome.result;
  }

  async #initialize(protocolVersion: string): Promise<JsonObject> {
    this.#protocolVersion = protocolVersion;
    const { outcome } = await this.request('initialize', {
      protocolVersion,
      capabilities: {},
      clientInfo: CLIENT_INFO,
    });
    if (outcome.kind !== 'ok') throw new Error(`initialize: ${describeOutcome(outcome)}`);
    this.#sink?.negotiated(String(outcome.result['protocolVersion']));
    this.notify('notifications/initialized', undefined);
    return outcome.result;
  }

  /** Asks for the events of these resources. Rejects when the server refuses. */
  async subscribe(uris: readonly string[]): Promise<void> {
    if (this.#envelope !== undefined) {
      await this.#listen(uris);
      return;
    }
    for (const uri of uris) {
      const { outcome } = await this.request('resources/subscribe', { uri });
      if (outcome.kind !== 'ok') throw new Error(`subscribing to ${uri}: ${describeOutcome(outcome)}`);
      if (!this.#subscribed.includes(uri)) this.#subscribed.push(uri);
    }
  }

  get sessionsReopened(): number {
    return this.#reopening.count;
  }

  async #reopen(): Promise<void> {
    await this.#initialize(this.#protocolVersion);
    await this.#sink?.listen?.();
    await this.subscribe(this.#subscribed);
  }

  /**
   * [spec] subscriptions: one request for all of them, acknowledged by a notification and answered when the events stop.
   * That is a loss whichever way it comes about.
   */
  #listen(uris: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      let acknowledged = false;
      const acknowledge: Acknowledge = (filter) => {
        acknowledged = uris.every((uri) => honours(filter, uri));
        if (acknowledged) resolve();
        return acknowledged;
      };
      const settle = ({ outcome }: Exchange): void => {
        const why = outcome.kind === 'ok' ? 'the server ended the subscription' : describeOutcome(outcome);
        if (!acknowledged) reject(new Error(`subscribing to ${uris.join(', ')}: ${why}`));
        // A lost connection is told by whoever lost it.
        else if (outcome.kind !== 'disconnected') this.#tellLoss(`no more events: ${why}`);
      };
      const params = { notifications: { resourceSubscriptions: uris } };
      this.#start('subscriptions/listen', params, settle, acknowledge);
    });
  }

  /** Asks for nothing but an answer: a `ping` or, where there is none, `server/discover`. */
  startPing(settle: (exchange: Exchange) => void): number {
    return this.start(this.#envelope === undefined ? 'ping' : 'server/discover', undefined, settle);
  }

  /** Sends a request and waits for what becomes of it. Never rejects: a failed exchange is a result. */
  request(method: string, params: JsonObject | undefined): Promise<Exchange> {
    return new Promise((resolve) => {
      this.start(method, params, resolve);
    });
  }

  /** As `request`, without a promise. Returns the request's id. */
  start(method: string, params: JsonObject | undefined, settle: (exchange: Exchange) => void): number {
    return this.#start(method, params, settle, undefined);
  }

  #start(
    method: string,
    params: JsonObject | undefined,
    settle: Pending['settle'],
    acknowledge: Acknowledge | undefined,
  ): number {
    const id = this.#nextId;
    const message = encodeRequest(id, method, this.inEnvelope(params));
    const sentNs = this.#options.clock.now();
    return this.begin(message, { method, sentNs, settle, acknowledge, endless: false });
  }

  /** Sends a request that has the next id, and waits. Returns the id. */
  protected begin(message: EncodedMessage, pending: Pending): number {
    const id = this.#nextId;
    this.#nextId += 1;
    if (this.#sink === undefined || this.#closedBecause !== undefined) {
      const { sentNs } = pending;
      const outcome = { kind: 'disconnected', reason: this.#closedBecause ?? 'not connected' } as const;
      pending.settle({ outcome, sentNs, completedNs: sentNs });
      return id;
    }
    this.#pending.add(id, pending);
    this.#send(this.#sink, message);
    return id;
  }

  protected now(): Nanoseconds {
    return this.#options.clock.now();
  }

  protected waiting(id: RequestId): Pending | undefined {
    return this.#pending.get(id);
  }

  /** A message has come and is the answer to this request. */
  protected answered(id: RequestId, pending: Pending, size: Bytes, outcome: Outcome): void {
    this.counts.messagesDown += 1;
    this.counts.payloadDown += size;
    this.#settled(id, pending, outcome, this.#options.clock.now());
  }

  /** The parameters as this client's era has them: around the parameters of every request stands the same. */
  protected inEnvelope<Params extends JsonObject | undefined>(params: Params): Params | JsonObject {
    const envelope = this.#envelope;
    if (envelope === undefined) return params;
    const own = params?.['_meta'];
    return { ...params, _meta: isObject(own) ? { ...envelope, ...own } : envelope };
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
    if (message.kind === 'notification') this.#notified(message.method, message.params, receivedNs);
    else if (message.kind === 'result' || message.kind === 'error') this.#settle(message, receivedNs);
    else if (message.kind === 'request') this.#answerServer(message.id, message.method);
    else this.strays.unreadable += 1;
  }

  /** [spec] subscriptions: the id says whose a notification is. One of a subscription that is not ours is a stray. */
  #notified(method: string, params: JsonObject, receivedNs: Nanoseconds): void {
    const subscription = subscriptionIn(params);
    if (subscription !== undefined && !this.#pending.has(subscription)) {
      if (this.#givenUp.has(subscription)) this.strays.late += 1;
      else this.strays.misrouted += 1;
    } else if (method === ACKNOWLEDGED && subscription !== undefined) this.#acknowledged(subscription, params);
    else {
      this.#reopening.works();
      this.#options.onNotification?.(method, params, receivedNs);
    }
  }

  #acknowledged(id: RequestId, params: JsonObject): void {
    const pending = this.#pending.get(id);
    if (pending?.acknowledge === undefined || pending.endless) return;
    pending.endless = pending.acknowledge(params['notifications']);
    if (!pending.endless) this.#abandon(id, { kind: 'rejected', reason: 'the server did not agree to all of it' });
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
    const outcome = outcomeOf(message);
    this.settling(message.id, pending, outcome);
    this.#settled(message.id, pending, outcome, receivedNs);
  }

  /** For those who want to see an answer before it is taken. */
  protected settling(_id: RequestId, _pending: Pending, _outcome: Outcome): void {}

  #settled(id: RequestId, pending: Pending, outcome: Outcome, completedNs: Nanoseconds): void {
    this.#pending.delete(id);
    this.#reopening.works();
    pending.settle({ outcome, sentNs: pending.sentNs, completedNs });
  }

  #countStray(id: RequestId | null): void {
    if (id === null) this.strays.unreadable += 1;
    else if (this.#givenUp.delete(id)) this.strays.late += 1;
    else if (typeof id === 'number' && id >= FIRST_ID && id < this.#nextId) this.strays.duplicated += 1;
    else this.strays.misrouted += 1;
  }

  onSendFailure(id: RequestId | undefined, reason: string, how: 'rejected' | 'disconnected' = 'rejected'): void {
    if (id === undefined) return;
    this.#giveBack(id, how === 'rejected' ? { kind: how, reason } : { kind: how, reason, onlyThis: true });
  }

  onSessionLost(): void {
    this.#reopening.lost();
  }

  onClosed(reason: string): void {
    this.#end(reason);
    this.#tellLoss(reason);
  }

  #tellLoss(reason: string): void {
    if (this.#toldOfLoss) return;
    this.#toldOfLoss = true;
    this.#options.onClosed?.(reason);
  }

  #end(reason: string): void {
    this.#pending.stop();
    this.#closedBecause ??= reason;
    for (const id of this.#pending.ids()) this.#giveBack(id, { kind: 'disconnected', reason });
  }

  #giveBack(id: RequestId, outcome: Outcome): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.settle({ outcome, sentNs: pending.sentNs, completedNs: this.#options.clock.now() });
  }

  /** Books the notice as sent only where it is: a transport may have a way of its own. */
  #cancel(id: RequestId, reason: string): void {
    if (this.#sink === undefined || this.#closedBecause !== undefined) return;
    const notice = encodeNotification('notifications/cancelled', { requestId: id, reason });
    if (!this.#sink.cancel(id, notice)) return;
    this.counts.messagesUp += 1;
    this.counts.payloadUp += notice.size;
  }

  /** Gives up what has waited too long. */
  sweep(): void {
    const now = this.#options.clock.now();
    for (const id of this.#pending.sentBefore(now - this.#timeoutNs)) this.#abandon(id, { kind: 'timed-out' });
  }

  /** Waits no longer, and tells the server. */
  #abandon(id: RequestId, outcome: Outcome): void {
    const method = this.#pending.get(id)?.method;
    this.#givenUp.add(id);
    this.#giveBack(id, outcome);
    // [spec] cancellation: `initialize` must not be cancelled by the client.
    if (method !== 'initialize') this.#cancel(id, outcome.kind === 'timed-out' ? 'timed out' : 'not wanted');
  }
}

/** How long connecting may take before it is given up, unless said otherwise. */
export const CONNECT_TIMEOUT_NS = milliseconds(10_000);
