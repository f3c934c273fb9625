/** What both generations of the endpoint share: what they ask of a request before they read it, and how a reply is written. */
import type { EncodedMessage, MessageHead } from '../../mcp/contract.ts';
import { readBody } from '../../wire/body.ts';
import type { ServerReply, ServerRequest } from '../../wire/http.ts';
import type { LedgerEntry } from '../../wire/socket-ledger.ts';
import { cutOffUnread } from '../../wire/unread.ts';
import type { Bytes } from '../../units.ts';

/** One generation of the transport. */
export interface Generation {
  /** The HTTP methods that it knows. */
  readonly methods: readonly string[];
  /** Answers a request of one of these. */
  take(request: ServerRequest, reply: ServerReply): void;
  /** The endpoint closes: whoever waits is told what can be told. Resolves when that is on its way. */
  close(): Promise<void>;
}

/** Where an endpoint books what comes and goes. */
export interface Traffic {
  entry(request: ServerRequest): LedgerEntry;
  /** The request opened a client's channel. */
  opened(request: ServerRequest): void;
  /** The request brought a message. */
  message(request: ServerRequest): void;
}

/** The type of every event that is a message; it could be left out, but the servers of the official SDKs say it too. */
export const MESSAGE_EVENT = 'message';

type Headers = Readonly<Record<string, string>>;
const NO_HEADERS: Headers = {};

export function refuse(reply: ServerReply, status: number, why: string, headers: Headers = NO_HEADERS): void {
  const length = String(Buffer.byteLength(why));
  reply.writeHead(status, { 'content-type': 'text/plain', 'content-length': length, ...headers });
  reply.end(why);
}

/** One JSON-RPC message as the whole body. */
export function replyJson(
  reply: ServerReply,
  status: number,
  message: EncodedMessage,
  headers: Headers = NO_HEADERS,
): void {
  reply.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(message.size),
    ...headers,
  });
  reply.end(message.text);
  if (reply.writableLength > 0) cutOffUnread(reply);
}

/** [spec] a notification or an answer is accepted with 202 and no body. */
export function accepted(reply: ServerReply, headers: Headers = NO_HEADERS): void {
  reply.writeHead(202, { 'content-length': '0', ...headers });
  reply.end();
}

/** Reads a POST's message, or refuses it: by its headers before its body. */
export function readMessage(
  request: ServerRequest,
  reply: ServerReply,
  limit: Bytes,
  done: (text: string) => void,
): void {
  const { accept = '', 'content-type': contentType = '' } = request.headers;
  if (!accepts(accept, 'application/json') || !accepts(accept, 'text/event-stream')) {
    // [spec] the client lists both types, because the server chooses.
    refuse(reply, 406, 'the client must accept application/json and text/event-stream');
  } else if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    refuse(reply, 415, 'the content type must be application/json');
  } else {
    readBody(request, limit, (body) => {
      if (body.kind === 'whole') done(body.text);
      else refuse(reply, 413, `a message may have ${body.limit} bytes`);
    });
  }
}

/** Whether an `Accept` header lists this very type; wildcards do not name it. */
export const accepts = (header: string, type: string): boolean =>
  header === type || header.split(',').some((range) => range.split(';', 1)[0]?.trim().toLowerCase() === type);

/** A field that came once; a repeated one is joined by HTTP itself. */
export function field(request: ServerRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Answers have no method: what ends a request's reply. An unreadable text stands in an answer's place. */
export const isAnswer = (message: EncodedMessage): boolean => message.method === undefined;

/** A message that was understood and is a request with an id. */
export const isRequest = (head: MessageHead): head is MessageHead & { readonly id: number | string } =>
  head.kind === 'request' && head.id !== undefined;
