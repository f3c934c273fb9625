/** Both halves against each other, over every kind of connection there is, with a relay in between that counts on its own. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startRelay } from '../../test/fixtures/relay.ts';
import { bytes } from '../units.ts';
import { readBody } from './body.ts';
import { EventStream } from './event-stream.ts';
import { MAX_UNREAD_BYTES } from './unread.ts';
import { openHttpClient } from './http-client.ts';
import { listenHttp } from './http-server.ts';
import type {
  HttpClient,
  HttpClientOptions,
  HttpExchange,
  HttpRequest,
  HttpServer,
  HttpServerOptions,
} from './http.ts';

type Kind = HttpServerOptions['variant'] & HttpClientOptions['variant'];
const KINDS: Kind[] = (['1.1', '2'] as const).flatMap((http) =>
  [false, true].map((tls) => ({ http, tls, compression: 'off' as const })),
);
const LIMIT = bytes(8 * 1024 * 1024);
const TIMEOUT_MS = 2_000;

async function serve(variant: Kind, onRequest: HttpServerOptions['onRequest'] = echo): Promise<HttpServer> {
  const server = await listenHttp({ variant, onRequest });
  onTestFinished(() => server.close());
  return server;
}

/** Answers with the body. */
const echo: HttpServerOptions['onRequest'] = (request, reply) =>
  readBody(request, LIMIT, (body) => {
    reply.writeHead(body.kind === 'whole' ? 200 : 413, { 'content-type': 'text/plain' });
    reply.end(body.kind === 'whole' ? body.text : 'too large');
  });

function open(variant: Kind, origin: string, certificate: string | undefined): HttpClient {
  const client = openHttpClient({ origin: new URL(origin).origin, variant, certificate, timeoutMs: TIMEOUT_MS });
  onTestFinished(() => client.close());
  return client;
}

const POST: HttpRequest = { method: 'POST', path: '/', headers: {} };
const LASTING: HttpRequest = { method: 'GET', path: '/', headers: {}, lasting: true };

interface Came {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  text: string;
  /** How it ended; `undefined` while it has not. */
  end: string | undefined;
  exchange: HttpExchange;
}

/** What comes for a request, as it comes. */
function ask(client: HttpClient, request: HttpRequest, onChange: (came: Came) => void = () => undefined): Came {
  const came: Came = { status: 0, headers: {}, text: '', end: undefined, exchange: { abort: () => undefined } };
  const end = (how: string): void => {
    came.end = came.end === undefined ? how : `${came.end}, then ${how}`;
    onChange(came);
  };
  came.exchange = client.request(request, {
    onHead: (status, headers) => Object.assign(came, { status, headers }),
    onData: (chunk) => {
      came.text += chunk.toString();
      onChange(came);
    },
    onEnd: () => end('end'),
    onError: (error) => end(`error: ${error.message}`),
  });
  return came;
}

const answered = (client: HttpClient, request: HttpRequest): Promise<Came> =>
  new Promise((resolve) => {
    ask(client, request, (came) => {
      if (came.end !== undefined) resolve(came);
    });
  });

const settled = async (came: Came, part: Partial<Came>): Promise<void> =>
  await expect.poll(() => came, { timeout: 5_000, interval: 2 }).toMatchObject(part);

