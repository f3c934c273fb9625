/** The server under test: one handler, shared by every transport, so that a difference between transports is never a difference between servers. */
import type { Clock } from '../measure/clock.ts';
import type { Bytes, Nanoseconds } from '../units.ts';
import type { Deliver, EncodedMessage, McpServer, McpSession, MessageHead, Reception } from './contract.ts';
import { type EventStamp, encodeEvent, isTopicUri, topicUri } from './events.ts';
import {
  type Incoming,
  type JsonObject,
  RPC_ERRORS,
  type RequestId,
  decode,
  encodeError,
  encodeNotification,
  encodeRaw,
  encodeResult,
  nameIn,
} from './jsonrpc.ts';
import { fillerSource } from './payload.ts';
import { negotiate } from './revisions.ts';
import { TOOLS, type ToolCall, answerText, readToolCall } from './tools.ts';

export const SERVER_INFO = { name: 'mcp-transport-bench', version: '1' };

export interface BenchServerOptions {
  readonly clock: Clock;
  /** Filler in answers follows from it; the driver makes the same. */
  readonly seed: number;
  /** What `misbehave: die` does. */
  readonly die: () => void;
}

/** How many messages the server took and gave, and their JSON-RPC bytes. */
export interface PayloadCounts {
  messagesUp: number;
  messagesDown: number;
  payloadUp: number;
  payloadDown: number;
}

export class BenchServer implements McpServer {
  readonly counts: PayloadCounts = { messagesUp: 0, messagesDown: 0, payloadUp: 0, payloadDown: 0 };
  readonly filler: (size: Bytes) => string;
  readonly clock: Clock;
  readonly die: () => void;
  readonly #sessions = new Set<BenchSession>();

  constructor(options: BenchServerOptions) {
    this.clock = options.clock;
    this.filler = fillerSource(options.seed);
    this.die = options.die;
  }

  openSession(deliver: Deliver): McpSession {
    const session = new BenchSession(
      this,
      (message, during) => {
        this.counts.messagesDown += 1;
        this.counts.payloadDown += message.size;
        deliver(message, during);
      },
      () => this.#sessions.delete(session),
    );
    this.#sessions.add(session);
    return session;
  }

  /** Sends one event to every subscriber of its topic and answers how many there were. The event is serialised once, whatever the transport. */
  publish(event: Omit<EventStamp, 'emittedNs'>, payload: Bytes): number {
    const uri = topicUri(event.topic);
    const subscribers = [...this.#sessions].filter((session) => session.subscriptions.has(uri));
    const message = encodeEvent({ ...event, emittedNs: this.clock.now() }, this.filler(payload));
    for (const session of subscribers) session.deliver(message, undefined);
    return subscribers.length;
  }

  get sessions(): number {
    return this.#sessions.size;
  }
}

/** One client's session. */
class BenchSession implements McpSession {
  readonly subscriptions = new Set<string>();
  readonly deliver: Deliver;
  readonly #server: BenchServer;
  readonly #onEnd: () => void;
  /** Calls that wait before they answer, by request id. */
  readonly #waiting = new Map<RequestId, () => void>();
  #initialized = false;
  #ended = false;

  constructor(server: BenchServer, deliver: Deliver, onEnd: () => void) {
    this.#server = server;
    this.deliver = deliver;
    this.#onEnd = onEnd;
  }

