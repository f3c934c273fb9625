/** One look at an HTTP server: a single request, no redirect followed, no byte waited for longer than the limit. What comes back is described, never trusted. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import { isObject } from '../mcp/jsonrpc.ts';

export interface Look {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the whole exchange. */
  readonly limitMs: number;
  /** Whether an event stream has said what was waited for. */
  readonly heard?: (events: readonly StreamEvent[]) => boolean;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  /** Without parameters, lower case; empty without one. */
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As much of the body as was read. */
  readonly body: string;
  /** The time was up before the body ended or said what was waited for. */
  readonly unfinished: boolean;
}

export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** No answer's head: nobody listens, TLS refused, closed, too slow, not HTTP. Its message goes after the target's name. */
export class LookError extends Error {
  override readonly name = 'LookError';
}

/** More of an answer than this is not read. */
const MOST_BODY_CHARACTERS = 262_144;

/** Rejects with a `LookError` when no head came. */
export function look(options: Look): Promise<Answer> {
  const { url, method, headers, body, limitMs, heard } = options;
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    let text = '';
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, { method, headers, agent: false });
    const finish = (unfinished: boolean): void => {
      clearTimeout(timer);
      if (answer === undefined)
        reject(new LookError(`sent no whole HTTP head within ${limitMs / 1000} s: it is silent or very slow`));
      else resolve(describe(answer, text, unfinished));
      request.destroy();
    };
    const timer = setTimeout(() => finish(true), limitMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(new LookError(connectionProblem(error, url)));
    });
    request.on('upgrade', (response, socket) => {
      socket.on('error', () => undefined).destroy();
      answer = response;
      finish(false);
    });
    request.on('response', (response) => {
      answer = response;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MOST_BODY_CHARACTERS || heard?.(eventsIn(text)) === true) finish(false);
      });
      response.on('end', () => finish(false));
      // The rest will not come; what is there says enough.
      response.on('error', () => finish(false));
    });
    request.end(body);
  });
}

const describe = (answer: IncomingMessage, body: string, unfinished: boolean): Answer => ({
  status: answer.statusCode ?? 0,
  contentType: (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
  headers: answer.headers,
  body,
  unfinished,
});

/** The whole events of a stream that is still being read. [WHATWG HTML] server-sent events, as far as two fields go. */
export function eventsIn(text: string): readonly StreamEvent[] {
  const blocks = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n\r\n|\n\n|\r\r/)
    .slice(0, -1);
  const events = blocks.map((block) => {
    const lines = block.split(/\r\n|\n|\r/);
    const field = (name: string): string[] =>
      lines.flatMap((line) =>
        line === name || line.startsWith(`${name}:`) ? [line.slice(name.length + 1).replace(/^ /, '')] : [],
      );
    return { event: field('event').at(-1) ?? 'message', data: field('data').join('\n') };
  });
  // One without data is not dispatched: comments that keep the stream alive, and events that only carry an id.
  return events.filter(({ data }) => data !== '');
}

/** JSON-RPC messages in an answer's body, whichever of the two forms it has. */
export function messagesIn({ contentType, body }: Answer): readonly JsonObject[] {
  const texts = contentType === 'text/event-stream' ? eventsIn(body).map(({ data }) => data) : [body];
  return texts.flatMap((text) => {
    try {
      const value: unknown = JSON.parse(text);
      return isObject(value) && value['jsonrpc'] === '2.0' ? [value] : [];
    } catch {
      return [];
    }
  });
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function connectionProblem(error: NodeJS.ErrnoException, { host, protocol }: URL): string {
  const code = error.code ?? '';
  if (UNTRUSTED.has(code))
    return `its TLS certificate is self-signed or issued by nobody that this machine trusts (${code}); NODE_EXTRA_CA_CERTS=<file.pem> names one to trust`;
  if (code === 'CERT_HAS_EXPIRED') return 'its TLS certificate has expired (CERT_HAS_EXPIRED)';
  if (code === 'CERT_NOT_YET_VALID') return 'its TLS certificate is not valid yet (CERT_NOT_YET_VALID)';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'its TLS certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)';
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return `the TLS handshake failed (${code}): does it speak ${protocol === 'https:' ? 'http:// or ws:// instead' : 'TLS'}?`;
  if (code.startsWith('HPE_')) return `answered with something that is not HTTP (${code})`;
  if (code === 'ECONNREFUSED') return `nobody listens at ${host} (connection refused)`;
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'closed the connection without an answer';
  return `could not be reached (${code === '' ? error.message : code})`;
}