describe.each(KINDS)('HTTP/$http, TLS $tls', (variant) => {
  test('a request is answered, and both ends and a relay count the same bytes', async () => {
    const server = await serve(variant);
    const relay = await startRelay(server.origin);
    onTestFinished(() => relay.close());
    const client = open(variant, relay.address, server.certificate);
    const plain = randomBytes(30_000).toString('hex');
    expect(await answered(client, { ...POST, body: plain })).toMatchObject({ status: 200, text: plain, end: 'end' });
    const agreed = async (): Promise<void> =>
      await expect.poll(() => [client.wire(), server.wire()], { interval: 2 }).toEqual([relay.wire(), relay.wire()]);
    await agreed();
    expect(client.wire().upBytes).toBeGreaterThan(plain.length);
    expect(client.wire().downBytes).toBeGreaterThan(plain.length);
  });

  test('what a closed connection carried still counts, farewells included', async () => {
    const server = await serve(variant);
    const client = open(variant, server.origin, server.certificate);
    await answered(client, { ...POST, body: 'x'.repeat(1_000) });
    const before = client.wire();
    await client.close();
    await expect.poll(() => server.sockets(), { interval: 2 }).toMatchObject([{ open: false }]);
    expect(client.sockets()).toMatchObject([{ open: false }]);
    expect(server.wire().upBytes).toBe(client.wire().upBytes);
    expect(client.wire().upBytes).toBeGreaterThanOrEqual(before.upBytes);
    // TLS says goodbye to a client of HTTP/1.1 that has gone already: 24 bytes that one end has written and nobody reads.
    const unread = variant.tls && variant.http === '1.1' ? [0, 24] : [0];
    expect(unread).toContain(server.wire().downBytes - client.wire().downBytes);
  });

  test('says what it is: sockets without Nagle, TLS, windows', async () => {
    const server = await serve(variant);
    const client = open(variant, server.origin, server.certificate);
    await answered(client, { ...POST, body: 'x' });
    expect(client.tls()).toBe(variant.tls ? 'TLSv1.3 TLS_AES_256_GCM_SHA384, not resumed' : '');
    expect(client.openingRoundTrips).toBe(variant.tls ? 2 : 1);
    expect([client.sockets(), server.sockets()]).toMatchObject([[{ noDelay: true }], [{ noDelay: true }]]);
    const { tls, http2Windows, keepAliveMs } = server.settings();
    expect({ tls, windows: http2Windows !== undefined, kept: keepAliveMs !== undefined }).toEqual({
      tls: variant.tls,
      windows: variant.http === '2',
      kept: variant.http === '1.1',
    });
  });

  test('messages are counted at the socket that brought them', async () => {
    const server: HttpServer = await serve(variant, (request, reply) => {
      server.entry(request).messagesUp += 1;
      echo(request, reply);
    });
    const client = open(variant, server.origin, server.certificate);
    await answered(client, { ...POST, body: 'x' });
    // A connection of HTTP/1.1 is free again a turn after its response.
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    await answered(client, { ...POST, body: 'y' });
    expect(server.sockets()).toMatchObject([{ messagesUp: 2 }]);
  });

  test('4 MiB each way; a body beyond the limit is refused', async () => {
    const server = await serve(variant);
    const client = open(variant, server.origin, server.certificate);
    const body = 'b'.repeat(4 * 1024 * 1024);
    const came = await answered(client, { ...POST, body });
    expect([came.status, came.text.length, came.end]).toEqual([200, body.length, 'end']);
    expect(await answered(client, { ...POST, body: 'c'.repeat(LIMIT + 1) })).toMatchObject({ status: 413, end: 'end' });
    expect(await answered(client, { ...POST, body: 'still there' })).toMatchObject({ text: 'still there' });
  });

  test('a lasting response comes piece by piece beside other requests; aborting it is told to the server and to nobody else', async () => {
    let gone = 0;
    const server = await serve(variant, (request, reply) => {
      if (request.method === 'POST') {
        echo(request, reply);
        return;
      }
      reply.on('close', () => (gone += 1));
      const stream = new EventStream({ request, reply, compression: 'off' });
      stream.send('message', 'first');
      setTimeout(() => stream.send('message', 'second', '7'), 20);
    });
    const client = open(variant, server.origin, server.certificate);
    const came = ask(client, LASTING);
    await settled(came, { status: 200, text: 'event: message\ndata: first\n\n' });
    expect(await answered(client, { ...POST, body: 'x' })).toMatchObject({ text: 'x' });
    await settled(came, { text: 'event: message\ndata: first\n\nevent: message\nid: 7\ndata: second\n\n' });
    expect(client.opened).toBe(variant.http === '2' ? 1 : 2);
    came.exchange.abort();
    await expect.poll(() => gone, { interval: 2 }).toBe(1);
    expect(came.end).toBeUndefined();
    expect(await answered(client, { ...POST, body: 'y' })).toMatchObject({ text: 'y' });
  });

  test('a server that goes mid-response is an error, told once; so is one that refuses, or says nothing', async () => {
    const server = await serve(variant, (_request, reply) => {
      reply.writeHead(200, {});
      reply.write('half');
    });
    const client = open(variant, server.origin, server.certificate);
    const came = ask(client, LASTING);
    await settled(came, { text: 'half' });
    await server.close();
    await expect.poll(() => came.end, { interval: 2 }).toMatch(/^error: [^,]*$/);
    expect((await answered(client, POST)).end).toMatch(/^error: connect ECONNREFUSED/);
  });

  test('a response that is destroyed is no end', async () => {
    const server = await serve(variant, (_request, reply) => {
      reply.writeHead(200, {});
      reply.write('half');
      setTimeout(() => reply.destroy(new Error('enough')), 20);
    });
    const client = open(variant, server.origin, server.certificate);
    expect((await answered(client, LASTING)).end).toMatch(/^error/);
  });

  test('a server that never answers is given up after the timeout', async () => {
    const server = await serve(variant, () => undefined);
    const client = open(variant, server.origin, server.certificate);
    expect((await answered(client, { ...POST, body: 'x' })).end).toMatch(/^error/);
  });

  test('what is under way when the client closes is not told', async () => {
    const server = await serve(variant, () => undefined);
    const client = open(variant, server.origin, server.certificate);
    const all = [ask(client, POST), ask(client, LASTING)];
    await expect.poll(() => server.sockets().length, { interval: 2 }).toBeGreaterThan(0);
    await client.close();
    await expect.poll(() => server.sockets().filter((socket) => socket.open), { interval: 2 }).toEqual([]);
    expect(all.map(({ end }) => end)).toEqual([undefined, undefined]);
  });

  test('a client that never reads its event stream loses it', async () => {
    let closed = false;
    const server = await serve(variant, (request, reply) => {
      reply.on('close', () => (closed = true));
      const stream = new EventStream({ request, reply, compression: 'off' });
      const piece = 'p'.repeat(1024 * 1024);
      for (let sent = 0; sent <= MAX_UNREAD_BYTES + 64 * piece.length; sent += piece.length)
        stream.send('message', piece);
    });
    const client = open(variant, server.origin, server.certificate);
    expect((await answered(client, LASTING)).end).toMatch(/^error/);
    expect(closed).toBe(true);
  });
});

