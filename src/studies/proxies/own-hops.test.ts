import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer, get, request } from 'node:http';
import { type AddressInfo, type Socket, connect, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../../test/fixtures/command.ts';
import { milliseconds } from '../../units.ts';
import { endToEnd } from './http-hops.ts';
import { type OwnHopOrder, hopHandlers } from './own-hops.ts';

const IDLE = milliseconds(100);

/** Says of each request what of it arrived, in a first piece, and leaves the rest to the test. */
async function origin(): Promise<{ readonly port: number; readonly replies: readonly ServerResponse[] }> {
  const replies: ServerResponse[] = [];
  const server = createServer((incoming, reply) => {
    reply.writeHead(200, { 'content-type': 'text/plain', connection: 'keep-alive, x-mine', 'x-mine': 'secret' });
    reply.write(JSON.stringify({ url: incoming.url, headers: incoming.headers }));
    replies.push(reply);
  });
  server.on('upgrade', (_incoming, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  return { port: await listen(server), replies };
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** Hops of a test live in its process and end with it. */
async function start(hop: OwnHopOrder['hop'], upstream: number, ...more: number[]) {
  const handlers = hopHandlers();
  const started = await handlers.start({ hop, upstreams: [upstream, ...more], idleNs: IDLE });
  return { ...started, carried: () => handlers.carried({ port: started.port }) };
}

const headersOf = (port: number, headers = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/p?q', headers, agent: false }, resolve).on('error', reject);
  });

describe('strips Upgrade', () => {
  test('an upgrade arrives as a request without it, end-to-end fields as they were; pieces pass as they come', async () => {
    const { port } = await origin();
    const hop = await start('strip-upgrade', port);
    const answer = await headersOf(hop.port, {
      connection: 'Upgrade, X-Hop',
      upgrade: 'echo',
      'x-hop': '1',
      'x-kept': '2',
    });
    expect(answer.statusCode).toBe(200);
    const [piece] = (await once(answer, 'data')) as [Buffer];
    const { url, headers } = JSON.parse(piece.toString()) as { url: string; headers: Record<string, string> };
    expect(url).toBe('/p?q');
    expect(headers).toMatchObject({ 'x-kept': '2', connection: 'keep-alive' });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['upgrade']));
    expect(headers).not.toHaveProperty('x-hop');
    expect(answer.headers).not.toHaveProperty('x-mine');
    answer.destroy();
    expect(hop.carried()).toBe(1);
  });

  test('endToEnd drops what Connection names', () => {
    expect(endToEnd({ connection: 'close, X-One', 'x-one': '1', te: 'trailers', 'x-two': '2' })).toEqual({
      'x-two': '2',
    });
  });
});

describe('buffering', () => {
  test('nothing comes before a bufferful or the end, and then all of it', async () => {
    const { port, replies } = await origin();
    const hop = await start('buffering', port);
    const answered = headersOf(hop.port);
    let came = false;
    void answered.then(() => (came = true));
    await eventually(() => replies[0], 'request through the hop');
    // A later request past the hop: when its first piece is here, the hop has had its own.
    await once(await headersOf(port), 'data');
    expect(came).toBe(false);
    replies[0]?.end('the end');
    const answer = await answered;
    expect(answer.headers).toMatchObject({ connection: 'close', 'content-type': 'text/plain' });
    expect(answer.headers).not.toHaveProperty('transfer-encoding');
    expect(await text(answer)).toMatch(/^\{.*\}the end$/);
  });

  test('a bufferful passes before the end', async () => {
    const { port, replies } = await origin();
    const hop = await start('buffering', port);
    const answered = headersOf(hop.port);
    (await eventually(() => replies[0], 'request through the hop')).write('x'.repeat(4_096));
    const [piece] = (await once(await answered, 'data')) as [Buffer];
    expect(piece.length).toBeGreaterThan(0);
    replies[0]?.end();
  });

  test('an upgrade passes, bytes and all', async () => {
    const { port } = await origin();
    const hop = await start('buffering', port);
    const upgrading = request({
      host: '127.0.0.1',
      port: hop.port,
      headers: { connection: 'Upgrade', upgrade: 'echo' },
    });
    upgrading.end();
    const [answer, socket] = (await once(upgrading, 'upgrade')) as [IncomingMessage, Socket];
    onTestFinished(() => void socket.destroy());
    expect(answer.statusCode).toBe(101);
    socket.write('x');
    expect(String(await once(socket, 'data'))).toBe('x');
  });
});

/** Says back what it hears, behind its own name. */
async function echo(name = ''): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(name);
    socket.pipe(socket);
  });
  return listen(server);
}

