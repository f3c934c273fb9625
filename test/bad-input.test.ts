/** What endpoints do with clients that break the rules: refuse as the protocol says, and stay there for the others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { loadTransport } from '../src/transports/discover.ts';
import { bytes } from '../src/units.ts';
import { endChild } from './fixtures/child.ts';
import { type Bench, callTool, openSession, startBench, textOf } from './fixtures/session.ts';

const CAP = bytes(64 * 1024);
const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const PONG = '{"jsonrpc":"2.0","id":1,"result":{}}';
const FOREIGN_HOSTS = ['evil.com', '127.0.0.1.evil.com', 'localhost.evil.com:80'];
const FOREIGN_ORIGINS = [
  'http://evil.com',
  'http://127.0.0.1.evil.com',
  'https://localhost.evil.com',
  'null',
  'file://',
];

/** A stranger's sins must not have cost the others anything. */
async function expectAlive(name: string, { endpoint }: Bench): Promise<void> {
  const { client } = await openSession(await loadTransport(name), endpoint.address);
  expect(textOf(await callTool(client, 'echo', { text: 'alive' }))).toBe('alive');
}

describe('sse', async () => {
  const transport = await loadTransport('sse');
  const JSON_TYPE = { 'content-type': 'application/json' };

  interface RawStream {
    readonly response: IncomingMessage;
    readonly request: ClientRequest;
    readonly messageUrl: string;
    /** Everything that has come so far. */
    text(): string;
  }

  /** Opens the event stream by hand. */
  async function openStream({ endpoint }: Bench): Promise<RawStream> {
    const request = get(endpoint.address, { agent: false });
    request.on('error', () => undefined); // It is destroyed in the end.
    onTestFinished(() => void request.destroy());
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await expect.poll(() => text).toMatch(/\n\n$/);
    const path = /^event: endpoint\ndata: (\/messages\?sessionId=[3-9bdfghlmnp-]{36})\n\n$/.exec(text)?.[1];
    if (path === undefined) throw new Error(`the stream began with ${JSON.stringify(text)}`);
    return { request, response, messageUrl: new URL(path, endpoint.address).href, text: () => text };
  }

  const post = async (url: string, body: string, headers: Record<string, string> = JSON_TYPE): Promise<unknown> => {
    const response = await request(url, { method: 'POST', headers, body });
    return { status: response.statusCode, body: await response.body.text() };
  };

  test('a stream says what it is, names its message URL first, and answers come on it as events', async () => {
    const bench = await startBench(transport, CAP);
    const stream = await openStream(bench);
    expect(stream.response.statusCode).toBe(200);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(await post(stream.messageUrl, PING)).toEqual({ status: 202, body: '' });
    await expect.poll(() => stream.text()).toMatch(new RegExp(`\\n\\nevent: message\\ndata: ${PONG}\\n\\n$`));
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON ;charset=utf-8'])(
    'content type %s is accepted',
    async (type) => {
      const { messageUrl } = await openStream(await startBench(transport, CAP));
      expect(await post(messageUrl, PING, { 'content-type': type })).toMatchObject({ status: 202 });
    },
  );

  test.each(['text/plain', 'application/jsonx', 'application/json-seq', 'text/json', 'x; application/json', ''])(
    'content type %j is answered 400',
    async (type) => {
      const bench = await startBench(transport, CAP);
      const { messageUrl } = await openStream(bench);
      expect(await post(messageUrl, PING, type === '' ? {} : { 'content-type': type })).toMatchObject({ status: 400 });
      expect(bench.server.counts.messagesUp).toBe(0);
    },
  );

  test.each([
    ['{"jsonrpc":"2.0",', -32700],
    ['', -32700],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ['{"id":1,"method":"ping"}', -32600],
    ['7', -32600],
  ])('%j is answered 400 with a JSON-RPC error, and nothing comes on the stream', async (body, code) => {
    const stream = await openStream(await startBench(transport, CAP));
    const before = stream.text();
    const answer = (await post(stream.messageUrl, body)) as { status: number; body: string };
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } });
    expect(await post(stream.messageUrl, PING)).toMatchObject({ status: 202 });
    await expect.poll(() => stream.text()).toBe(`${before}event: message\ndata: ${PONG}\n\n`);
  });

  test.each(['?sessionId=00000000-0000-0000-0000-000000000000', '?sessionId=', ''])(
    'an unknown session (%j) is answered 404',
    async (query) => {
      const { endpoint } = await startBench(transport, CAP);
      expect(await post(new URL(`/messages${query}`, endpoint.address).href, PING)).toMatchObject({ status: 404 });
    },
  );

  test('a session whose stream has ended is unknown', async () => {
    const bench = await startBench(transport, CAP);
    const { messageUrl, request } = await openStream(bench);
    request.destroy();
    await expect.poll(() => bench.server.sessions).toBe(0);
    expect(await post(messageUrl, PING)).toMatchObject({ status: 404 });
  });

  test('a message over the cap is answered 413, one at the cap is taken, and the session goes on', async () => {
    const bench = await startBench(transport, CAP);
    const { messageUrl } = await openStream(bench);
    const ofSize = (size: number): string => PING.replace('}', `,"x":"${'x'.repeat(size - PING.length - 7)}"}`);
    expect(ofSize(CAP)).toHaveLength(CAP);
    expect(await post(messageUrl, ofSize(CAP))).toMatchObject({ status: 202 });
    expect(await post(messageUrl, ofSize(CAP + 1))).toMatchObject({ status: 413 });
    expect(await post(messageUrl, 'x'.repeat(10 * CAP))).toMatchObject({ status: 413 });
    expect(await post(messageUrl, PING)).toMatchObject({ status: 202 });
    expect(bench.server.counts.messagesUp).toBe(2);
    await expectAlive('sse', bench);
  });

  test('a client that leaves in the middle of a message leaves nothing behind', async () => {
    const bench = await startBench(transport, CAP);
    const { messageUrl } = await openStream(bench);
    const { port, pathname, search } = new URL(messageUrl);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`POST ${pathname}${search} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`);
    socket.write(`Content-Length: 100\r\n\r\n{"jsonrpc"`);
    await expect.poll(() => bench.endpoint.sockets().filter(({ open }) => open).length).toBe(2);
    socket.destroy();
    await expect.poll(() => bench.endpoint.sockets().filter(({ open }) => open).length).toBe(1);
    expect(bench.server.counts.messagesUp).toBe(0);
    await expectAlive('sse', bench);
  });

  test.each(FOREIGN_HOSTS)('Host %s is answered 403, stream and message alike', async (host) => {
    const bench = await startBench(transport, CAP);
    const { messageUrl } = await openStream(bench);
    expect((await request(bench.endpoint.address, { headers: { host } })).statusCode).toBe(403);
    expect(await post(messageUrl, PING, { ...JSON_TYPE, host })).toMatchObject({ status: 403 });
    expect(bench.server.sessions).toBe(1);
  });

  test.each(FOREIGN_ORIGINS)('Origin %s is answered 403, stream and message alike', async (origin) => {
    const bench = await startBench(transport, CAP);
    const { messageUrl } = await openStream(bench);
    expect((await request(bench.endpoint.address, { headers: { origin } })).statusCode).toBe(403);
    expect(await post(messageUrl, PING, { ...JSON_TYPE, origin })).toMatchObject({ status: 403 });
    expect(bench.server.counts.messagesUp).toBe(0);
  });

  test('an Origin of this machine is welcome', async () => {
    const bench = await startBench(transport, CAP);
    const { messageUrl } = await openStream(bench);
    expect(await post(messageUrl, PING, { ...JSON_TYPE, origin: 'http://localhost:3000' })).toMatchObject({
      status: 202,
    });
  });

  test.each([
    ['DELETE', '/sse', 405],
    ['DELETE', '/messages', 405],
    ['POST', '/sse', 405],
    ['HEAD', '/sse', 405],
    ['GET', '/messages', 405],
    ['GET', '/', 404],
    ['POST', '/mcp', 404],
  ] as const)('%s %s is answered %i', async (method, path, status) => {
    const { endpoint, server } = await startBench(transport, CAP);
    const response = await request(new URL(path, endpoint.address), { method });
    await response.body.dump();
    expect(response.statusCode).toBe(status);
    expect(server.sessions).toBe(0);
  });
});

