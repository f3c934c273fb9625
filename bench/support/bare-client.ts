/**
 * The least client: sends a text of so many bytes, waits for what comes back, sends the next. The same libraries as the
 * tool's drivers, none of the tool: no ids, no checks, no histograms. With `json` each message is written and read as
 * JSON, as any MCP client must. `bare-client.js <websocket|sse> <json|bytes> <port> <bytes up> <clients> <warm-up ms>
 * <window ms>`; tells median round trip and rate over IPC.
 */
import { EventSource } from 'eventsource';
import { Client, Pool } from 'undici';
import { WebSocket } from 'ws';
import { streamFetch } from '#dist/transports/sse/stream-fetch.js';

const [kind, mode, port, up, clients, warmupMs, windowMs] = process.argv.slice(2);
/** Bytes of an echo call's message without its text. */
const ENVELOPE = 101;
const filler = 'x'.repeat(Number(up) - ENVELOPE);
const bytes = 'x'.repeat(Number(up));
let id = 1_000_000;

function message(): string {
  if (mode !== 'json') return bytes;
  id += 1;
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'echo', arguments: { text: filler } },
  });
}

/** What a client does with what has come, before it can act on it. */
function read(text: string): void {
  if (mode === 'json' && (JSON.parse(text) as { readonly id?: unknown }).id === undefined)
    throw new Error('an answer without an id');
}

const now = (): number => Number(process.hrtime.bigint());

/** Sends; the callback given at connecting is called for every answer. */
type Connect = (onAnswer: () => void) => Promise<() => void>;

const connectWebSocket: Connect = (onAnswer) =>
  new Promise((resolve, reject) => {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port ?? ''}/`, { perMessageDeflate: false });
    webSocket.once('error', reject);
    webSocket.on('message', (data: Buffer) => {
      read(data.toString());
      onAnswer();
    });
    webSocket.once('open', () => resolve(() => webSocket.send(message())));
  });

const connectSse: Connect = (onAnswer) =>
  new Promise((resolve, reject) => {
    const origin = `http://127.0.0.1:${port ?? ''}`;
    const stream = streamFetch(new Client(origin, { bodyTimeout: 0 }), {});
    const source = new EventSource(`${origin}/sse`, { fetch: stream.fetch });
    const pool = new Pool(origin, { connections: 16, pipelining: 1, keepAliveTimeout: 60_000 });
    source.addEventListener('error', () => reject(new Error('the stream failed')));
    source.addEventListener('message', (event) => {
      read(String(event.data));
      onAnswer();
    });
    source.addEventListener('endpoint', (event) => {
      const path = String(event.data);
      resolve(() => {
        pool.dispatch(
          { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: message() },
          {
            onRequestStart: () => undefined,
            onResponseStart: () => undefined,
            onResponseData: () => undefined,
            onResponseEnd: () => undefined,
            onResponseError: (_controller, error) => {
              throw error;
            },
          },
        );
      });
    });
  });

/** Room for every round trip of a window; what exceeds it is counted and not kept. */
const samples = new Float64Array(5_000_000);
let count = 0;
const beginNs = now() + Number(warmupMs) * 1e6;
const endNs = beginNs + Number(windowMs) * 1e6;

async function pingPong(connect: Connect): Promise<void> {
  let sentNs = 0;
  let send: () => void = () => undefined;
  await new Promise<void>((resolve, reject) => {
    const next = (): void => {
      sentNs = now();
      send();
    };
    const onAnswer = (): void => {
      const at = now();
      if (sentNs >= beginNs && at <= endNs) {
        samples[count % samples.length] = at - sentNs;
        count += 1;
      }
      if (at < endNs) next();
      else resolve();
    };
    connect(onAnswer).then((ready) => {
      send = ready;
      next();
    }, reject);
  });
}

const connect = kind === 'websocket' ? connectWebSocket : connectSse;
await Promise.all(Array.from({ length: Number(clients) }, () => pingPong(connect)));
const kept = samples.subarray(0, Math.min(count, samples.length)).toSorted();
process.send?.({ p50Ns: kept[Math.floor(kept.length / 2)] ?? 0, perSec: (count * 1e3) / Number(windowMs) }, () =>
  process.exit(0),
);
