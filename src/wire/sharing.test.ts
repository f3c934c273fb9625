import { type IncomingMessage, createServer as createHttpServer } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Milestone, Sharing } from '../transports/contract.ts';
import { openHttpClient } from './http-client.ts';
import { listenHttp } from './http-server.ts';
import type { HttpClient, HttpClientOptions, HttpServer, HttpServerOptions } from './http.ts';
import { listenOnLoopback } from './loopback-only.ts';
import { closeShared } from './sharing.ts';

type Kind = HttpServerOptions['variant'] & HttpClientOptions['variant'];
const KINDS: readonly Kind[] = (['1.1', '2'] as const).flatMap((http) =>
  [false, true].map((tls) => ({ http, tls, compression: 'off' as const })),
);
const ENCRYPTED = KINDS.filter(({ tls }) => tls);

/** Answers every GET at once, but for `/slow`, which it begins to answer and never ends. */
async function serve(variant: Kind, resumable = true, onSlowClosed = (): void => undefined): Promise<HttpServer> {
  const server = await listenHttp({
    variant,
    resumable,
    onRequest: (request, reply) => {
      reply.writeHead(200, {});
      if (request.url === '/slow') reply.on('close', onSlowClosed);
      if (request.url === '/slow') reply.write('begun');
      else reply.end('done');
    },
  });
  onTestFinished(() => server.close());
  return server;
}

function open(variant: Kind, { origin, certificate }: HttpServer, sharing: Sharing): HttpClient {
  const client = openHttpClient({ origin, variant, certificate, timeoutMs: 2_000, sharing });
  onTestFinished(() => closeShared(sharing));
  return client;
}

/** A forward proxy that counts the tunnels it has been asked for. */
async function tunnels(): Promise<{ readonly url: string; readonly asked: () => number }> {
  let asked = 0;
  const proxy = createHttpServer().on('connect', (request: IncomingMessage, client: Duplex) => {
    asked += 1;
    const upstream = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
  });
  const port = await listenOnLoopback(proxy);
  onTestFinished(() => void proxy.close());
  return { url: `http://127.0.0.1:${port}`, asked: () => asked };
}

/** Answers the body, or the reason; for `/slow` the first piece. A connection is free again in the turn after the body's end. */
async function get(client: HttpClient, path = '/'): Promise<string> {
  const text = await textOf(client, path);
  await turn();
  return text;
}

const textOf = (client: HttpClient, path: string): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    client.request(
      { method: 'GET', path, headers: {}, lasting: path === '/slow' },
      {
        onHead: () => undefined,
        onData: (chunk) => {
          text += chunk.toString();
          if (path === '/slow') resolve(text);
        },
        onEnd: () => resolve(text),
        onError: (error) => resolve(error.message),
      },
    );
  });

describe.each(KINDS)('over HTTP/$http, TLS $tls', (variant) => {
  test('one after the other goes over the same connection, and pays for opening it once', async () => {
    const server = await serve(variant);
    const sharing: Sharing = {};
    const first = open(variant, server, sharing);
    expect(await get(first)).toBe('done');
    const second = open(variant, server, sharing);
    expect(await get(second)).toBe('done');
    expect([first.opened, second.opened]).toEqual([1, 0]);
    expect([first.openingRoundTrips, second.openingRoundTrips]).toEqual([variant.tls ? 2 : 1, 0]);
    expect([first.requests, second.requests]).toEqual([1, 1]);
    expect(second.wire().upBytes).toBeLessThan(first.wire().upBytes);
    expect(server.sockets()).toHaveLength(1);
  });

  test('who shares nothing has connections of their own', async () => {
    const server = await serve(variant);
    const clients = [open(variant, server, {}), open(variant, server, {})];
    for (const client of clients) expect(await get(client)).toBe('done');
    expect(server.sockets()).toHaveLength(2);
  });

  test('a connection is shared by those who take the same way to the server, not through different proxies', async () => {
    const server = await serve(variant);
    const { origin, certificate } = server;
    const sharing: Sharing = {};
    onTestFinished(() => closeShared(sharing));
    const proxies = [await tunnels(), await tunnels()];
    const opened: number[] = [];
    for (const proxy of [undefined, proxies[0], proxies[1], proxies[0], undefined]) {
      const client = openHttpClient({ origin, variant, certificate, timeoutMs: 2_000, sharing, proxy: proxy?.url });
      expect(await get(client)).toBe('done');
      opened.push(client.opened);
    }
    expect(opened).toEqual([1, 1, 1, 0, 0]);
    expect(proxies.map((proxy) => proxy.asked())).toEqual([1, 1]);
  });

  test('one that closes ends its own requests and leaves the others be', { timeout: 5_000 }, async () => {
    let onSlowClosed = (): void => undefined;
    const ended = new Promise<void>((resolve) => (onSlowClosed = resolve));
    const server = await serve(variant, true, onSlowClosed);
    const sharing: Sharing = {};
    const [first, second] = [open(variant, server, sharing), open(variant, server, sharing)];
    expect(await get(first, '/slow')).toBe('begun');
    expect(await get(second)).toBe('done');
    await first.close();
    await ended;
    expect(await get(second)).toBe('done');
    await closeShared(sharing);
    expect(second.sockets().every((socket) => !socket.open)).toBe(true);
  });

  test('what is done on the way is told, and nothing where there is nothing to do', async () => {
    const server = await serve(variant);
    const told: Milestone[] = [];
    const sharing: Sharing = { onMilestone: (milestone) => told.push(milestone) };
    await get(open(variant, server, sharing));
    await get(open(variant, server, sharing));
    expect(told).toEqual(variant.tls ? ['tcp', 'tls'] : ['tcp']);
  });
});

describe.each(ENCRYPTED)('TLS over HTTP/$http', (variant) => {
  test.each([true, false])('a session is resumed where the server gives tickets: %s', async (resumable) => {
    const server = await serve(variant, resumable);
    const sharing: Sharing = {};
    await get(open(variant, server, sharing));
    await closeShared(sharing);
    const again = open(variant, server, sharing);
    expect(await get(again)).toBe('done');
    expect(again.tls()).toMatch(resumable ? /, resumed$/ : /, not resumed$/);
  });

  test('without sharing nothing is resumed', async () => {
    const server = await serve(variant);
    await get(open(variant, server, {}));
    const other = open(variant, server, {});
    await get(other);
    expect(other.tls()).toMatch(/, not resumed$/);
  });
});
