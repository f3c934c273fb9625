/**
 * The HTTP+SSE endpoint ([spec] 2024-11-05, transports): GET opens an event stream whose first event names the URL to
 * POST messages to; a POST is answered 202 and the answer to its message comes on the stream.
 */
import type { EncodedMessage, McpSession } from '../../mcp/contract.ts';
import { readBody } from '../../wire/body.ts';
import { EventStream, streamPolicyOf } from '../../wire/event-stream.ts';
import { listenHttp } from '../../wire/http-server.ts';
import type { Body, HttpServer, ServerReply, ServerRequest } from '../../wire/http.ts';
import { isFromHere } from '../../wire/loopback-only.ts';
import { newSessionId } from '../../wire/session-id.ts';
import type { LedgerEntry } from '../../wire/socket-ledger.ts';
import type { Endpoint, EndpointOptions } from '../contract.ts';
import { KeptSessions, type SessionCarrier } from '../kept-session.ts';

const STREAM_PATH = '/sse';
const MESSAGE_PATH = '/messages';

/** One client: its session, and its event stream. */
interface Client {
  readonly session: McpSession;
  readonly stream: MessageStream;
}

interface Context {
  readonly options: EndpointOptions;
  /** By session id. It has the same length for every session, so a POST's size does not depend on which it is. */
  readonly clients: Map<string, Client>;
  /** Where sessions outlive their streams; `undefined` where a stream's end is its session's. */
  readonly kept: KeptSessions | undefined;
  readonly http: () => HttpServer;
  /** The last request that opened a stream, and the last that brought a message: what the endpoint can say it has seen. */
  lastStream: ServerRequest | undefined;
  lastMessage: ServerRequest | undefined;
}

export async function startSseEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const context: Context = {
    options,
    clients: new Map(),
    kept: options.recovery?.replay === true ? new KeptSessions(options.server) : undefined,
    http: () => http,
    lastStream: undefined,
    lastMessage: undefined,
  };
  const http = await listenHttp({
    variant: options.variant,
    resumable: options.resumable,
    onRequest: (request, reply) => route(context, request, reply),
  });
  return {
    address: `${http.origin}${STREAM_PATH}`,
    certificate: http.certificate,
    wire: () => http.wire(),
    sockets: () => http.sockets(),
    seen: () => ({
      httpVersion: context.lastStream?.httpVersion,
      messageHeaders: fieldNames(context.lastMessage),
    }),
    settings: () => ({
      ...http.settings(),
      maxMessageBytes: options.maxMessageBytes,
      heartbeatMs: options.heartbeatMs,
    }),
    closeIdle: () => http.closeIdle(),
    close: () => {
      context.kept?.conclude();
      return http.close();
    },
  };
}

/** Without the pseudo-headers of HTTP/2, which are what HTTP/1.1 has in its request line. */
const fieldNames = (request: ServerRequest | undefined): string[] =>
  Object.keys(request?.headers ?? {})
    .filter((name) => !name.startsWith(':'))
    .toSorted();

function route(context: Context, request: ServerRequest, reply: ServerReply): void {
  const [path, query] = (request.url ?? '').split('?');
  if (!isFromHere(request)) refuse(reply, 403, 'this endpoint answers its own machine only');
  else if (path === STREAM_PATH && request.method === 'GET') openStream(context, request, reply);
  else if (path === MESSAGE_PATH && request.method === 'POST') takeMessage(context, request, reply, query ?? '');
  else if (path === STREAM_PATH || path === MESSAGE_PATH)
    refuse(reply, 405, `${request.method ?? '?'} is not for ${path}`);
  else refuse(reply, 404, 'no such path');
}

function openStream(context: Context, request: ServerRequest, reply: ServerReply): void {
  const { clients, options, kept } = context;
  context.lastStream = request;
  const events = new EventStream({ request, reply, ...streamPolicyOf(options) });
  const entry = context.http().entry(request);
  if (kept !== undefined) {
    carryKept(context, kept, { request, reply, events, entry });
    return;
  }
  const sessionId = newSessionId();
  announce(context, events, sessionId, undefined);
  const stream = new MessageStream(events, entry, undefined);
  const session = options.server.openSession((message) => stream.send(message));
  clients.set(sessionId, { session, stream });
  reply.on('close', () => {
    clients.delete(sessionId);
    session.end();
  });
}

/** [spec] the first event is `endpoint`; its data is the URI to POST to. */
function announce({ options }: Context, events: EventStream, sessionId: string, eventId: string | undefined): void {
  const retryMs = options.recovery?.retryMs;
  if (retryMs !== undefined) events.retry(retryMs);
  events.send('endpoint', `${MESSAGE_PATH}?sessionId=${sessionId}`, eventId);
}

