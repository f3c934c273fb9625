/**
 * The least server that can be asked. Started as a process of its own: `server.js <arm> <json|bytes> <bytes down>`; tells
 * its port over IPC. With `json` it reads the message and writes its answer as any MCP server must, and does nothing
 * else; with `bytes` it sends back as many bytes and knows no JSON. `stdio` has no port: lines in, lines out.
 */
import { type RequestListener, createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { type Mode, answers } from './message.js';

const [arm = '', mode = 'json', down] = process.argv.slice(2);
const answer = answers(mode as Mode, Number(down));
const EVENT_STREAM = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** What both of Node's HTTP servers hand over, as far as this one uses it. */
interface Request {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}
interface Response {
  writeHead(status: number, headers?: Record<string, string>): unknown;
  write(text: string): unknown;
  end(text?: string): unknown;
}

function bodyOf(request: Request, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => done((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString()));
}

const streams = new Map<string, Response>();
let sessions = 100_000;

/** HTTP+SSE: the stream down, a 202 to each message, the answer on the stream. */
function answerSse(request: Request, response: Response): void {
  if (request.method === 'GET') {
    sessions += 1;
    const session = String(sessions);
    streams.set(session, response);
    response.writeHead(200, EVENT_STREAM);
    response.write(`event: endpoint\ndata: /messages?sessionId=${session}\n\n`);
    return;
  }
  bodyOf(request, (text) => {
    response.writeHead(202);
    response.end();
    streams.get(request.url?.split('=')[1] ?? '')?.write(`event: message\ndata: ${answer(text)}\n\n`);
  });
}

let requests = 0;

/** Streamable HTTP: the answer in the response, as an event stream with ids or as it is; the same bytes as the tool's endpoint sends. */
function answerPost(request: Request, response: Response): void {
  bodyOf(request, (text) => {
    const body = answer(text);
    if (arm.includes('+json')) {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      });
      response.end(body);
    } else {
      requests += 1;
      const stream = String(requests).padStart(6, '0');
      response.writeHead(200, EVENT_STREAM);
      response.write(`id: ${stream}000000\nretry: 100\ndata: \n\n`);
      response.write(`event: message\nid: ${stream}000001\ndata: ${body}\n\n`);
      response.end();
    }
  });
}

function listen(): void {
  const listener = (arm.startsWith('sse') ? answerSse : answerPost) as RequestListener;
  const server = arm.includes('+h2')
    ? createHttp2Server(listener as unknown as Parameters<typeof createHttp2Server>[1])
    : createServer({ keepAliveTimeout: 65_000 }, listener);
  if (arm === 'websocket') {
    const webSockets = new WebSocketServer({
      server: server as ReturnType<typeof createServer>,
      perMessageDeflate: false,
    });
    webSockets.on('connection', (webSocket) =>
      webSocket.on('message', (data: Buffer) => webSocket.send(answer(data.toString()))),
    );
  }
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}

/** One client for each process. */
function answerLines(): void {
  let rest = '';
  process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) process.stdout.write(`${answer(line)}\n`);
  });
  process.stdin.on('end', () => process.exit(0));
}

process.on('disconnect', () => process.exit(0));
if (arm === 'stdio') answerLines();
else listen();
