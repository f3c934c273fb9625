/**
 * The least server that can be asked: takes a message, sends back as many bytes as the bench server would, knows no
 * JSON. Started as a process of its own: `bare-server.js <websocket|sse> <bytes down>`; tells its port over IPC.
 */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const [kind, down] = process.argv.slice(2);
const answer = 'x'.repeat(Number(down));
const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => answerHttp(request, response));

const streams = new Map<string, ServerResponse>();
let sessions = 100_000;

function answerHttp(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    sessions += 1;
    const session = String(sessions);
    streams.set(session, response);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' });
    response.write(`event: endpoint\ndata: /messages?sessionId=${session}\n\n`);
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(202).end();
    streams.get(request.url?.split('=')[1] ?? '')?.write(`event: message\ndata: ${answer}\n\n`);
  });
}

if (kind === 'websocket') {
  const webSockets = new WebSocketServer({ server, perMessageDeflate: false });
  webSockets.on('connection', (webSocket) => webSocket.on('message', () => webSocket.send(answer)));
}

process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
