/** One client's session: which of its requests is answered where, and where everything else goes. */
import { newSessionId } from '../../wire/session-id.ts';
import type { EncodedMessage, McpServer, McpSession, MessageHead } from '../../mcp/contract.ts';
import { type JsonObject, RPC_ERRORS, type RequestId, encodeError, isObject } from '../../mcp/jsonrpc.ts';
import { accepted, isAnswer, isRequest, refuse, replyJson } from './endpoint.replies.ts';
import type { Recovery } from '../contract.ts';
import { type EventPosition, ReplayLog } from '../replay-log.ts';
import { type Carrier, ResumableStream } from './endpoint.streams.ts';

/** A session that nobody has used for so long has lost its client: [spec] the server may end it at any time. */
const IDLE_MS = 5 * 60_000;

/** [spec] from this revision on clients can read an event that has an id and no data. */
const FIRST_PRIMED_REVISION = '2025-11-25';

/** The number of the stream that GET opens; requests have the numbers after it. */
const STANDALONE = 0;

/** A request and where to reply. */
export type Arrival = Carrier;

/** Where the messages that belong to one request go. */
interface Target {
  deliver(message: EncodedMessage): void;
  /** Nothing more will come. */
  abandon(): void;
}

export interface SessionOptions {
  /** Answers are event streams. */
  readonly asEvents: boolean;
  readonly recovery: Recovery;
}

export class Session {
  readonly id = newSessionId();
  readonly #mcp: McpSession;
  readonly #asEvents: boolean;
  readonly #onEnd: () => void;
  readonly #recovery: Recovery;
  readonly #log = new ReplayLog();
  readonly #standalone: ResumableStream;
  readonly #targets = new Map<RequestId, Target>();
  /** Streams whose request is not answered yet, by their numbers. */
  readonly #streams = new Map<number, ResumableStream>();
  readonly #idle: NodeJS.Timeout;
  #nextStream = STANDALONE + 1;
  #revision = '';
  #ended = false;

  constructor(server: McpServer, { asEvents, recovery }: SessionOptions, onEnd: () => void) {
    this.#mcp = server.openSession((message, during) => this.#deliver(message, during));
    this.#asEvents = asEvents;
    this.#recovery = recovery;
    this.#standalone = new ResumableStream(STANDALONE, this.#log, recovery);
    this.#onEnd = onEnd;
    this.#idle = setTimeout(() => this.#expire(), IDLE_MS).unref();
  }

  /** The negotiated one. */
  get revision(): string {
    return this.#revision;
  }

  /** Answers the message that is to begin the session, and whether it has. */
  begin(arrival: Arrival, text: string): boolean {
    const reception = this.#mcp.receive(text);
    const problem = reception.understood ? problemAtBegin(reception.head) : reception.problem;
    if (!reception.understood || problem !== undefined) {
      this.end();
      if (problem !== undefined) replyJson(arrival.reply, 400, problem);
      return false;
    }
    const { id } = reception.head;
    let answer: EncodedMessage | undefined;
    if (id !== undefined)
      this.#targets.set(id, { deliver: (message) => void (answer = message), abandon: () => undefined });
    reception.proceed();
    if (id !== undefined) this.#targets.delete(id);
    const revision = answer === undefined ? undefined : negotiatedIn(answer.text);
    if (answer === undefined || revision === undefined) {
      this.end();
      if (answer === undefined) refuse(arrival.reply, 500, 'initialize was not answered');
      else replyJson(arrival.reply, 400, answer);
      return false;
    }
    this.#revision = revision;
    this.#welcome(arrival, answer);
    return true;
  }

  #welcome(arrival: Arrival, answer: EncodedMessage): void {
    const headers = { 'mcp-session-id': this.id };
    if (!this.#asEvents) {
      arrival.entry.messagesDown += 1;
      replyJson(arrival.reply, 200, answer, headers);
      return;
    }
    const stream = this.#newStream();
    stream.send(answer);
    stream.begin({ ...arrival, headers }, this.#primed);
    stream.end();
  }

  receive(arrival: Arrival, text: string): void {
    this.#idle.refresh();
    const reception = this.#mcp.receive(text);
    if (!reception.understood) {
      replyJson(arrival.reply, 400, reception.problem);
      return;
    }
    const { head } = reception;
    if (!isRequest(head)) {
      reception.proceed();
      if (head.method === 'notifications/cancelled') this.#abandon(text);
      accepted(arrival.reply);
    } else if (head.method === 'initialize' || this.#targets.has(head.id)) {
      const why = head.method === 'initialize' ? 'the session is initialized' : 'a request with this id is under way';
      replyJson(arrival.reply, 400, encodeError(head.id, RPC_ERRORS.invalidRequest, why));
    } else if (this.#asEvents) {
      this.#answerAsEvents(arrival, head.id, () => reception.proceed());
    } else {
      this.#answerAsJson(arrival, head.id);
      reception.proceed();
    }
  }