describe('HTTP/2', () => {
  test.each(KINDS.filter(({ http }) => http === '2'))(
    '20 requests at once share one socket, TLS $tls',
    async (variant) => {
      let together = 0;
      let most = 0;
      const server = await serve(variant, (_request, reply) => {
        most = Math.max(most, (together += 1));
        setTimeout(() => {
          together -= 1;
          reply.end('done');
        }, 50);
      });
      const client = open(variant, server.origin, server.certificate);
      const all = await Promise.all(Array.from({ length: 20 }, () => answered(client, { ...POST, body: 'x' })));
      expect(all.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, () => 'done'));
      expect([most, client.opened, server.sockets().length]).toEqual([20, 1, 1]);
    },
  );

  test.each([false, true])('a server of 1.1 only is an error, TLS %s', async (tls) => {
    const server = await serve({ http: '1.1', tls, compression: 'off' });
    const client = open({ http: '2', tls, compression: 'off' }, server.origin, server.certificate);
    expect((await answered(client, POST)).end).toMatch(/^error/);
  });
});

describe('TLS', () => {
  test.each(['1.1', '2'] as const)('HTTP/%s: no connection resumes another, not even when asked to', async (http) => {
    const server = await serve({ http, tls: true, compression: 'off' });
    const origin = new URL(server.origin);
    const again = async (session: Buffer | undefined): Promise<{ reused: boolean; session: Buffer | undefined }> => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: Number(origin.port),
        ca: server.certificate,
        ALPNProtocols: [http === '2' ? 'h2' : 'http/1.1'],
        ...(session === undefined ? {} : { session }),
      });
      const [given] = (await once(socket, 'session')) as [Buffer];
      const reused = socket.isSessionReused();
      socket.destroy();
      return { reused, session: given };
    };
    const first = await again(undefined);
    expect((await again(first.session)).reused).toBe(false);
    for (let turn = 0; turn < 2; turn += 1) {
      const client = open({ http, tls: true, compression: 'off' }, server.origin, server.certificate);
      await answered(client, POST);
      expect(client.tls()).toMatch(/, not resumed$/);
      await client.close();
    }
  });

  test.each(['1.1', '2'] as const)('HTTP/%s: a server is believed by its certificate only', async (http) => {
    const variant: Kind = { http, tls: true, compression: 'off' };
    const [server, other] = [await serve(variant), await serve(variant)];
    expect(server.certificate).toMatch(/^-----BEGIN CERTIFICATE-----/);
    for (const certificate of [other.certificate, undefined]) {
      const client = open(variant, server.origin, certificate);
      expect((await answered(client, POST)).end).toMatch(/^error: .*(self-signed|verify|certificate)/i);
    }
  });

  test('a server that accepts and says nothing is given up', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    mute.on('connection', (socket) => onTestFinished(() => void socket.destroy()));
    onTestFinished(() => void mute.close());
    const origin = `https://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const client = open({ http: '2', tls: true, compression: 'off' }, origin, undefined);
    expect((await answered(client, POST)).end).toBe(`error: no connection within ${TIMEOUT_MS} ms`);
  });
});

describe.each(['gzip', 'br'] as const)('%s', (compression) => {
  test.each(KINDS)('HTTP/$http, TLS $tls: every event comes at once, and small', async (kind) => {
    const variant = { ...kind, compression };
    const streams: EventStream[] = [];
    const server = await serve(variant, (request, reply) => {
      streams.push(new EventStream({ request, reply, compression }));
    });
    const client = open(variant, server.origin, server.certificate);
    const came = ask(client, LASTING);
    let expected = '';
    await expect.poll(() => streams.length, { interval: 2 }).toBe(1);
    for (const data of ['one', 'two', 'x'.repeat(500_000)]) {
      streams[0]?.send('message', data);
      expected += `event: message\ndata: ${data}\n\n`;
      await settled(came, { text: expected });
    }
    expect(came.headers['content-encoding']).toBe(compression);
    expect(server.wire().downBytes).toBeLessThan(10_000);
    streams[0]?.end();
    await settled(came, { end: 'end' });
  });

  test('not for a client that does not ask for it', async () => {
    const variant: Kind = { http: '1.1', tls: false, compression: 'off' };
    const server = await serve(variant, (request, reply) => {
      const stream = new EventStream({ request, reply, compression });
      stream.send('message', 'plain');
      stream.end();
    });
    const client = open(variant, server.origin, server.certificate);
    for (const headers of [{ accept: '*/*' }, { 'accept-encoding': `identity, ${compression};q=0` }]) {
      const came = await answered(client, { ...LASTING, headers });
      expect([came.headers['content-encoding'], came.text]).toEqual([undefined, 'event: message\ndata: plain\n\n']);
    }
  });
});
