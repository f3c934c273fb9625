/** One client's session at the server, as far as both generations of the protocol have it alike: reading, calling tools, waiting, ending. */
import type { Clock } from '../measure/clock.ts';
import type { Bytes, Nanoseconds } from '../units.ts';
import type { Deliver, EncodedMessage, McpSession, MessageHead, Reception } from './contract.ts';
import { protocolVersionIn } from './envelope.ts';
import { topicUri } from './events.ts';
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
import type { Subscribers } from './subscribers.ts';
import { type ToolCall, answerText, readToolCall } from './tools.ts';

/** How many messages the server took and gave, and their JSON-RPC bytes. */
export interface PayloadCounts {
  messagesUp: number;
  messagesDown: number;
  payloadUp: number;
  payloadDown: number;
}

/** What a session needs of its server. */
export interface SessionHost {
  readonly counts: PayloadCounts;
  readonly clock: Clock;
  readonly subscribers: Subscribers;
  readonly filler: (size: Bytes) => string;
  /** What `misbehave: die` does. */
  readonly die: () => void;
  forget(session: McpSession): void;
}

/** A request that is not answered yet. */
export interface Held {
  /** Frees what it holds. */
  readonly release: () => void;
  /** The answer when the server ends it of its own accord; without one it is forgotten. */
  readonly farewell?: EncodedMessage;
}

export const CAPABILITIES = { tools: {}, resources: { subscribe: true } };
export const RESOURCES = [
  { uri: topicUri('feed'), name: 'feed', description: 'Events published by the endpoint.' },
] as const;

/** Over HTTP a session may live for one request: what not every request needs is made when it is needed. */
export abstract class BenchSession implements McpSession {
  protected readonly host: SessionHost;
  readonly #deliver: Deliver;
  #held: Map<RequestId, Held> | undefined;
  #ended = false;

  constructor(host: SessionHost, deliver: Deliver) {
    this.host = host;
    this.#deliver = deliver;
  }

  /** Answers a request, or begins to: at once where it is refused. */
  protected abstract answer(id: RequestId, method: string, params: JsonObject): void;

  /** A finished result as the session's generation has it. */
  protected abstract complete(result: JsonObject): JsonObject;

  receive(text: string): Reception {
    const { counts } = this.host;
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
    if (message.kind === 'request') this.answer(message.id, message.method, message.params);
    else if (message.kind === 'notification') this.#notice(message.method, message.params);
  }

  conclude(): void {
    for (const [id, { farewell }] of this.#held ?? []) if (farewell !== undefined) this.send(farewell, id);
    this.end();
  }

  end(): void {
    this.#ended = true;
    for (const held of this.#held?.values() ?? []) held.release();
    this.#held = undefined;
    this.host.forget(this);
  }

  protected send(message: EncodedMessage, during: RequestId | undefined): void {
    const { counts } = this.host;
    counts.messagesDown += 1;
    counts.payloadDown += message.size;
    this.#deliver(message, during);
  }

  protected refuse(id: RequestId, code: number, message: string, data?: JsonObject): void {
    this.send(encodeError(id, code, message, data), id);
  }

  /**
   * Refuses what is asked for, where the request itself is in order. To an HTTP transport this is an answer like any other:
   * [spec] basic, `_meta`: 400 is for an -32602 that says a required field is missing. The official server does the same.
   */
  protected decline(id: RequestId, why: string): void {
    this.send({ ...encodeError(id, RPC_ERRORS.invalidParams, why), errorCode: undefined }, id);
  }

  protected hold(id: RequestId, held: Held): void {
    this.#held ??= new Map();
    this.#held.set(id, held);
  }

  #notice(method: string, params: JsonObject): void {
    if (method !== 'notifications/cancelled') return;
    // [spec] cancellation: the receiver frees what the request held and does not answer it.
    const id = params['requestId'] as RequestId;
    this.#held?.get(id)?.release();
    this.#held?.delete(id);
  }

  protected callTool(id: RequestId, params: JsonObject): void {
    const read = readToolCall(params);
    if (!read.ok) {
      this.decline(id, read.why);
      return;
    }
    const { call } = read;
    if (call.tool === 'delay') this.#answerLater(id, call, this.host.clock.now());
    else if (call.tool === 'misbehave') this.#misbehave(id, call);
    else {
      if (call.tool === 'progress') this.#reportProgress(id, call.steps, params['_meta'] as JsonObject | undefined);
      this.send(this.#result(id, call), id);
    }
  }

  #answerLater(id: RequestId, call: Extract<ToolCall, { tool: 'delay' }>, nowNs: Nanoseconds): void {
    const due = (nowNs + call.delayMs * 1e6) as Nanoseconds;
    let answered = false; // A clock calls back at once when there is nothing to wait for.
    const release = this.host.clock.at(due, () => {
      answered = true;
      this.#held?.delete(id);
      this.send(this.#result(id, call), id);
    });
    if (!answered) this.hold(id, { release });
  }

  #reportProgress(id: RequestId, steps: number, meta: JsonObject | undefined): void {
    const progressToken = meta?.['progressToken'];
    if (progressToken === undefined) return; // [spec] progress is sent only to those who gave a token.
    for (let progress = 1; progress <= steps; progress += 1) {
      this.send(encodeNotification('notifications/progress', { progressToken, progress, total: steps }), id);
    }
  }

  #misbehave(id: RequestId, call: Extract<ToolCall, { tool: 'misbehave' }>): void {
    switch (call.how) {
      case 'die':
        this.host.die();
        return;
      case 'never':
        return;
      case 'not-json':
        this.send(encodeRaw('{"jsonrpc":"2.0",'), id);
        return;
      case 'wrong-id':
        this.send(this.#result(typeof id === 'number' ? id + 900_000_000 : `${id}-not`, call), id);
        return;
      case 'twice':
        this.send(this.#result(id, call), id);
        this.send(this.#result(id, call), id);
        return;
      case 'wrong-text':
        this.send(this.#result(id, call), id);
        return;
    }
  }

  #result(id: RequestId, call: ToolCall): EncodedMessage {
    const content = [{ type: 'text', text: answerText(call, this.host.filler) }];
    return encodeResult(id, this.complete(call.tool === 'fail' ? { content, isError: true } : { content }));
  }
}

/** What a transport may need to know of a message before it is handled. */
function headOf(message: Exclude<Incoming, { kind: 'not-json' | 'invalid' }>): MessageHead {
  if (message.kind === 'request') {
    const { kind, id, method, params } = message;
    return { kind, id, method, name: nameIn(params), protocolVersion: protocolVersionIn(params) };
  }
  if (message.kind === 'notification') {
    const { kind, method, params } = message;
    return { kind, id: undefined, method, name: nameIn(params), protocolVersion: undefined };
  }
  return { kind: 'answer', id: undefined, method: undefined, name: undefined, protocolVersion: undefined };
}
