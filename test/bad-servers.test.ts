/** What drivers make of servers that are quick, slow, rude or wrong. The servers are written by hand, in the test. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { McpClient } from '../src/mcp/client.ts';
import type { ChannelEvents } from '../src/mcp/contract.ts';
import { encodeRequest } from '../src/mcp/jsonrpc.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { defaultVariant } from '../src/scenario/variant.ts';
import { type Channel, ChannelError, type ConnectOptions } from '../src/transports/contract.ts';
import { loadTransport } from '../src/transports/discover.ts';
import { bytes, milliseconds } from '../src/units.ts';

const EVENT = '{"jsonrpc":"2.0","method":"notifications/hello"}';

/** With their libraries and without, drivers are to make the same of it. */
const STACKS = ['stock', 'lean'] as const;
/** Of the test in hand. */
let stack: (typeof STACKS)[number] = 'stock';

/** What a driver told, as it told it. */
class Told implements ChannelEvents {
  readonly messages: { readonly text: string; readonly size: number }[] = [];
  readonly failures: { readonly id: number | string | undefined; readonly reason: string }[] = [];
  readonly closed: string[] = [];
  onMessage(text: string, size: number): void {
    this.messages.push({ text, size });
  }
  onSendFailure(id: number | string | undefined, reason: string): void {
    this.failures.push({ id, reason });
  }
  onClosed(reason: string): void {
    this.closed.push(reason);
  }
}

async function connectTo(name: string, address: string, options: Partial<ConnectOptions>): Promise<Channel> {
  const channel = await (
    await loadTransport(name)
  ).connect(address, {
    variant: { ...defaultVariant(name), client: stack },
    headers: {},
    maxMessageBytes: bytes(1_000),
    timeoutMs: 2_000,
    events: new Told(),
    ...options,
  });
  onTestFinished(() => channel.close());
  return channel;
}