function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  return socket;
}

const firstOf = async (socket: Socket): Promise<string> => String(await once(socket, 'data'));

describe('relays', () => {
  test('one passes bytes and the end of a connection', async () => {
    const hop = await start('tcp-relay', await echo());
    const socket = dial(hop.port);
    socket.write('hello');
    expect(await firstOf(socket)).toBe('hello');
    socket.end();
    await once(socket, 'close');
    expect(hop.carried()).toBe(1);
  });

  test('a balancer takes turns', async () => {
    const hop = await start('balancer', await echo('one'), await echo('two'));
    const names: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) names.push(await firstOf(dial(hop.port)));
    expect(names).toEqual(['one', 'two', 'one']);
  });

  test('an idle timeout cuts a silent connection, not before its time, and none that is used', async () => {
    const hop = await start('idle-timeout', await echo());
    const [silent, used] = [dial(hop.port), dial(hop.port)];
    const pulse = setInterval(() => used.write('x'), 10);
    used.resume();
    const openedNs = process.hrtime.bigint();
    await once(silent, 'close');
    clearInterval(pulse);
    expect(Number(process.hrtime.bigint() - openedNs)).toBeGreaterThanOrEqual(IDLE);
    expect(used.destroyed).toBe(false);
  });

  test('a black hole takes a connection and says nothing', async () => {
    const hop = await start('black-hole', await echo('hello'));
    const [socket, past] = [dial(hop.port), dial((await start('tcp-relay', await echo('hello'))).port)];
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.write('x');
    expect(await firstOf(past)).toBe('hello');
    expect(heard).toBe('');
    expect(hop.carried()).toBe(0);
  });

  test('a TLS terminator has a certificate, and plain bytes behind it', async () => {
    const hop = await start('tls-terminator', await echo());
    const socket = connectTls({ port: hop.port, host: '127.0.0.1', ca: hop.certificate, servername: 'localhost' });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    socket.write('hello');
    expect(String(await once(socket, 'data'))).toBe('hello');
  });
});

describe('a CONNECT proxy', () => {
  const ask = async (
    port: number,
    authority: string,
  ): Promise<{ readonly status: number | undefined; readonly socket: Socket }> => {
    const asking = request({ host: '127.0.0.1', port, method: 'CONNECT', path: authority });
    asking.end();
    const [answer, socket] = (await once(asking, 'connect')) as [IncomingMessage, Socket];
    onTestFinished(() => void socket.destroy());
    return { status: answer.statusCode, socket };
  };

  test('opens a tunnel to its upstream', async () => {
    const upstream = await echo();
    const hop = await start('connect-proxy', upstream);
    const { status, socket } = await ask(hop.port, `127.0.0.1:${upstream}`);
    expect(status).toBe(200);
    socket.write('hello');
    expect(await firstOf(socket)).toBe('hello');
    expect(hop.carried()).toBe(1);
  });

  test('and to nowhere else', async () => {
    const [upstream, elsewhere] = [await echo(), await echo()];
    const hop = await start('connect-proxy', upstream);
    expect((await ask(hop.port, `127.0.0.1:${elsewhere}`)).status).toBe(403);
    expect((await headersOf(hop.port)).statusCode).toBe(405);
    expect(hop.carried()).toBe(0);
  });
});
