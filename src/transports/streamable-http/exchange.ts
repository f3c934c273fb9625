/** One HTTP request of the client, and what comes back for it: an event stream, a JSON object, a mere status. */
import type { EncodedMessage } from '../../mcp/contract.ts';
import { decode } from '../../mcp/jsonrpc.ts';
import { type Bytes, bytes } from '../../units.ts';
import type { HttpExchange, HttpHandler } from '../../wire/http.ts';
import { beginsAsCall, isUsualResult } from './answer-bytes.ts';
import { ByteMessageStream } from './byte-message-stream.ts';
import { MessageStream } from './message-stream.ts';

export type ResponseHeaders = Readonly<Record<string, string | undefined>>;

/** Who makes the requests. */
export interface ExchangeOwner {
  readonly limit: Bytes;
  /** Whether event streams come in pieces that are read in place. */
  readonly readsBytes: boolean;
  /** The first request is being written to a socket. */
  onStart(): void;
  onHead(exchange: Exchange, status: number, headers: ResponseHeaders): void;
  onMessage(text: string, size: Bytes): void;
  /** As `onMessage`, for bytes `start` up to `end`, to be taken before this returns. */
  onBytes(buffer: Buffer, start: number, end: number): void;
  /** Its request is over, however: told before the rest. */
  onOver(exchange: Exchange): void;
  /** The response ended. For a request `answered` says whether its answer, or what stood in its place, was in it. */
  onDone(exchange: Exchange, answered: boolean): void;
  /** The server refused, or sent what cannot be read. */
  onRefused(exchange: Exchange, status: number, reason: string): void;
  /** The connection broke, or there was none. */
  onBroken(exchange: Exchange, reason: string): void;
}

const HTTP_NOT_FOUND = 404;

/** `taken`: a JSON object that was told of as soon as it was in. */
type Body = 'events' | 'json' | 'taken' | 'error' | 'none';

export class Exchange implements HttpHandler {
  /** What was sent; `undefined` for the stream that GET opens. */
  readonly message: EncodedMessage | undefined;
  /** The request under way. */
  http: HttpExchange | undefined;
  /** The id of the session that it belongs to, where there are sessions. */
  session: string | undefined;
  /** How often the stream has been taken up again since the last event. */
  attempts = 0;
  readonly #owner: ExchangeOwner;
  #stream: MessageStream | ByteMessageStream | undefined;
  #body: Body = 'none';
  #chunks: Buffer[] = [];
  #length = 0;
  #status = 0;
  /** Stays, whatever comes after the answer. */
  #answer: 'none' | 'here' | 'stray' = 'none';
  #contentType = '';

  constructor(message: EncodedMessage | undefined, owner: ExchangeOwner) {
    this.message = message;
    this.#owner = owner;
  }

  /** Where its event stream stands; `undefined` without one, or without ids in it. */
  get lastEventId(): string | undefined {
    return this.#stream?.lastEventId;
  }

  get retryMs(): number | undefined {
    return this.#stream?.retryMs;
  }

  /** The response is an event stream, or was one before it broke. */
  get streams(): boolean {
    return this.#stream !== undefined;
  }

  onStart(): void {
    this.#owner.onStart();
  }