  /** What is known within the turn leaves in one piece, the end of the stream included. */
  #answerAsEvents(arrival: Arrival, id: RequestId, proceed: () => void): void {
    const stream = this.#newStream();
    let inTurn = true;
    let answered = false;
    const finish = (): void => {
      this.#targets.delete(id);
      this.#streams.delete(stream.number);
      stream.end();
    };
    this.#targets.set(id, {
      deliver: (message) => {
        stream.send(message);
        if (!isAnswer(message)) return;
        answered = true;
        if (!inTurn) finish();
      },
      abandon: finish,
    });
    proceed();
    inTurn = false;
    stream.begin(arrival, this.#primed);
    if (answered) finish();
    else this.#streams.set(stream.number, stream);
  }

  /** As JSON there is room for the answer and for nothing else. */
  #answerAsJson({ reply, entry }: Arrival, id: RequestId): void {
    this.#targets.set(id, {
      deliver: (message) => {
        if (!isAnswer(message)) return;
        this.#targets.delete(id);
        entry.messagesDown += 1;
        replyJson(reply, 200, message);
      },
      abandon: () => {
        this.#targets.delete(id);
        reply.destroy();
      },
    });
  }

  /** [spec] cancellation: the request is not answered any more, so its reply is over. */
  #abandon(text: string): void {
    const { params } = JSON.parse(text) as { readonly params?: JsonObject };
    this.#targets.get(params?.['requestId'] as RequestId)?.abandon();
  }

  /** Opens the stream for what the server sends unasked. */
  listen(arrival: Arrival): void {
    this.#idle.refresh();
    // [spec] each message goes on one stream only; a second one of this kind would have nothing to carry.
    if (this.#standalone.live) refuse(arrival.reply, 409, 'the session has such a stream already');
    else this.#standalone.listen(arrival, this.#primed);
  }

  /** Goes on with the stream that this event belongs to. */
  resume(arrival: Arrival, position: EventPosition | undefined): void {
    this.#idle.refresh();
    if (position === undefined || !this.#resumeAt(arrival, position))
      refuse(arrival.reply, 400, 'what followed this event is not kept');
  }

  #resumeAt(arrival: Arrival, { stream: number, sequence }: EventPosition): boolean {
    const stream = number === STANDALONE ? this.#standalone : this.#streams.get(number);
    if (stream !== undefined) return stream.resume(arrival, sequence);
    // The request has been answered in the meantime: what is left ends with the answer.
    const missed = this.#log.after({ stream: number, sequence });
    const last = missed?.at(-1);
    if (missed === undefined || last === undefined || !isAnswer(last.message)) return false;
    const rest = new ResumableStream(number, this.#log, this.#recovery);
    rest.replay(arrival, missed);
    rest.end();
    return true;
  }

  end(): void {
    this.#close(() => this.#mcp.end());
  }

  /** As `end`, while the client can still be told. */
  conclude(): void {
    this.#close(() => this.#mcp.conclude());
  }

  #close(endMcp: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#idle);
    endMcp();
    for (const target of this.#targets.values()) target.abandon();
    this.#standalone.end();
    this.#onEnd();
  }

  #expire(): void {
    if (this.#standalone.live || this.#targets.size > 0) this.#idle.refresh();
    else this.end();
  }

  /** What belongs to no open request goes where nothing else does: a second answer among it, which only a misbehaving tool gives. */
  #deliver(message: EncodedMessage, during: RequestId | undefined): void {
    const target = during === undefined ? undefined : this.#targets.get(during);
    if (target === undefined) this.#standalone.send(message);
    else target.deliver(message);
  }

  #newStream(): ResumableStream {
    const stream = new ResumableStream(this.#nextStream, this.#log, this.#recovery);
    this.#nextStream += 1;
    return stream;
  }

  get #primed(): boolean {
    return this.#revision >= FIRST_PRIMED_REVISION;
  }
}

function problemAtBegin(head: MessageHead): EncodedMessage | undefined {
  if (isRequest(head) && head.method === 'initialize') return undefined;
  return encodeError(head.id ?? null, RPC_ERRORS.invalidRequest, 'Mcp-Session-Id is missing');
}

/** The revision in the answer to `initialize`; `undefined` when it was refused. */
function negotiatedIn(text: string): string | undefined {
  const { result } = JSON.parse(text) as { readonly result?: unknown };
  return isObject(result) ? String(result['protocolVersion']) : undefined;
}
