/** The least clients, over the libraries that the tool's drivers use. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { connect as connectHttp2 } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { EventSource, type FetchLike } from 'eventsource';
import { createParser } from 'eventsource-parser';
import { Client, type Dispatcher, Pool } from 'undici';
import { WebSocket } from 'ws';

/** Where to, and what is to be done with each answer. */
export interface Target {
  readonly arm: string;
  readonly port: number;
  readonly onAnswer: (text: string) => void;
  /** Of the server that a stdio client starts. */
  readonly serverArgs: readonly string[];
  /** Of such a server, to be put on its core. */
  readonly onSpawn: (pid: number) => void;
}

/** Sends one message. */
export type Send = (text: string) => void;

export function connect(target: Target): Promise<Send> {
  if (target.arm === 'websocket') return connectWebSocket(target);
  if (target.arm === 'stdio') return connectStdio(target);
  const http = target.arm.includes('+h2') ? http2(target.port) : http1(target.port);
  return target.arm.startsWith('sse') ? connectSse(target, http) : Promise.resolve(connectPost(target, http));
}

function connectWebSocket({ port, onAnswer }: Target): Promise<Send> {
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
    webSocket.once('error', reject);
    webSocket.on('message', (data: Buffer) => onAnswer(data.toString()));
    webSocket.once('open', () => resolve((text) => webSocket.send(text)));
  });
}

function connectStdio({ onAnswer, serverArgs, onSpawn }: Target): Promise<Send> {
  const program = fileURLToPath(new URL('./server.js', import.meta.url));
  const server = spawn(process.execPath, [program, ...serverArgs], { stdio: ['pipe', 'pipe', 'inherit'] });
  process.setMaxListeners(0);
  process.once('exit', () => server.kill('SIGKILL'));
  onSpawn(server.pid ?? 0);
  let rest = '';
  server.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onAnswer(line);
  });
  return Promise.resolve((text) => server.stdin.write(`${text}\n`));
}

/** A request, its response's status told by its first piece. */
interface Http {
  post(
    path: string,
    headers: Record<string, string>,
    body: string,
    onData: (chunk: Buffer) => void,
    onEnd: () => void,
  ): void;
  stream(path: string, onData: (chunk: Buffer) => void): void;
}

const fail = (_controller: unknown, error: Error): never => {
  throw error;
};

function http1(port: number): Http {
  const origin = `http://127.0.0.1:${port}`;
  const pool = new Pool(origin, { connections: 16, pipelining: 1, keepAliveTimeout: 60_000 });
  const streamClient = new Client(origin, { bodyTimeout: 0 });
  const handler = (onData: (chunk: Buffer) => void, onEnd: () => void): Dispatcher.DispatchHandler => ({
    onRequestStart: () => undefined,
    onResponseStart: () => undefined,
    onResponseData: (_controller, chunk) => onData(chunk),
    onResponseEnd: onEnd,
    onResponseError: fail,
  });
  return {
    post: (path, headers, body, onData, onEnd) =>
      void pool.dispatch({ method: 'POST', path, headers, body }, handler(onData, onEnd)),
    stream: (path, onData) =>
      void streamClient.dispatch(
        { method: 'GET', path },
        handler(onData, () => undefined),
      ),
  };
}

/** As large as the tool's, so that neither loop waits for a window update that the other does not. */
const WINDOW = 16 * 1024 * 1024;

function http2(port: number): Http {
  const session = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 1024 * 1024 } });
  session.once('connect', () => session.setLocalWindowSize(WINDOW));
  return {
    post: (path, headers, body, onData, onEnd) => {
      const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
      stream.on('data', onData);
      stream.on('end', onEnd);
      stream.end(body);
    },
    stream: (path, onData) => void session.request({ ':path': path }, { endStream: true }).on('data', onData),
  };
}

function connectSse({ port, onAnswer }: Target, http: Http): Promise<Send> {
  const source = new EventSource(`http://127.0.0.1:${port}/sse`, { fetch: fetchOver(http) });
  source.addEventListener('message', (event) => onAnswer(String(event.data)));
  return new Promise((resolve, reject) => {
    source.addEventListener('error', () => reject(new Error('the stream failed')));
    source.addEventListener('endpoint', (event) => {
      const path = String(event.data);
      const headers = { 'content-type': 'application/json' };
      resolve((text) =>
        http.post(
          path,
          headers,
          text,
          () => undefined,
          () => undefined,
        ),
      );
    });
  });
}

/** `eventsource` wants a fetch: one whose body is what the stream brings. */
const fetchOver =
  (http: Http): FetchLike =>
  (url) => {
    const { pathname, search } = new URL(url);
    const body = new ReadableStream<Uint8Array>(
      { start: (controller) => http.stream(pathname + search, (chunk) => controller.enqueue(chunk)) },
      { highWaterMark: Infinity },
    );
    const headers = { get: (name: string) => (name.toLowerCase() === 'content-type' ? 'text/event-stream' : null) };
    return Promise.resolve({ body, url: String(url), status: 200, redirected: false, headers });
  };

function connectPost({ arm, onAnswer }: Target, http: Http): Send {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': randomUUID(),
    'mcp-protocol-version': '2025-11-25',
  };
  if (arm.includes('+json')) {
    return (text) => {
      const chunks: Buffer[] = [];
      http.post(
        '/mcp',
        headers,
        text,
        (chunk) => chunks.push(chunk),
        () => onAnswer(Buffer.concat(chunks).toString()),
      );
    };
  }
  return (text) => {
    const parser = createParser({ onEvent: ({ data }) => (data === '' ? undefined : onAnswer(data)) });
    http.post(
      '/mcp',
      headers,
      text,
      (chunk) => parser.feed(chunk.toString()),
      () => undefined,
    );
  };
}
