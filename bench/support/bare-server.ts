/**
 * The least server that can be asked. Started as a process of its own: `bare-server.js <websocket|sse> <json|bytes> <bytes down>`;
 * tells its port over IPC. With `json` it reads the message and writes its answer as any MCP server must, and does
 * nothing else; with `bytes` it sends back as many bytes and knows no JSON.
 */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const [kind, mode, down] = process.argv.slice(2);
const bytes = 'x'.repeat(Number(down));
const answer = mode === 'json' ? echo : (): string => bytes;
/** The message of an echo call, as far as an echo needs it. */
interface EchoCall {
  readonly id: number;
  readonly params: { readonly arguments: { readonly text: string } };
}

function echo(text: string): string {
  const { id, params } = JSON.parse(text) as EchoCall;
  return JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: params.arguments.text }] } });
}

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => answerHttp(request, response));

const streams = new Map<string, ServerResponse>();
let sessions = 100_000;

function answerHttp(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    sessions += 1;
    const session = String(sessions);
    streams.set(session, response);
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.write(`event: endpoint\ndata: /messages?sessionId=${session}\n\n`);
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(202).end();
    streams
      .get(request.url?.split('=')[1] ?? '')
      ?.write(`event: message\ndata: ${answer(Buffer.concat(chunks).toString())}\n\n`);
  });
}

if (kind === 'websocket') {
  const webSockets = new WebSocketServer({ server, perMessageDeflate: false });
  webSockets.on('connection', (webSocket) =>
    webSocket.on('message', (data: Buffer) => webSocket.send(answer(data.toString()))),
  );
}

process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
