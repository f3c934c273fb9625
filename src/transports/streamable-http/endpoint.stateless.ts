/** [spec] 2026-07-28, Streamable HTTP: POST only, every request stands by itself, and a closed response is a cancellation. */
import { setTimeout as pause } from 'node:timers/promises';
import type { EncodedMessage, McpSession, MessageHead } from '../../mcp/contract.ts';
import { RPC_ERRORS, encodeError } from '../../mcp/jsonrpc.ts';
import type { ServerReply, ServerRequest } from '../../wire/http.ts';
import { EventStream, type EventStreamOptions, type StreamPolicy, streamPolicyOf } from '../../wire/event-stream.ts';
import type { LedgerEntry } from '../../wire/socket-ledger.ts';
import type { EndpointOptions } from '../contract.ts';
import {
  type Generation,
  MESSAGE_EVENT,
  type Traffic,
  accepted,
  field,
  isAnswer,
  isRequest,
  readMessage,
  replyJson,
} from './endpoint.replies.ts';
import { fromHeaderValue } from './header-value.ts';

/** [spec] standard request headers: these repeat `params.name` or `params.uri`. */
const NAMED_METHODS: readonly string[] = ['tools/call', 'resources/read', 'prompts/get'];
/** The one method whose reply has to be a stream, however others are answered. */
const LISTEN = 'subscriptions/listen';

/** A client that does not read its last answers is not waited for any longer. */
const GRACE_MS = 500;

export class StatelessGeneration implements Generation {
  readonly methods = ['POST'];
  readonly #options: EndpointOptions;
  readonly #policy: StreamPolicy;
  readonly #traffic: Traffic;
  readonly #waiting = new Map<McpSession, Waiting>();

  constructor(options: EndpointOptions, traffic: Traffic) {
    this.#options = options;
    this.#policy = streamPolicyOf(options);
    this.#traffic = traffic;
  }

  take(request: ServerRequest, reply: ServerReply): void {
    readMessage(request, reply, this.#options.maxMessageBytes, (text) => this.#receive(request, reply, text));
  }

  #receive(request: ServerRequest, reply: ServerReply, text: string): void {
    const entry = this.#traffic.entry(request);
    entry.messagesUp += 1;
    this.#traffic.opened(request);
    this.#traffic.message(request);
    // Nothing is delivered before there is something to answer.
    const seat: { answering?: Answering } = {};
    const session = this.#options.server.openSession((message) => seat.answering?.deliver(message));
    const reception = session.receive(text);
    if (!reception.understood) {
      session.end();
      replyJson(reply, 400, reception.problem);
      return;
    }
    const { head } = reception;
    if (!isRequest(head)) {
      reception.proceed();
      session.end();
      accepted(reply);
      return;
    }
    const mismatch = mismatchIn(request, head);
    if (mismatch !== undefined) {
      session.end();
      replyJson(reply, 400, encodeError(head.id, RPC_ERRORS.headerMismatch, `Header mismatch: ${mismatch}`));
      return;
    }
    const asEvents = head.method === LISTEN || this.#options.variant.reply !== 'json';
    const answering = new Answering({ request, reply, ...this.#policy }, entry, asEvents);
    seat.answering = answering;
    reception.proceed();
    if (answering.settle()) session.end();
    else this.#wait(reply, session, answering);
  }

  /** [spec] cancellation: a response that is closed before its end ends the request. */
  #wait(reply: ServerReply, session: McpSession, answering: Answering): void {
    this.#waiting.set(session, { reply, answering });
    reply.on('close', () => {
      answering.stop();
      this.#waiting.delete(session);
      session.end();
    });
  }

  /** Under HTTP/2 a connection that is closed takes along what has been written and not been sent. */
  async close(): Promise<void> {
    const leaving: Promise<void>[] = [];
    for (const [session, { reply, answering }] of this.#waiting) {
      session.conclude();
      if (answering.answered) leaving.push(new Promise((resolve) => void reply.on('close', resolve)));
    }
    await Promise.race([Promise.all(leaving), pause(GRACE_MS, undefined, { ref: false })]);
  }
}

/** A request that is not answered within its turn. */
interface Waiting {
  readonly reply: ServerReply;
  readonly answering: Answering;
}

/** What the headers say otherwise than the body; `undefined` when they agree. */
function mismatchIn(request: ServerRequest, head: MessageHead): string | undefined {
  const version = field(request, 'mcp-protocol-version');
  if (version === undefined) return 'MCP-Protocol-Version is missing';
  // A body that names no revision is refused for that, by the session.
  if (head.protocolVersion !== undefined && version !== head.protocolVersion)
    return differs('MCP-Protocol-Version', version, head.protocolVersion);
  const method = field(request, 'mcp-method');
  if (method === undefined) return 'Mcp-Method is missing';
  if (method !== head.method) return differs('Mcp-Method', method, head.method);
  return NAMED_METHODS.includes(head.method) ? nameMismatch(field(request, 'mcp-name'), head.name) : undefined;
}

function nameMismatch(raw: string | undefined, expected: string | undefined): string | undefined {
  if (raw === undefined) return 'Mcp-Name is missing';
  const name = fromHeaderValue(raw);
  if (name === undefined) return 'Mcp-Name is not valid Base64';
  return name === expected ? undefined : differs('Mcp-Name', name, expected);
}

const differs = (header: string, found: string, body: string | undefined): string =>
  `${header} is ${JSON.stringify(found)}, the body says ${JSON.stringify(body ?? null)}`;

/** [spec] errors that HTTP has a status for; every other answer is a 200, whatever it says: a tool's or a resource's -32602 too. */
const STATUS_OF: ReadonlyMap<number, number> = new Map([
  [RPC_ERRORS.methodNotFound, 404],
  [RPC_ERRORS.invalidParams, 400],
  [RPC_ERRORS.invalidRequest, 400],
  [RPC_ERRORS.headerMismatch, 400],
  [RPC_ERRORS.unsupportedProtocolVersion, 400],
]);

/** One request's reply. What is known within the turn leaves in one piece; an error that is known by then leaves with its status. */
class Answering {
  readonly #options: EventStreamOptions;
  readonly #entry: LedgerEntry;
  readonly #asEvents: boolean;
  /** Messages of the turn in which the request is handled. */
  readonly #held: EncodedMessage[] = [];
  #stream: EventStream | undefined;
  #answered = false;

