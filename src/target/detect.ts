/** Which transport somebody's URL speaks, found out as the specification says: the newest first, and the answers read before anything older is tried. */
import type { JsonObject } from '../mcp/jsonrpc.ts';
import { isObject } from '../mcp/jsonrpc.ts';
import { LATEST_HANDSHAKE_REVISION, STATELESS_REVISION } from '../mcp/revisions.ts';
import { PROTOCOL_REVISIONS, type ProtocolRevision, type ReplyMode } from '../scenario/variant.ts';
import { escapeUnprintable, quote } from '../scenario/wording.ts';
import { type Answer, type Look, LookError, eventsIn, look, messagesIn } from './http-look.ts';
import { shownUrl } from './spec.ts';

/** What a URL turned out to speak. */
export interface Detected {
  /** The transport's folder. */
  readonly transport: string;
  /** As far as it is known before a session is open. */
  readonly protocol: ProtocolRevision | undefined;
  readonly reply: ReplyMode | null;
}

export interface DetectOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** What was named on the command line, and is not to be found out. */
  readonly transport: string | undefined;
  readonly protocol: ProtocolRevision | undefined;
  /** For one answer, as far as a person would wait. */
  readonly limitMs: number;
}

const CLIENT_INFO = { name: 'mcp-transport-bench', version: '1' };
const POST_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
/** [spec] 2026-07-28, basic: the codes by which a server shows that it speaks a revision without a handshake. */
const MODERN_CODES: ReadonlySet<unknown> = new Set([-32020, -32021, -32022]);
const UNSUPPORTED_VERSION = -32022;
/** Each look's share of the time: one that is answered in part must leave some to the next. */
const SHARE = 0.5;

/** Rejects with a `LookError` that says what came back instead of MCP. */
export async function detect(options: DetectOptions): Promise<Detected> {
  const { url, transport } = options;
  if (url.protocol === 'ws:' || url.protocol === 'wss:') return detectWebSocket(options);
  if (transport === 'sse') return asSse(await lookForStream(options));
  const streamable = await detectStreamable(options);
  if ('transport' in streamable) return streamable;
  // [spec] 2025-11-25, transports: 400, 404 or 405 to a POST may be those of the older transport, which begins with a GET.
  const mayBeOlder = transport === undefined && options.protocol !== STATELESS_REVISION && streamable.status >= 400;
  if (!mayBeOlder || isRefusal(streamable)) throw new LookError(answerProblem('POST', streamable));
  const stream = await lookForStream(options);
  if (announces(stream)) return asSse(stream);
  throw new LookError(neitherProblem(streamable, stream));
}

async function detectWebSocket(options: DetectOptions): Promise<Detected> {
  const url = new URL(options.url);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  const answer = await look({
    ...lookOptions(options),
    url,
    method: 'GET',
    headers: {
      ...options.headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'bWNwLXRyYW5zcG9ydC1iZQ==',
      'sec-websocket-protocol': 'mcp',
    },
  });
  if (answer.status !== 101) throw new LookError(`refused the WebSocket upgrade: it ${answerProblem('GET', answer)}`);
  return { transport: 'websocket', protocol: options.protocol, reply: null };
}

const lookOptions = ({ url, limitMs }: DetectOptions): Pick<Look, 'url' | 'limitMs'> => ({
  url,
  limitMs: Math.max(1, Math.floor(limitMs * SHARE)),
});

/** Streamable HTTP of either era, or the answer that shows that it is not. */
async function detectStreamable(options: DetectOptions): Promise<Detected | Answer> {
  const { protocol } = options;
  if (protocol === undefined || protocol === STATELESS_REVISION) {
    const answer = await post(options, 'server/discover', {});
    const found = readDiscovery(answer);
    if (found === STATELESS_REVISION) return streamable(STATELESS_REVISION, answer);
    if (isRefusal(answer) || protocol !== undefined) return answer;
  }
  const answer = await post(options, 'initialize', { capabilities: {}, clientInfo: CLIENT_INFO });
  const result = resultIn(answer);
  if (result === undefined) return answer;
  await endSession(options, answer);
  return streamable(revisionOf(result['protocolVersion']), answer);
}

const streamable = (protocol: ProtocolRevision, { contentType }: Answer): Detected => ({
  transport: 'streamable-http',
  protocol,
  reply: contentType === 'text/event-stream' ? 'sse' : 'json',
});

/** An answer after which no other request would fare better: who is not let in, or is sent elsewhere, need not ask again. */
const isRefusal = ({ status }: Answer): boolean => status === 401 || status === 403 || (status >= 300 && status < 400);

function post(options: DetectOptions, method: string, params: JsonObject): Promise<Answer> {
  const modern = method !== 'initialize';
  const revision = options.protocol ?? LATEST_HANDSHAKE_REVISION;
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method,
    params: modern ? { ...params, _meta: MODERN_META } : { ...params, protocolVersion: revision },
  };
  const own = modern ? { 'mcp-protocol-version': STATELESS_REVISION, 'mcp-method': method } : {};
  return look({
    ...lookOptions(options),
    method: 'POST',
    headers: { ...POST_HEADERS, ...own, ...options.headers },
    body: JSON.stringify(body),
    heard: (events) => events.some(({ data }) => data.includes('"jsonrpc"') && data.includes('"id"')),
  });
}

/** [spec] 2026-07-28, basic: what every request carries. */
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': STATELESS_REVISION,
  'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** The revision to go on with after `server/discover`; `undefined` when the older handshake is to be tried. */