  receive(text: string): Reception {
    const counts = this.#server.counts;
    counts.messagesUp += 1;
    counts.payloadUp += Buffer.byteLength(text);
    const message = decode(text);
    switch (message.kind) {
      case 'not-json':
        return { understood: false, problem: encodeError(null, RPC_ERRORS.parseError, 'Parse error: not JSON') };
      case 'invalid':
        return {
          understood: false,
          problem: encodeError(null, RPC_ERRORS.invalidRequest, `Invalid request: ${message.why}`),
        };
      default:
        return { understood: true, head: headOf(message), proceed: () => this.#handle(message) };
    }
  }

  /** Answers to requests are passed over: this server makes none. So is what was still on its way when the client went. */
  #handle(message: Incoming): void {
    if (this.#ended) return;
    if (message.kind === 'request') this.#answer(message.id, message.method, message.params);
    else if (message.kind === 'notification') this.#notice(message.method, message.params);
  }

  end(): void {
    this.#ended = true;
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#onEnd();
  }

  #notice(method: string, params: JsonObject): void {
    if (method !== 'notifications/cancelled') return;
    // [spec] cancellation: the receiver frees what the request held and does not answer it.
    const id = params['requestId'] as RequestId;
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  #answer(id: RequestId, method: string, params: JsonObject): void {
    if (method === 'tools/call' && this.#initialized) this.#call(id, params);
    else this.deliver(this.#respond(id, method, params), id);
  }

  #respond(id: RequestId, method: string, params: JsonObject): EncodedMessage {
    if (method === 'initialize') return this.#initialize(id, params);
    if (method === 'ping') return encodeResult(id, {});
    if (!this.#initialized) return encodeError(id, RPC_ERRORS.invalidRequest, 'the session is not initialized');
    switch (method) {
      case 'tools/list':
        return encodeResult(id, { tools: TOOLS });
      case 'resources/list':
        return encodeResult(id, {
          resources: [{ uri: topicUri('feed'), name: 'feed', description: 'Events published by the endpoint.' }],
        });
      case 'resources/read':
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        return this.#resource(id, method, params['uri']);
      default:
        return encodeError(id, RPC_ERRORS.methodNotFound, `Method not found: ${method}`);
    }
  }

  #initialize(id: RequestId, params: JsonObject): EncodedMessage {
    this.#initialized = true;
    return encodeResult(id, {
      protocolVersion: negotiate(params['protocolVersion']),
      capabilities: { tools: {}, resources: { subscribe: true } },
      serverInfo: SERVER_INFO,
    });
  }

  #resource(id: RequestId, method: string, uri: unknown): EncodedMessage {
    if (typeof uri !== 'string' || !isTopicUri(uri))
      return encodeError(id, RPC_ERRORS.invalidParams, 'unknown resource');
    if (method === 'resources/read')
      return encodeResult(id, { contents: [{ uri, mimeType: 'text/plain', text: uri }] });
    if (method === 'resources/subscribe') this.subscriptions.add(uri);
    else this.subscriptions.delete(uri);
    return encodeResult(id, {});
  }

  #call(id: RequestId, params: JsonObject): void {
    const read = readToolCall(params);
    if (!read.ok) {
      this.deliver(encodeError(id, RPC_ERRORS.invalidParams, read.why), id);
      return;
    }
    const { call } = read;
    if (call.tool === 'delay') this.#answerLater(id, call, this.#server.clock.now());
    else if (call.tool === 'misbehave') this.#misbehave(id, call);
    else {
      if (call.tool === 'progress') this.#reportProgress(id, call.steps, params['_meta'] as JsonObject | undefined);
      this.deliver(this.#result(id, call), id);
    }
  }

  #answerLater(id: RequestId, call: Extract<ToolCall, { tool: 'delay' }>, nowNs: Nanoseconds): void {
    const due = (nowNs + call.delayMs * 1e6) as Nanoseconds;
    let answered = false; // A clock calls back at once when there is nothing to wait for.
    const cancel = this.#server.clock.at(due, () => {
      answered = true;
      this.#waiting.delete(id);
      this.deliver(this.#result(id, call), id);
    });
    if (!answered) this.#waiting.set(id, cancel);
  }

  #reportProgress(id: RequestId, steps: number, meta: JsonObject | undefined): void {
    const progressToken = meta?.['progressToken'];
    if (progressToken === undefined) return; // [spec] progress is sent only to those who gave a token.
    for (let progress = 1; progress <= steps; progress += 1) {
      this.deliver(encodeNotification('notifications/progress', { progressToken, progress, total: steps }), id);
    }
  }

  #misbehave(id: RequestId, call: Extract<ToolCall, { tool: 'misbehave' }>): void {
    switch (call.how) {
      case 'die':
        this.#server.die();
        return;
      case 'never':
        return;
      case 'not-json':
        this.deliver(encodeRaw('{"jsonrpc":"2.0",'), id);
        return;
      case 'wrong-id':
        this.deliver(this.#result(typeof id === 'number' ? id + 900_000_000 : `${id}-not`, call), id);
        return;
      case 'twice':
        this.deliver(this.#result(id, call), id);
        this.deliver(this.#result(id, call), id);
        return;
      case 'wrong-text':
        this.deliver(this.#result(id, call), id);
        return;
    }
  }

  #result(id: RequestId, call: ToolCall): EncodedMessage {
    const content = [{ type: 'text', text: answerText(call, this.#server.filler) }];
    return encodeResult(id, call.tool === 'fail' ? { content, isError: true } : { content });
  }
}

/** What a transport may need to know of a message before it is handled. */
function headOf(message: Exclude<Incoming, { kind: 'not-json' | 'invalid' }>): MessageHead {
  if (message.kind === 'request' || message.kind === 'notification') {
    const { method, params } = message;
    const id = message.kind === 'request' ? message.id : undefined;
    return { kind: message.kind, id, method, name: nameIn(params), protocolVersion: undefined };
  }
  return { kind: 'answer', id: undefined, method: undefined, name: undefined, protocolVersion: undefined };
}