describe('websocket', async () => {
  const transport = await loadTransport('websocket');

  interface RawSocket {
    readonly webSocket: WebSocket;
    readonly received: string[];
    /** Resolves with the code of the close frame. */
    readonly closed: Promise<number>;
  }

  async function open({ endpoint }: Bench): Promise<RawSocket> {
    const webSocket = new WebSocket(endpoint.address, 'mcp');
    onTestFinished(() => webSocket.terminate());
    const received: string[] = [];
    webSocket.on('message', (data: Buffer) => void received.push(data.toString()));
    webSocket.on('error', () => undefined); // Followed by 'close', whose code is what counts.
    const closed = once(webSocket, 'close').then(([code]) => code as number);
    await once(webSocket, 'open');
    return { webSocket, received, closed };
  }

  /** The HTTP status with which an upgrade is refused. */
  async function refusal(address: string, protocols: string[], headers: Record<string, string> = {}): Promise<unknown> {
    const webSocket = new WebSocket(address, protocols, { headers });
    webSocket.on('error', () => undefined);
    const [request, response] = (await once(webSocket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
    request.destroy();
    return response.statusCode;
  }

  test('the subprotocol is mcp, without extensions, whatever else is offered', async () => {
    const { endpoint } = await startBench(transport, CAP);
    const webSocket = new WebSocket(endpoint.address, ['other', 'mcp'], { perMessageDeflate: true });
    onTestFinished(() => webSocket.terminate());
    await once(webSocket, 'open');
    expect(webSocket.protocol).toBe('mcp');
    expect(webSocket.extensions).toBe('');
  });

  test('a binary frame closes with 1003, and what it holds is not handled', async () => {
    const bench = await startBench(transport, CAP);
    const { webSocket, received, closed } = await open(bench);
    webSocket.send(Buffer.from(PING), { binary: true });
    expect(await closed).toBe(1003);
    expect(received).toEqual([]);
    expect(bench.server.counts.messagesUp).toBe(0);
    await expectAlive('websocket', bench);
  });

  test.each([
    ['{"jsonrpc":"2.0",', -32700],
    ['', -32700],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ['{"id":1,"method":"ping"}', -32600],
  ])('%j is answered with an error to no id, and the connection stays', async (text, code) => {
    const bench = await startBench(transport, CAP);
    const { webSocket, received } = await open(bench);
    webSocket.send(text);
    webSocket.send(PING);
    await expect.poll(() => received.length).toBe(2);
    expect(JSON.parse(received[0]!)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } });
    expect(received[1]).toBe(PONG);
    expect(bench.endpoint.sockets()).toMatchObject([{ messagesUp: 2, messagesDown: 2 }]);
  });

  test.each([CAP + 1, 100 * CAP])('a message of %i bytes, over the cap, closes with 1009', async (size) => {
    const bench = await startBench(transport, CAP);
    const { webSocket, closed } = await open(bench);
    webSocket.send('x'.repeat(size));
    expect(await closed).toBe(1009);
    expect(bench.server.counts.messagesUp).toBe(0);
    await expect.poll(() => bench.server.sessions).toBe(0);
    await expectAlive('websocket', bench);
  });

  test('and the client hears of it even while it is still sending, in a process of its own', async () => {
    const { endpoint } = await startBench(transport, CAP);
    const script = `
      import { WebSocket } from 'ws';
      const codes = [];
      for (let round = 0; round < 20; round += 1) {
        const webSocket = new WebSocket(process.argv[1], 'mcp');
        webSocket.on('error', () => undefined).on('open', () => webSocket.send('x'.repeat(6_400_000)));
        codes.push(await new Promise((resolve) => void webSocket.on('close', resolve)));
      }
      console.log(JSON.stringify(codes));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, endpoint.address]);
    onTestFinished(() => endChild(child));
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(JSON.parse(output)).toEqual(Array(20).fill(1009));
  });

  test('so does one that exceeds it in fragments; one at the cap is taken', async () => {
    const bench = await startBench(transport, CAP);
    const taken = await open(bench);
    taken.webSocket.send('x'.repeat(CAP));
    await expect.poll(() => taken.received.length).toBe(1);
    const { webSocket, closed } = await open(bench);
    webSocket.send('x'.repeat(CAP), { fin: false });
    webSocket.send('x', { fin: true });
    expect(await closed).toBe(1009);
  });

  test('a message in fragments, cut within a character, is one message', async () => {
    const { webSocket, received } = await open(await startBench(transport, CAP));
    const request = Buffer.from('{"jsonrpc":"2.0","id":"😀","method":"ping"}');
    const middle = request.indexOf(0xf0) + 2;
    webSocket.send(request.subarray(0, middle), { binary: false, fin: false });
    webSocket.send(request.subarray(middle), { binary: false, fin: true });
    await expect.poll(() => received).toEqual(['{"jsonrpc":"2.0","id":"😀","result":{}}']);
  });

  test.each(FOREIGN_ORIGINS)('Origin %s is answered 403', async (origin) => {
    const { endpoint, server } = await startBench(transport, CAP);
    expect(await refusal(endpoint.address, ['mcp'], { origin })).toBe(403);
    expect(server.sessions).toBe(0);
  });

  test.each(FOREIGN_HOSTS)('Host %s is answered 403', async (host) => {
    const { endpoint, server } = await startBench(transport, CAP);
    expect(await refusal(endpoint.address, ['mcp'], { host })).toBe(403);
    expect(server.sessions).toBe(0);
  });

  test.each([[[]], [['mcp2']], [['MCP', 'other']]])('subprotocols %j are answered 400', async (offered) => {
    const { endpoint, server } = await startBench(transport, CAP);
    expect(await refusal(endpoint.address, offered)).toBe(400);
    expect(server.sessions).toBe(0);
  });

  test('another path is answered 404, a plain GET 426 with what to upgrade to', async () => {
    const { endpoint } = await startBench(transport, CAP);
    expect(await refusal(endpoint.address.replace('/mcp', '/other'), ['mcp'])).toBe(404);
    const response = await request(endpoint.address.replace('ws:', 'http:'));
    await response.body.dump();
    expect(response.statusCode).toBe(426);
    expect(response.headers).toMatchObject({ upgrade: 'websocket' });
  });

  const upgrade = (host: string, protocol: string): string =>
    `GET /mcp HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${protocol}` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

  async function rawConnection({ endpoint }: Bench, text: string): Promise<{ socket: Socket; received: () => Buffer }> {
    const socket = connect({ port: Number(new URL(endpoint.address).port), host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
    });
    socket.write(text);
    await expect.poll(() => received.toString('latin1')).toContain('\r\n\r\n');
    return { socket, received: () => received };
  }

  test('a frame without a mask closes with 1002', async () => {
    const bench = await startBench(transport, CAP);
    const { socket, received } = await rawConnection(bench, upgrade('localhost', 'Sec-WebSocket-Protocol: mcp\r\n'));
    expect(received().toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
    const before = received().length;
    socket.write(Buffer.concat([Buffer.from([0x81, PING.length]), Buffer.from(PING)]));
    await expect.poll(() => received().length).toBeGreaterThan(before);
    // [RFC 6455] 5.5.1: opcode 8, the code in the first two bytes.
    expect(received()[before]).toBe(0x88);
    expect(received().readUInt16BE(before + 2)).toBe(1002);
    expect(bench.server.counts.messagesUp).toBe(0);
  });

  test(
    'one who is refused and never hangs up does not keep the endpoint from closing',
    { timeout: 5_000 },
    async () => {
      const bench = await startBench(transport, CAP);
      const { received } = await rawConnection(bench, upgrade('localhost', ''));
      expect(received().toString('latin1')).toMatch(/^HTTP\/1\.1 400 /);
      await bench.endpoint.close();
      expect(bench.endpoint.sockets().filter(({ open }) => open)).toEqual([]);
    },
  );

  test('nor does one who connects and says nothing', { timeout: 5_000 }, async () => {
    const bench = await startBench(transport, CAP);
    const socket = connect(Number(new URL(bench.endpoint.address).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await expect.poll(() => bench.endpoint.sockets().length).toBe(1);
    await bench.endpoint.close();
  });
});
