/** The origin that a browser opens streams to: the page, event streams, WebSockets and an ordinary answer, all of it counted. */
import { WebSocketServer } from 'ws';
import { EventStream } from '../../wire/event-stream.ts';
import { listenHttp } from '../../wire/http-server.ts';
import type { HttpServer, ServerReply, ServerRequest } from '../../wire/http.ts';
import { isFromHere } from '../../wire/loopback-only.ts';
import { PATHS } from './page.ts';
import type { Received } from './reports.ts';

export interface OriginOptions {
  readonly http: '1.1' | '2';
  /** Browsers speak HTTP/2 over TLS only. */
  readonly tls: boolean;
  /** Streams of one connection that are allowed at a time (HTTP/2). */
  readonly maxConcurrentStreams: number | undefined;
  readonly page: string;
}

/** As the server counts, by itself. */
export interface OriginCount {
  /** Streams that are open now. */
  readonly open: number;
  /** TCP connections that these take. */
  readonly sockets: number;
  /** Requests that have ever come. */
  readonly received: Received;
}

export interface Origin {
  /** Of the page. */
  readonly url: string;
  count(): OriginCount;
  close(): Promise<void>;
}

export async function startOrigin({ http, tls, maxConcurrentStreams, page }: OriginOptions): Promise<Origin> {
  const book = new RequestBook();
  const webSockets = new WebSocketServer({ noServer: true });
  const server: HttpServer = await listenHttp({
    variant: { http, tls },
    maxConcurrentStreams,
    onRequest: (request, reply) => {
      if (pathOf(request) === PATHS.stream && isFromHere(request)) {
        book.addStream(reply, server.entry(request));
        new EventStream({ request, reply, compression: 'off' }).open();
      } else answer(request, reply, { page, book });
    },
    onUpgrade: (request, socket, head) => {
      if (!isFromHere(request)) {
        socket.destroy();
        return;
      }
      book.addStream(socket, server.entry(request));
      // An error is always followed by the socket's end, which is what is counted.
      webSockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.on('error', () => undefined));
    },
  });
  return { url: server.origin + PATHS.page, count: () => book.count(), close: () => server.close() };
}

/** Whatever tells when it is over. */
interface Closing {
  on(event: 'close', listener: () => void): unknown;
}

class RequestBook {
  /** The socket below, by stream. */
  readonly #open = new Map<Closing, object>();
  #streams = 0;
  #plain = 0;

  addStream(stream: Closing, socket: object): void {
    this.#streams += 1;
    this.#open.set(stream, socket);
    stream.on('close', () => this.#open.delete(stream));
  }

  addPlain(): void {
    this.#plain += 1;
  }

  count(): OriginCount {
    return {
      open: this.#open.size,
      sockets: new Set(this.#open.values()).size,
      received: { streams: this.#streams, plain: this.#plain },
    };
  }
}

const pathOf = (request: ServerRequest): string => (request.url ?? '').split('?')[0] ?? '';

/** To whatever is no stream. */
function answer(request: ServerRequest, reply: ServerReply, { page, book }: { page: string; book: RequestBook }): void {
  const send = (status: number, type: string, text: string): void => {
    reply.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    reply.end(text);
  };
  const path = pathOf(request);
  if (!isFromHere(request)) send(403, 'text/plain', 'not from here');
  else if (path === PATHS.page) send(200, 'text/html; charset=utf-8', page);
  else if (path === PATHS.plain) {
    book.addPlain();
    send(200, 'text/plain', 'an answer');
  } else send(404, 'text/plain', 'nothing here');
}