/** Starts a server on loopback and ends it, with its connections, with the test. */
async function serve(
  listener: RequestListener,
  onUpgrade?: (request: IncomingMessage, socket: Socket) => void,
): Promise<string> {
  const server = createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  if (onUpgrade !== undefined) server.on('upgrade', onUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each(STACKS)('sse, %s client', (client) => {
  beforeEach(() => {
    stack = client;
  });

  const stream = (response: ServerResponse, text: string): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text);
  };
  const ENDPOINT = 'event: endpoint\ndata: /messages\n\n';

  /** A server whose stream begins with `text` and which answers every POST with `status`. */
  const sseServer = (text: string, status = 202): Promise<string> =>
    serve((request, response) => {
      if (request.method === 'GET') stream(response, text);
      else response.writeHead(status).end();
    });

  test('what comes in the same chunk as the announcement is not lost', async () => {
    const told = new Told();
    await connectTo('sse', `http://${await sseServer(`${ENDPOINT}data: ${EVENT}\n\n`)}/sse`, { events: told });
    await expect.poll(() => told.messages).toEqual([{ text: EVENT, size: EVENT.length }]);
  });

  test('nor is the end of a stream that ends with the announcement', async () => {
    const told = new Told();
    const host = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(ENDPOINT);
    });
    await connectTo('sse', `http://${host}/sse`, { events: told });
    await expect.poll(() => told.closed).toEqual(['the event stream ended']);
  });

  test('events of other kinds and comments are no messages; data of several lines is one', async () => {
    const told = new Told();
    const text = `: comment\n\nevent: other\ndata: x\n\nevent: message\ndata: {"a":\ndata: "ä"}\n\n`;
    await connectTo('sse', `http://${await sseServer(ENDPOINT + text)}/sse`, { events: told });
    await expect.poll(() => told.messages).toEqual([{ text: '{"a":\n"ä"}', size: 11 }]);
  });

  test.each([
    ['another origin', 'http://127.0.0.1:9/messages', /another origin/],
    ['another machine', '//evil.com/messages', /another origin/],
    ['no URL', 'http://', /another origin/],
  ])('a message URL of %s is not followed', async (_what, announced, reason) => {
    const host = await sseServer(`event: endpoint\ndata: ${announced}\n\n`);
    const connecting = connectTo('sse', `http://${host}/sse`, {});
    await expect(connecting).rejects.toThrow(reason);
    await expect(connecting).rejects.toBeInstanceOf(ChannelError);
  });

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['refuses', (response) => void response.writeHead(500).end(), /500/],
    [
      'sends no events',
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      /content type/,
    ],
    ['hangs up', (response) => void response.destroy(), /the event stream failed/],
    ['announces nothing', (response) => stream(response, ': wait\n\n'), /did not announce/],
    ['says nothing at all', () => undefined, /did not announce/],
  ])('a server that %s is no server', async (_what, answer, reason) => {
    const host = await serve((_request, response) => answer(response));
    const connecting = connectTo('sse', `http://${host}/sse`, { timeoutMs: 100 });
    await expect(connecting).rejects.toThrow(reason);
    await expect(connecting).rejects.toBeInstanceOf(ChannelError);
  });

  test.each([400, 404, 413, 500])('a POST that is answered %i is told with its id', async (status) => {
    const told = new Told();
    const channel = await connectTo('sse', `http://${await sseServer(ENDPOINT, status)}/sse`, { events: told });
    channel.send(encodeRequest(77, 'ping', undefined));
    await expect
      .poll(() => told.failures)
      .toEqual([{ id: 77, reason: `the server answered the POST with HTTP ${status}` }]);
    expect(told.closed).toEqual([]);
  });

  test('a POST whose connection breaks is told with its id, and the stream goes on', async () => {
    const told = new Told();
    const host = await serve((request, response) => {
      if (request.method === 'GET') stream(response, ENDPOINT);
      else request.socket.destroy();
    });
    const channel = await connectTo('sse', `http://${host}/sse`, { events: told });
    channel.send(encodeRequest(78, 'ping', undefined));
    await expect.poll(() => told.failures).toMatchObject([{ id: 78, reason: /^POST failed/ }]);
    expect(told.closed).toEqual([]);
  });

  test('its own headers go with every request, and are named but not told', async () => {
    const seen: (string | undefined)[] = [];
    const host = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.method === 'GET') stream(response, ENDPOINT);
      else response.writeHead(202).end();
    });
    const channel = await connectTo('sse', `http://${host}/sse`, { headers: { authorization: 'Bearer secret' } });
    channel.send(encodeRequest(1, 'ping', undefined));
    await expect.poll(() => seen).toEqual(['Bearer secret', 'Bearer secret']);
    expect(JSON.stringify([channel.handshake(), channel.sockets()])).not.toContain('secret');
  });
});