  constructor(options: EventStreamOptions, entry: LedgerEntry, asEvents: boolean) {
    this.#options = options;
    this.#entry = entry;
    this.#asEvents = asEvents;
  }

  deliver(message: EncodedMessage): void {
    if (this.#answered && this.#stream !== undefined) return;
    if (!this.#asEvents) this.#json(message);
    else if (this.#stream === undefined) this.#hold(message);
    else this.#event(this.#stream, message);
  }

  get answered(): boolean {
    return this.#answered;
  }

  /** The turn is over. Answers whether the request is, too. */
  settle(): boolean {
    if (!this.#asEvents) return this.#answered;
    const [first] = this.#held;
    const status = first === undefined ? undefined : statusOf(first);
    if (first !== undefined && status !== undefined) {
      this.#entry.messagesDown += 1;
      replyJson(this.#options.reply, status, first);
      return true;
    }
    const stream = new EventStream(this.#options);
    this.#stream = stream;
    // The client may know at once that its request has arrived.
    if (first === undefined) stream.open();
    for (const message of this.#held) this.#write(stream, message);
    if (this.#answered) stream.end();
    return this.#answered;
  }

  /** The client has gone: what comes now is for nobody. */
  stop(): void {
    this.#answered = true;
  }

  /** As JSON there is room for the answer and for nothing else. */
  #json(message: EncodedMessage): void {
    if (!isAnswer(message) || this.#answered) return;
    this.#answered = true;
    this.#entry.messagesDown += 1;
    replyJson(this.#options.reply, statusOf(message) ?? 200, message);
  }

  #hold(message: EncodedMessage): void {
    this.#held.push(message);
    if (isAnswer(message)) this.#answered = true;
  }

  #event(stream: EventStream, message: EncodedMessage): void {
    this.#write(stream, message);
    if (!isAnswer(message)) return;
    this.#answered = true;
    stream.end();
  }

  #write(stream: EventStream, message: EncodedMessage): void {
    this.#entry.messagesDown += 1;
    stream.send(MESSAGE_EVENT, message.text);
  }
}

const statusOf = ({ errorCode }: EncodedMessage): number | undefined =>
  errorCode === undefined ? undefined : STATUS_OF.get(errorCode);