function readDiscovery(answer: Answer): ProtocolRevision | undefined {
  const result = resultIn(answer);
  if (result !== undefined) return newestOf(result['supportedVersions']);
  const error = errorIn(answer);
  // [spec] 2026-07-28, transports: on a recognised error of its own era the server is not to be taken for an older one.
  if (error === undefined || !MODERN_CODES.has(error['code'])) return undefined;
  if (error['code'] !== UNSUPPORTED_VERSION)
    throw new LookError(`refused "server/discover" with error ${String(error['code'])}: ${said(error['message'])}`);
  return newestOf(isObject(error['data']) ? error['data']['supported'] : undefined);
}

/** The newest of the versions that this tool speaks. */
function newestOf(versions: unknown): ProtocolRevision | undefined {
  if (!Array.isArray(versions)) return undefined;
  const known = PROTOCOL_REVISIONS.findLast((revision) => versions.includes(revision));
  if (known !== undefined) return known;
  throw new LookError(`speaks only revisions that this tool does not: ${said(versions.map(String).join(', '))}`);
}

/** A negotiated revision. Throws a `LookError` for one that this tool does not know. */
export function revisionOf(version: unknown): ProtocolRevision {
  const known = PROTOCOL_REVISIONS.find((revision) => revision === version);
  if (known !== undefined) return known;
  throw new LookError(`negotiated revision ${quote(String(version))}, which this tool does not speak`);
}

const resultIn = (answer: Answer): JsonObject | undefined =>
  messagesIn(answer)
    .map(({ result }) => result)
    .find(isObject);

const errorIn = (answer: Answer): JsonObject | undefined =>
  messagesIn(answer)
    .map(({ error }) => error)
    .find(isObject);

/** [spec] a client that no longer needs a session should end it with DELETE; a server may refuse, and nobody minds. */
async function endSession(options: DetectOptions, { headers }: Answer): Promise<void> {
  const session = headers['mcp-session-id'];
  if (typeof session !== 'string') return;
  const own = { 'mcp-session-id': session, 'mcp-protocol-version': options.protocol ?? LATEST_HANDSHAKE_REVISION };
  await look({ ...lookOptions(options), method: 'DELETE', headers: { ...own, ...options.headers } }).catch(
    () => undefined,
  );
}

const lookForStream = (options: DetectOptions): Promise<Answer> =>
  look({
    ...lookOptions(options),
    method: 'GET',
    headers: { accept: 'text/event-stream', ...options.headers },
    heard: (events) => events.length > 0,
  });

const announces = (answer: Answer): boolean => isStream(answer) && eventsIn(answer.body)[0]?.event === 'endpoint';

const isStream = ({ status, contentType }: Answer): boolean => status === 200 && contentType === 'text/event-stream';

function asSse(answer: Answer): Detected {
  if (announces(answer)) return { transport: 'sse', protocol: undefined, reply: null };
  throw new LookError(answerProblem('GET', answer));
}

/** Both requests in one line; the one that says more. */
function neitherProblem(posted: Answer, stream: Answer): string {
  if (isRefusal(stream) || isStream(stream) || stream.status === 200) return answerProblem('GET', stream);
  const both = posted.status === stream.status ? ' and to GET' : `, and HTTP ${stream.status} to GET`;
  return `${answerProblem('POST', posted)}${both}`;
}

/** What came back in place of MCP, in words that go after the target's name. */
function answerProblem(method: string, answer: Answer): string {
  const { status, contentType, unfinished } = answer;
  if (status >= 300 && status < 400) return redirectProblem(answer);
  if (status === 401 || status === 403)
    return `answered HTTP ${status}: it wants credentials; give them with --header "Authorization: …" or --header-env "Authorization=VARIABLE"`;
  if (status < 200 || status >= 300)
    return `answered HTTP ${status}${STATUS_HINTS.get(status) ?? ''} to ${method}${rpcHint(answer)}`;
  if (unfinished) return `began an answer to ${method} and did not finish it in time`;
  const error = errorIn(answer);
  if (error !== undefined)
    return `answered ${method} with JSON-RPC error ${String(error['code'])}: ${said(error['message'])}`;
  if (contentType === 'text/html') return `answered ${method} with an HTML page, not with MCP: is the path right?`;
  if (contentType === 'application/json') return `answered ${method} with JSON that is not MCP`;
  if (contentType === 'text/event-stream') return `answered ${method} with an event stream that holds no MCP`;
  return `answered ${method} with content type ${quote(contentType)}, expected application/json or text/event-stream`;
}

const STATUS_HINTS: ReadonlyMap<number, string> = new Map([
  [404, ' (nothing at this path)'],
  [405, ' (method not allowed)'],
  [406, ' (not acceptable)'],
  [415, ' (unsupported media type)'],
  [429, ' (too many requests)'],
]);

function rpcHint(answer: Answer): string {
  const error = errorIn(answer);
  return error === undefined ? '' : ` (${said(error['message'])})`;
}

function redirectProblem({ status, headers }: Answer): string {
  const { location } = headers;
  // What stands behind the question mark may be a secret of the server's.
  const to = typeof location === 'string' && URL.canParse(location) ? shownUrl(location) : said(location).split('?')[0];
  return `answered HTTP ${status} and points to ${escapeUnprintable(to ?? '')}; redirects are not followed, give that URL if it is the right one`;
}

const LONGEST_SAID = 200;

/** What a server said, on one line. */
export const said = (text: unknown): string =>
  escapeUnprintable(typeof text === 'string' ? text : 'nothing').slice(0, LONGEST_SAID);
