/**
 * The HTTP+SSE endpoint ([spec] 2024-11-05, transports): GET opens an event stream whose first event names the URL to
 * POST messages to; a POST is answered 202 and the answer to its message comes on the stream.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { EncodedMessage, McpSession } from '../../mcp/contract.ts';
import type { Bytes } from '../../units.ts';
import type { Endpoint, EndpointOptions } from '../contract.ts';
import { SERVER_KEEP_ALIVE_MS, closeServer, isFromHere, listenOnLoopback } from '../../wire/loopback-only.ts';
import { type LedgerEntry, SocketLedger } from '../../wire/socket-ledger.ts';

const STREAM_PATH = '/sse';
const MESSAGE_PATH = '/messages';

/** One client: its session, and its event stream. */
interface Client {
  readonly session: McpSession;
  readonly stream: EventStream;
}

/** The id has the same length for every session, so a POST's size does not depend on which it is. */
type Clients = Map<string, Client>;

interface Context {
  readonly options: EndpointOptions;
  readonly clients: Clients;
  readonly ledger: SocketLedger;
  /** The last request that opened a stream, and the last that brought a message: what the endpoint can say it has seen. */
  lastStream: IncomingMessage | undefined;
  lastMessage: IncomingMessage | undefined;
}

export async function startSseEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const context: Context = {
    options,
    clients: new Map(),
    ledger: new SocketLedger('server'),
    lastStream: undefined,
    lastMessage: undefined,
  };
  const http = createServer({ keepAliveTimeout: SERVER_KEEP_ALIVE_MS }, (request, response) =>
    route(context, request, response),
  );
  http.on('connection', (socket) => context.ledger.add(socket));
  const port = await listenOnLoopback(http);
  return {
    address: `http://127.0.0.1:${port}${STREAM_PATH}`,
    certificate: undefined,
    wire: () => context.ledger.wire(),
    sockets: () => context.ledger.reports(),
    seen: () => ({
      httpVersion: context.lastStream?.httpVersion,
      messageHeaders: Object.keys(context.lastMessage?.headers ?? {}).toSorted(),
    }),
    settings: () => ({
      keepAliveMs: http.keepAliveTimeout,
      maxMessageBytes: options.maxMessageBytes,
      heartbeatMs: undefined,
      tls: false,
      http2Windows: undefined,
    }),
    close: () => closeServer(http),
  };
}

function route(context: Context, request: IncomingMessage, response: ServerResponse): void {
  const [path, query] = (request.url ?? '').split('?');
  if (!isFromHere(request)) refuse(response, 403, 'this endpoint answers its own machine only');
  else if (path === STREAM_PATH && request.method === 'GET') openStream(context, request, response);
  else if (path === MESSAGE_PATH && request.method === 'POST') takeMessage(context, request, response, query ?? '');
  else if (path === STREAM_PATH || path === MESSAGE_PATH)
    refuse(response, 405, `${request.method ?? '?'} is not for ${path}`);
  else refuse(response, 404, 'no such path');
}

function openStream(context: Context, request: IncomingMessage, response: ServerResponse): void {
  const sessionId = randomUUID();
  context.lastStream = request;
  const entry = context.ledger.entry(request.socket);
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    // Proxies are asked not to hold events back.
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  // [spec] the first event is `endpoint`; its data is the URI to POST to.
  response.write(`event: endpoint\ndata: ${MESSAGE_PATH}?sessionId=${sessionId}\n\n`);
  const stream = new EventStream(response, entry);
  const session = context.options.server.openSession((message) => stream.send(message));
  context.clients.set(sessionId, { session, stream });
  response.on('close', () => {
    context.clients.delete(sessionId);
    session.end();
  });
}

/** Writes messages as events. */
class EventStream {
  readonly #response: ServerResponse;
  readonly #entry: LedgerEntry;
  #held: EncodedMessage[] | undefined;

  constructor(response: ServerResponse, entry: LedgerEntry) {
    this.#response = response;
    this.#entry = entry;
  }

  send(message: EncodedMessage): void {
    if (this.#held === undefined) this.#write(message);
    else this.#held.push(message);
  }

  /** What is sent while the work goes on is written after `then`. */
  holdDuring(work: () => void, then: () => void): void {
    this.#held = [];
    work();
    const held = this.#held;
    this.#held = undefined;
    then();
    for (const message of held) this.#write(message);
  }

  #write(message: EncodedMessage): void {
    this.#entry.messagesDown += 1;
    this.#response.write(`event: message\ndata: ${message.text}\n\n`);
  }
}

function takeMessage(context: Context, request: IncomingMessage, response: ServerResponse, query: string): void {
  context.lastMessage = request;
  const client = context.clients.get(new URLSearchParams(query).get('sessionId') ?? '');
  if (client === undefined) {
    refuse(response, 404, 'no such session');
  } else if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    refuse(response, 400, 'the content type must be application/json');
  } else {
    readBody(request, response, context.options.maxMessageBytes, (text) => {
      context.ledger.entry(request.socket).messagesUp += 1;
      accept(client, text, response);
    });
  }
}

/**
 * The 202 goes out before an answer that is known at once, and both in the same turn: the client then wakes once for
 * the two, and its next POST finds the connection free. A slow tool's answer comes when it comes, long after the 202.
 */
function accept({ session, stream }: Client, text: string, response: ServerResponse): void {
  const reception = session.receive(text);
  if (reception.understood)
    stream.holdDuring(
      () => reception.proceed(),
      () => void response.writeHead(202).end(),
    );
  else refuse(response, 400, reception.problem.text, 'application/json');
}

function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit: Bytes,
  done: (text: string) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
  });
  request.on('end', () => {
    if (length > limit) refuse(response, 413, `a message may have ${limit} bytes`);
    else done((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8'));
  });
  request.on('error', () => response.destroy());
}

function refuse(response: ServerResponse, status: number, why: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type }).end(why);
}
