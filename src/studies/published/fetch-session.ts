/** An HTTP+SSE session as one writes it in an afternoon: `eventsource` for the stream, `fetch()` for every POST. */
import { EventSource } from 'eventsource';
import { CLIENT_INFO } from '../../mcp/envelope.ts';
import { type JsonObject, isObject } from '../../mcp/jsonrpc.ts';

const LIMIT_MS = 10_000;
const REVISION = '2025-11-25';

export interface FetchSession {
  /** Calls `echo` and checks its answer. Rejects when it is wrong or does not come. */
  echo(text: string): Promise<void>;
  close(): void;
}

/** Rejects, with the stream closed, when the session cannot be opened. */
export async function openFetchSession(address: string): Promise<FetchSession> {
  const stream = new EventSource(address);
  const waiting = new Map<number, (result: JsonObject) => void>();
  stream.addEventListener('message', ({ data }) => {
    const message: unknown = JSON.parse(String(data));
    if (!isObject(message) || typeof message['id'] !== 'number') return;
    waiting.get(message['id'])?.(isObject(message['result']) ? message['result'] : {});
    waiting.delete(message['id']);
  });
  let nextId = 1;
  try {
    const url = await endpointOf(stream, address);
    const ask = async (method: string, params: JsonObject): Promise<JsonObject> => {
      const id = nextId;
      nextId += 1;
      const answered = within(
        new Promise<JsonObject>((resolve) => void waiting.set(id, resolve)),
        `an answer to ${method}`,
      );
      const [answer] = await Promise.all([answered, post(url, { jsonrpc: '2.0', id, method, params })]);
      return answer;
    };
    await ask('initialize', { protocolVersion: REVISION, capabilities: {}, clientInfo: CLIENT_INFO });
    await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' });
    return {
      echo: async (text) => {
        const { content } = await ask('tools/call', { name: 'echo', arguments: { text } });
        const [first] = content as readonly { readonly text: string }[];
        if (first?.text !== text) throw new Error('a call was answered with another text');
      },
      close: () => stream.close(),
    };
  } catch (error) {
    stream.close();
    throw error;
  }
}

const endpointOf = (stream: EventSource, address: string): Promise<string> =>
  within(
    new Promise((resolve, reject) => {
      stream.addEventListener('endpoint', ({ data }) => resolve(new URL(String(data), address).href));
      stream.addEventListener('error', ({ message }) => reject(new Error(message ?? 'the stream failed')));
    }),
    'the stream’s first event',
  );

async function post(url: string, message: JsonObject): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`a message was answered ${response.status}`);
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