describe.each(STACKS)('websocket, %s client', (client) => {
  beforeEach(() => {
    stack = client;
  });

  const ignore: RequestListener = (_request, response) => void response.writeHead(426).end();

  /** [RFC 6455] 4.2.2: the response that accepts a key. */
  function accept(request: IncomingMessage): string {
    const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const digest = createHash('sha1').update(key).digest('base64');
    return (
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${digest}\r\nSec-WebSocket-Protocol: mcp\r\n\r\n`
    );
  }

  /** A text frame from the server; up to 125 bytes. */
  const frame = (text: string): Buffer =>
    Buffer.concat([Buffer.from([0x81, Buffer.byteLength(text)]), Buffer.from(text)]);

  /** A server that speaks through `ws`. */
  async function webSocketServer(
    onConnection: (webSocket: WebSocket, request: IncomingMessage) => void,
  ): Promise<string> {
    const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'mcp' });
    return serve(ignore, (request, socket) => {
      webSockets.handleUpgrade(request, socket, Buffer.alloc(0), (webSocket) => onConnection(webSocket, request));
    });
  }

  test('a frame in the same chunk as the upgrade’s response is not lost', async () => {
    const told = new Told();
    const host = await serve(ignore, (request, socket) => {
      socket.write(Buffer.concat([Buffer.from(accept(request)), frame(EVENT)]));
    });
    await connectTo('websocket', `ws://${host}/mcp`, { events: told });
    await expect.poll(() => told.messages).toEqual([{ text: EVENT, size: EVENT.length }]);
  });

  test('nor is a close frame, or the end of the connection', async () => {
    const told = new Told();
    const host = await serve(ignore, (request, socket) => {
      socket.end(Buffer.concat([Buffer.from(accept(request)), Buffer.from([0x88, 2, 0x03, 0xe9])]));
    });
    await connectTo('websocket', `ws://${host}/mcp`, { events: told });
    await expect.poll(() => told.closed).toEqual(['the WebSocket closed with code 1001']);
  });

  test(
    'who calls again at every answer learns that an answer with a close was the last',
    { timeout: 10_000 },
    async () => {
      const host = await webSocketServer((webSocket) => {
        webSocket.on('message', (data: Buffer) => {
          const { id } = JSON.parse(data.toString()) as { id: number };
          webSocket.send(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
          webSocket.close(1000, 'enough');
        });
      });
      const closed: string[] = [];
      const client = new McpClient({
        clock: monotonicClock(),
        timeoutNs: milliseconds(5_000),
        onClosed: (reason) => void closed.push(reason),
      });
      client.attach(await connectTo('websocket', `ws://${host}/mcp`, { events: client }));
      onTestFinished(() => client.detach());
      const kinds: string[] = [];
      while (kinds.at(-1) !== 'disconnected' && kinds.length < 1_000) {
        kinds.push((await client.request('ping', undefined)).outcome.kind);
      }
      expect(kinds).toEqual(['ok', 'disconnected']);
      expect(closed).toHaveLength(1);
    },
  );

  test('a binary frame is passed on as one that cannot be read', async () => {
    const told = new Told();
    const host = await webSocketServer((webSocket) => webSocket.send(Buffer.from(EVENT), { binary: true }));
    await connectTo('websocket', `ws://${host}/mcp`, { events: told });
    await expect.poll(() => told.messages).toEqual([{ text: '', size: EVENT.length }]);
  });

  test('a message over the client’s own cap ends the connection', async () => {
    const told = new Told();
    const codes: number[] = [];
    const host = await webSocketServer((webSocket) => {
      webSocket.on('close', (code) => void codes.push(code));
      webSocket.send('x'.repeat(1_001));
    });
    await connectTo('websocket', `ws://${host}/mcp`, { events: told, maxMessageBytes: bytes(1_000) });
    await expect.poll(() => told.closed.length).toBe(1);
    await expect.poll(() => codes).toEqual([1009]);
    expect(told.messages).toEqual([]);
  });

  test.each<[string, (request: IncomingMessage, socket: Socket) => void, RegExp]>([
    ['refuses', (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'), /HTTP 401/],
    ['hangs up', (_request, socket) => socket.destroy(), /WebSocket: /],
    ['says nothing', () => undefined, /timed out/],
    [
      'forgets the subprotocol',
      (request, socket) => socket.write(accept(request).replace(/Sec-WebSocket-Protocol.*\r\n/, '')),
      /subprotocol/,
    ],
    [
      'answers another key',
      (request, socket) => socket.write(accept(request).replace('Accept: ', 'Accept: x')),
      /Accept/,
    ],
  ])('a server that %s is no server', async (_what, onUpgrade, reason) => {
    const host = await serve(ignore, onUpgrade);
    const connecting = connectTo('websocket', `ws://${host}/mcp`, { timeoutMs: 100 });
    await expect(connecting).rejects.toThrow(reason);
    await expect(connecting).rejects.toBeInstanceOf(ChannelError);
  });

  test('its own headers go with the upgrade', async () => {
    const seen: (string | undefined)[] = [];
    const host = await webSocketServer((_webSocket, request) => void seen.push(request.headers.authorization));
    const channel = await connectTo('websocket', `ws://${host}/mcp`, { headers: { authorization: 'Bearer secret' } });
    await expect.poll(() => seen).toEqual(['Bearer secret']);
    expect(JSON.stringify([channel.handshake(), channel.sockets()])).not.toContain('secret');
  });

  test(
    'closing waits for a server that does not answer the close frame, but not for long',
    { timeout: 5_000 },
    async () => {
      const told = new Told();
      const host = await serve(ignore, (request, socket) => void socket.write(accept(request)));
      const channel = await connectTo('websocket', `ws://${host}/mcp`, { events: told });
      await channel.close();
      expect(channel.sockets()).toMatchObject([{ open: false }]);
      expect(told.closed).toEqual([]);
    },
  );
});
