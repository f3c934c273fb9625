/** The opening handshake as a client has it ([RFC 6455] 4.1): the request that `ws` sends, to the byte, and what has to be in the answer. */
import { createHash } from 'node:crypto';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { unescape } from 'node:querystring';

/** [RFC 6455] 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const SUBPROTOCOL = 'mcp';
const HEAD_END = '\r\n\r\n';
/** What Node's own HTTP parser takes. */
const MOST_HEAD_BYTES = 16_384;

/** Throws for a header that would not be one: whoever gives some has to have read them. */
export function upgradeRequest(url: URL, key: string, headers: Readonly<Record<string, string>>): string {
  const fields = new Map<string, readonly [name: string, value: string]>();
  const set = (name: string, value: string): void => {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    fields.set(name.toLowerCase(), [name, value]);
  };
  for (const [name, value] of Object.entries(headers)) set(name, value);
  set('Sec-WebSocket-Version', '13');
  set('Sec-WebSocket-Key', key);
  set('Connection', 'Upgrade');
  set('Upgrade', 'websocket');
  set('Sec-WebSocket-Protocol', SUBPROTOCOL);
  if (!fields.has('host')) set('Host', url.host);
  const credentials = credentialsIn(url);
  if (credentials !== undefined && !fields.has('authorization')) set('Authorization', credentials);
  const lines = [...fields.values()].map(([name, value]) => `${name}: ${value}`);
  return [`GET ${url.pathname}${url.search} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** [RFC 7617] 2. */
function credentialsIn({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const both = `${unescape(username)}:${unescape(password)}`;
  return `Basic ${Buffer.from(both).toString('base64')}`;
}

/** The answer to an upgrade, as far as it has come. */
export type UpgradeAnswer =
  | { readonly kind: 'more' }
  /** `headBytes` of what came are the head; frames follow. */
  | { readonly kind: 'open'; readonly headBytes: number; readonly established: string }
  /** Why it is none that can be gone on with, in the words that `ws` and the stock driver have for it. */
  | { readonly kind: 'refused'; readonly why: string };

/** Reads what has come so far. Never throws. */
export function readUpgrade(received: Buffer, key: string): UpgradeAnswer {
  let from = 0;
  while (true) {
    const answer = readHead(received, from, key);
    if (answer.kind !== 'interim') return answer;
    from = answer.headBytes;
  }
}

/** [RFC 9110] 15.2: there may be responses before the one that counts. `headBytes` of what came are they. */
type HeadRead = UpgradeAnswer | { readonly kind: 'interim'; readonly headBytes: number };

function readHead(received: Buffer, from: number, key: string): HeadRead {
  const end = received.indexOf(HEAD_END, from);
  if (end < 0)
    return received.length > MOST_HEAD_BYTES ? refused('WebSocket: Parse Error: Header overflow') : { kind: 'more' };
  const [statusLine = '', ...lines] = received.toString('latin1', from, end).split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) return refused('WebSocket: Parse Error: Expected HTTP/, RTSP/ or ICE/');
  if (status !== '101' && status.startsWith('1')) return { kind: 'interim', headBytes: end + HEAD_END.length };
  const fields = fieldsOf(lines);
  if (status !== '101' || !switches(fields))
    return refused(`the server answered the WebSocket upgrade with HTTP ${Number(status)}`);
  const problem = problemWith(fields, key);
  if (problem !== undefined) return refused(`WebSocket: ${problem}`);
  return { kind: 'open', headBytes: end + HEAD_END.length, established: `${status} ${fields.get('upgrade') ?? ''}` };
}

const refused = (why: string): UpgradeAnswer => ({ kind: 'refused', why });

function fieldsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

/** [RFC 9110] 7.8: a 101 without these switches to nothing. */
const switches = (fields: ReadonlyMap<string, string>): boolean =>
  fields.has('upgrade') && /(^|,)\s*upgrade\s*(,|$)/i.test(fields.get('connection') ?? '');

/** [RFC 6455] 4.1, what the client must validate. */
function problemWith(fields: ReadonlyMap<string, string>, key: string): string | undefined {
  if (fields.get('upgrade')?.toLowerCase() !== 'websocket') return 'Invalid Upgrade header';
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  if (fields.get('sec-websocket-accept') !== accept) return 'Invalid Sec-WebSocket-Accept header';
  const subprotocol = fields.get('sec-websocket-protocol');
  if (subprotocol === undefined) return 'Server sent no subprotocol';
  if (subprotocol !== SUBPROTOCOL) return 'Server sent an invalid subprotocol';
  if (fields.has('sec-websocket-extensions'))
    return 'Server sent a Sec-WebSocket-Extensions header but no extension was requested';
  return undefined;
}