interface Arrival {
  readonly request: ServerRequest;
  readonly reply: ServerReply;
  readonly events: EventStream;
  readonly entry: LedgerEntry;
}

/**
 * Not in the specification, but in what an event stream is ([HTML] `Last-Event-ID`): every event has an id that names its
 * session and place, and whoever comes back with one finds the session as it was, and what was missed of it.
 */
function carryKept(context: Context, kept: KeptSessions, { request, reply, events, entry }: Arrival): void {
  const { clients } = context;
  const last = readEventId(request.headers['last-event-id']);
  const found = last === undefined ? undefined : kept.resumable(last.sessionId, last.sequence);
  const sessionId = found === undefined || last === undefined ? newSessionId() : last.sessionId;
  const session = found ?? kept.open(sessionId);
  // Where the client stands already, the announcement must not set it back.
  announce(context, events, sessionId, found === undefined ? eventIdOf(sessionId, 0) : undefined);
  const stream = new MessageStream(events, entry, (sequence) => eventIdOf(sessionId, sequence));
  const carrier: SessionCarrier = {
    send: (message, sequence) => stream.send(message, sequence),
    drop: () => events.end(),
  };
  const client = { session: session.mcp, stream };
  clients.set(sessionId, client);
  reply.on('close', () => {
    if (clients.get(sessionId) === client) clients.delete(sessionId);
    session.leave(carrier);
  });
  session.carry(carrier, found === undefined ? 0 : (last?.sequence ?? 0));
}

const eventIdOf = (sessionId: string, sequence: number): string => `${sessionId}.${sequence}`;

/** `undefined` without an id, or for one that no stream of ours has sent. */
function readEventId(id: string | string[] | undefined): { sessionId: string; sequence: number } | undefined {
  const [, sessionId = '', sequence = ''] = /^([^.]{1,64})\.(\d{1,15})$/.exec(String(id)) ?? [];
  return sessionId === '' ? undefined : { sessionId, sequence: Number(sequence) };
}

/** A message and its place in the session, where places are counted. */
interface Numbered {
  readonly message: EncodedMessage;
  readonly sequence: number;
}

/** Writes messages as events, with ids where they are kept. */
class MessageStream {
  readonly #events: EventStream;
  readonly #entry: LedgerEntry;
  readonly #idOf: ((sequence: number) => string) | undefined;
  #held: Numbered[] | undefined;

  constructor(events: EventStream, entry: LedgerEntry, idOf: ((sequence: number) => string) | undefined) {
    this.#events = events;
    this.#entry = entry;
    this.#idOf = idOf;
  }

  send(message: EncodedMessage, sequence = 0): void {
    if (this.#held === undefined) this.#write({ message, sequence });
    else this.#held.push({ message, sequence });
  }

  /** What is sent while the work goes on is written after `then`. */
  holdDuring(work: () => void, then: () => void): void {
    this.#held = [];
    work();
    const held = this.#held;
    this.#held = undefined;
    then();
    for (const one of held) this.#write(one);
  }

  #write({ message, sequence }: Numbered): void {
    this.#entry.messagesDown += 1;
    this.#events.send('message', message.text, this.#idOf?.(sequence));
  }
}

function takeMessage(context: Context, request: ServerRequest, reply: ServerReply, query: string): void {
  context.lastMessage = request;
  const client = context.clients.get(new URLSearchParams(query).get('sessionId') ?? '');
  if (client === undefined) {
    refuse(reply, 404, 'no such session');
  } else if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    refuse(reply, 400, 'the content type must be application/json');
  } else {
    const entry = context.http().entry(request);
    readBody(request, context.options.maxMessageBytes, (body) => {
      entry.messagesUp += body.kind === 'whole' ? 1 : 0;
      accept(client, body, reply);
    });
  }
}

/**
 * The 202 goes out before an answer that is known at once, and both in the same turn: the client then wakes once for
 * the two, and its next POST finds the connection free. A slow tool's answer comes when it comes, long after the 202.
 */
function accept({ session, stream }: Client, body: Body, reply: ServerReply): void {
  if (body.kind === 'too-large') {
    refuse(reply, 413, `a message may have ${body.limit} bytes`);
    return;
  }
  const reception = session.receive(body.text);
  if (!reception.understood) {
    refuse(reply, 400, reception.problem.text, 'application/json');
    return;
  }
  stream.holdDuring(
    () => reception.proceed(),
    () => {
      reply.writeHead(202, {});
      reply.end();
    },
  );
}

function refuse(reply: ServerReply, status: number, why: string, type = 'text/plain'): void {
  reply.writeHead(status, { 'content-type': type });
  reply.end(why);
}
