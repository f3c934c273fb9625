/** Events pushed as they are, without MCP around them, as those who published their sizes pushed them. Bytes are the server's socket's. */
import http from 'node:http';
import http2 from 'node:http2';
import type { Server, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { listenOnLoopback } from '../../wire/loopback-only.ts';

const LIMIT_MS = 10_000;

/** Pushes so many events of this text, after one that is not counted, and answers what the server's socket sent for them. */
export type Push = (events: number, text: string) => Promise<number>;

/** What one server sends through and one client receives from. */
interface Line {
  /** The server's socket. */
  readonly socket: Socket;
  send(): void;
  /** Resolves when the client has had so many events in all. */
  had(events: number): Promise<void>;
  close(): void;
}

async function countOn(line: Line, events: number): Promise<number> {
  try {
    // The first brings the head of the response along.
    line.send();
    await line.had(1);
    const before = line.socket.bytesWritten;
    for (let event = 0; event < events; event += 1) {
      line.send();
      await line.had(event + 2);
    }
    return line.socket.bytesWritten - before;
  } finally {
    line.close();
  }
}

/** Counts events as they end, and wakes who waits for their number. */
class Heard {
  #events = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #wake: () => void = () => undefined;

  add(events: number): void {
    this.#events += events;
    if (this.#events >= this.#wanted) this.#wake();
  }

  until(events: number): Promise<void> {
    if (this.#events >= events) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`event ${events} did not come within ${LIMIT_MS} ms`)), LIMIT_MS);
      this.#wanted = events;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** [WHATWG] server-sent events: a field and an empty line. */
const eventOf = (text: string): string => `data: ${text}\n\n`;
/** An empty line ends an event; no chunk is cut here, since the next one waits for this one. */
const eventsIn = (chunk: Buffer): number => chunk.toString('latin1').split('\n\n').length - 1;

const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

export const pushedOverHttp1: Push = async (events, text) => {
  const heard = new Heard();
  const server = http.createServer();
  const arrived = first<http.ServerResponse>((take) => server.on('request', (_, response) => take(response)));
  const port = await listenOnLoopback(server);
  const request = http.get({ host: '127.0.0.1', port }, (response) => {
    response.on('data', (chunk: Buffer) => heard.add(eventsIn(chunk)));
  });
  const response = await arrived;
  response.writeHead(200, HEADERS);
  const { socket } = response;
  if (socket === null) throw new Error('the request’s socket is gone');
  return countOn(
    {
      socket,
      send: () => void response.write(eventOf(text)),
      had: (count) => heard.until(count),
      close: () => {
        request.destroy();
        closeAll(server, [socket]);
      },
    },
    events,
  );
};

export const pushedOverHttp2: Push = async (events, text) => {
  const heard = new Heard();
  const server = http2.createServer();
  const connected = first<Socket>((take) => server.on('connection', take));
  const arrived = first<http2.ServerHttp2Stream>((take) => server.on('stream', take));
  const port = await listenOnLoopback(server);
  const client = http2.connect(`http://127.0.0.1:${port}`);
  client.request({ ':path': '/' }).on('data', (chunk: Buffer) => heard.add(eventsIn(chunk)));
  const [socket, stream] = await Promise.all([connected, arrived]);
  stream.respond({ ':status': 200, ...HEADERS });
  return countOn(
    {
      socket,
      send: () => void stream.write(eventOf(text)),
      had: (count) => heard.until(count),
      close: () => {
        client.destroy();
        closeAll(server, [socket]);
      },
    },
    events,
  );
};

export const pushedOverWebSocket: Push = async (events, text) => {
  const heard = new Heard();
  const server = http.createServer();
  const webSockets = new WebSocketServer({ server, perMessageDeflate: false });
  const arrived = first<{ readonly webSocket: WebSocket; readonly socket: Socket }>((take) =>
    webSockets.on('connection', (webSocket, request) => take({ webSocket, socket: request.socket })),
  );
  const port = await listenOnLoopback(server);
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  client.on('message', () => heard.add(1));
  const { webSocket, socket } = await arrived;
  return countOn(
    {
      socket,
      send: () => webSocket.send(text),
      had: (count) => heard.until(count),
      close: () => {
        client.terminate();
        closeAll(server, [socket]);
      },
    },
    events,
  );
};

function first<T>(listen: (take: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nobody connected within ${LIMIT_MS} ms`)), LIMIT_MS);
    listen((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

function closeAll(server: Server, sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
  server.close();
}
