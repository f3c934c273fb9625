/** Hops that read HTTP/1.1: one that strips `Upgrade`, one that holds bodies back, one that opens tunnels. */
import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  createServer,
  request as httpRequest,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type BuiltHop, type Upstreams, connectTo, join } from './tcp-hops.ts';

const HOST = '127.0.0.1';
/** What a buffer of the hop holds before it is passed on: a page, as with most proxies. */
const HELD_BYTES = 4_096;
const KEEP_ALIVE_MS = 65_000;

/** [RFC 9110] 7.6.1: a proxy takes these out, and whatever `Connection` names. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** What may go on to the next hop. */
export function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}

/** Passes each piece of a body on as it comes. Knows no upgrades: what asks for one arrives without it. */
export function strippingHop([upstream]: Upstreams): BuiltHop {
  const agent = new Agent({ keepAlive: true });
  let carried = 0;
  // Without a listener for upgrades Node has them answered as requests.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, reply) => {
    forward({ request, reply, upstream, agent }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      reply.flushHeaders();
      answer.on('error', () => reply.destroy());
      answer.pipe(reply);
    });
  });
  server.on('connection', () => (carried += 1));
  return { server, carried: () => carried };
}

/** Holds head and body back until there is a bufferful or the end, and closes the connection behind it. Upgrades pass. */
export function bufferingHop([upstream]: Upstreams): BuiltHop {
  let carried = 0;
  const server = createServer((request, reply) => {
    forward({ request, reply, upstream, agent: false }, (answer) => deliverHeld(answer, reply));
  });
  server.on('upgrade', (request, socket, head) => {
    const upward = connectTo(upstream);
    upward.write(headOf(request));
    upward.write(head);
    join(socket as Socket, upward);
  });
  server.on('connection', () => (carried += 1));
  return { server, carried: () => carried };
}

/** As HTTP/1.0 has it: the end of the connection is the end of the body. */
function deliverHeld(answer: IncomingMessage, reply: ServerResponse): void {
  const held: Buffer[] = [];
  let size = 0;
  reply.useChunkedEncodingByDefault = false;
  reply.shouldKeepAlive = false;
  const flush = (): void => {
    if (!reply.headersSent) reply.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    reply.write(Buffer.concat(held));
    held.length = 0;
    size = 0;
  };
  answer.on('error', () => reply.destroy());
  answer.on('data', (chunk: Buffer) => {
    held.push(chunk);
    size += chunk.length;
    if (size >= HELD_BYTES) flush();
  });
  answer.on('end', () => {
    flush();
    reply.end();
  });
}

/** Opens tunnels, to the servers that it stands before and nowhere else. */
export function connectHop(upstreams: Upstreams): BuiltHop {
  let carried = 0;
  const server = createServer((_request, reply) => {
    reply.writeHead(405, { allow: 'CONNECT' });
    reply.end();
  });
  server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const client = socket as Socket;
    const port = upstreams.find((one) => request.url === `${HOST}:${one}`);
    client.on('error', () => client.destroy());
    if (port === undefined) {
      client.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const upward = connectTo(port);
    upward.once('connect', () => {
      carried += 1;
      client.setNoDelay(true);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upward.write(head);
      join(client, upward);
    });
    upward.once('error', () => client.destroy());
  });
  return { server, carried: () => carried };
}

interface Forwarding {
  readonly request: IncomingMessage;
  readonly reply: ServerResponse;
  readonly upstream: number;
  readonly agent: Agent | false;
}

function forward({ request, reply, upstream, agent }: Forwarding, deliver: (answer: IncomingMessage) => void): void {
  const { method, url: path, headers } = request;
  const upward = httpRequest({ host: HOST, port: upstream, method, path, headers: endToEnd(headers), agent }, deliver);
  upward.on('error', () => {
    if (reply.headersSent) reply.destroy();
    else reply.writeHead(502).end();
  });
  reply.on('close', () => upward.destroy());
  request.on('error', () => upward.destroy());
  request.pipe(upward);
}

/** The head of a request as it came. */
function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const fields = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1] ?? ''}\r\n`] : []));
  return `${method ?? 'GET'} ${url ?? '/'} HTTP/1.1\r\n${fields.join('')}\r\n`;
}