  onHead(status: number, headers: ResponseHeaders): void {
    this.#status = status;
    this.#contentType = headers['content-type'] ?? '';
    this.#body = bodyOf(status, this.#contentType);
    if (this.#body === 'events') this.#startStream();
    this.#owner.onHead(this, status, headers);
  }

  #startStream(): void {
    if (this.#stream !== undefined) {
      this.#stream.restart();
      return;
    }
    const { limit, readsBytes } = this.#owner;
    const onUnreadable = (reason: string): void => this.#giveUp(reason);
    if (readsBytes) {
      this.#stream = new ByteMessageStream(limit, {
        onBytes: (buffer, start, end) => {
          this.attempts = 0;
          this.#takeBytes(buffer, start, end);
        },
        onUnreadable,
      });
      return;
    }
    this.#stream = new MessageStream(limit, {
      onMessage: (text, size) => {
        this.attempts = 0;
        this.#look(text);
        this.#owner.onMessage(text, size);
      },
      onUnreadable,
    });
  }

  onBytes(buffer: Buffer, start: number, end: number, last: boolean): void {
    if (this.#stream instanceof ByteMessageStream && this.#body === 'events') this.#stream.feed(buffer, start, end);
    else if (this.#body === 'json' && last && this.#length === 0 && end - start <= this.#owner.limit) {
      this.#body = 'taken';
      this.#owner.onOver(this);
      this.#takeBytes(buffer, start, end);
    } else if (this.#body !== 'none') this.#keep(Buffer.from(buffer.subarray(start, end)));
  }

  onData(chunk: Buffer): void {
    if (this.#stream instanceof MessageStream && this.#body === 'events') this.#stream.feed(chunk);
    else if (this.#body !== 'none') this.#keep(chunk);
  }

  #keep(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length <= this.#owner.limit) this.#chunks.push(chunk);
    else this.#giveUp(`the server sent a message of more than ${this.#owner.limit} bytes`);
  }

  #giveUp(reason: string): void {
    this.#body = 'none';
    this.http?.abort();
    this.#owner.onOver(this);
    this.#owner.onRefused(this, this.#status, reason);
  }

  onEnd(): void {
    this.#owner.onOver(this);
    if (this.#body === 'error') this.#refused(this.#text());
    else {
      if (this.#body === 'json') this.#takeJson(this.#text());
      const why = this.#asks && this.#answer !== 'here' ? this.#unfit() : undefined;
      if (why === undefined) this.#owner.onDone(this, this.#answered);
      else this.#owner.onRefused(this, this.#status, why);
    }
  }

  onError(error: Error): void {
    this.#owner.onOver(this);
    if (this.#body === 'events' && this.#answered && this.message !== undefined) this.#owner.onDone(this, true);
    else this.#owner.onBroken(this, error.message);
  }

  #text(): string {
    const [only] = this.#chunks;
    const text = (this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks)).toString(
      'utf8',
    );
    this.#chunks = [];
    return text;
  }

  #takeJson(text: string): void {
    this.#look(text);
    this.#owner.onMessage(text, bytes(this.#length));
  }

  #takeBytes(buffer: Buffer, start: number, end: number): void {
    const id = this.message?.id;
    if (this.#answer !== 'here' && this.#asks && !beginsAsCall(buffer, start, end)) {
      if (typeof id === 'number' && isUsualResult(buffer, start, end, id)) this.#answer = 'here';
      else this.#look(buffer.toString('utf8', start, end));
    }
    this.#owner.onBytes(buffer, start, end);
  }

  /** A JSON-RPC error to this very request is passed on as the message that it is. */
  #refused(text: string): void {
    const problem = text === '' ? undefined : decode(text);
    const id = this.message?.id;
    // [spec] 2025-11-25, session management: 404 speaks of the session, whatever the body says.
    const ofSession = this.#status === HTTP_NOT_FOUND && this.session !== undefined;
    if (problem?.kind !== 'error') this.#owner.onRefused(this, this.#status, '');
    else if (ofSession || problem.id === null || problem.id !== id)
      this.#owner.onRefused(this, this.#status, `error ${problem.code}: ${problem.message}`);
    else {
      this.#takeJson(text);
      this.#owner.onDone(this, true);
    }
  }

  /** Whether what was sent wants an answer: an answer to the server's own request has an id too, and wants none. */
  get #asks(): boolean {
    return this.message?.id !== undefined && this.message.method !== undefined;
  }

  get #answered(): boolean {
    return !this.#asks || this.#answer === 'here';
  }

  /** What came in place of the answer, where nothing more is to come; `undefined` where nothing came. */
  #unfit(): string | undefined {
    if (this.#answer === 'stray') return 'without an answer to this request';
    if (this.#status !== HTTP_OK || this.#body !== 'none') return undefined;
    return `with content type ${JSON.stringify(this.#contentType.slice(0, MOST_OF_A_TYPE))}`;
  }

  #look(text: string): void {
    if (this.#answer === 'here' || !this.#asks || text.startsWith(CALL_START)) return;
    if (this.#isAnswer(text)) this.#answer = 'here';
    else if (!isCall(text)) this.#answer = 'stray';
  }

  /** The usual answers are known by how they begin, without reading them again. */
  #isAnswer(text: string): boolean {
    const id = this.message?.id;
    if (text.startsWith(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{`) && !text.includes('"error"'))
      return true;
    const message = decode(text);
    return (message.kind === 'result' || message.kind === 'error') && message.id === id;
  }
}

/** How the usual notifications begin. */
const CALL_START = '{"jsonrpc":"2.0","method":"';
const HTTP_OK = 200;
const MOST_OF_A_TYPE = 80;

function isCall(text: string): boolean {
  const { kind } = decode(text);
  return kind === 'notification' || kind === 'request';
}

/** [spec] the server chooses between the two content types; the client supports both. */
function bodyOf(status: number, contentType: string): Body {
  if (status >= 300) return 'error';
  if (status !== 200) return 'none';
  if (/^text\/event-stream\s*(;|$)/i.test(contentType)) return 'events';
  return /^application\/json\s*(;|$)/i.test(contentType) ? 'json' : 'none';
}
