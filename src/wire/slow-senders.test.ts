/** Clients that take for ever to say what they want, with the server's patience shortened from half a minute. */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { bytes } from '../units.ts';
import { readBody } from './body.ts';
import { openHttpClient } from './http-client.ts';
import type { HttpServer, HttpServerOptions } from './http.ts';
import { listenHttp } from './http-server.ts';
import type * as loopbackOnly from './loopback-only.ts';

const PATIENCE_MS = vi.hoisted(() => 150);
/** [the server's promise] No later than twice that; and as much again for a machine that is busy. */
const LIMIT_MS = 20 * PATIENCE_MS;
vi.mock('./loopback-only.ts', async (original) => ({
  ...(await original<typeof loopbackOnly>()),
  REQUEST_TIMEOUT_MS: PATIENCE_MS,
}));

type Http = HttpServerOptions['variant']['http'];

interface Serving {
  readonly server: HttpServer;
  /** Bodies that have come whole. */
  readonly whole: string[];
}

/** Answers every body with itself, after some time. */
async function serve(http: Http, answerAfterMs = 0): Promise<Serving> {
  const whole: string[] = [];
  const server = await listenHttp({
    variant: { http, tls: false },
    onRequest: (request, reply) =>
      readBody(request, bytes(1_000_000), (body) => {
        const text = body.kind === 'whole' ? body.text : '';
        whole.push(text);
        setTimeout(() => {
          reply.writeHead(200, {});
          reply.end(text);
        }, answerAfterMs);
      }),
  });
  onTestFinished(() => server.close());
  return { server, whole };
}

/** Calls until the test is over. */
function drip(act: () => void): void {
  const timer = setInterval(act, PATIENCE_MS / 10);
  onTestFinished(() => clearInterval(timer));
}

/** Asks as a well-behaved client does. */
function answerTo(body: string, http: Http, { origin }: HttpServer): Promise<string> {
  const client = openHttpClient({
    origin,
    variant: { http, compression: 'off' },
    certificate: undefined,
    timeoutMs: LIMIT_MS,
  });
  onTestFinished(() => client.close());
  return new Promise((resolve) => {
    let text = '';
    client.request(
      { method: 'POST', path: '/', headers: {}, body },
      {
        onHead: () => undefined,
        onData: (chunk) => (text += chunk.toString()),
        onEnd: () => resolve(text),
        onError: (error) => resolve(`error: ${error.message}`),
      },
    );
  });
}

describe('a body that drips is given up', () => {
  test('HTTP/1.1: the connection ends', async () => {
    const { server, whole } = await serve('1.1');
    const socket = connect({ port: Number(new URL(server.origin).port), host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    let heard = '';
    socket.on('error', () => undefined).on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n');
    drip(() => socket.write('x'));
    expect(await answerTo('meanwhile', '1.1', server)).toBe('meanwhile');
    await once(socket, 'close', { signal: AbortSignal.timeout(LIMIT_MS) });
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(whole).toEqual(['meanwhile']);
  });

  test('HTTP/2: the stream is reset, and its connection stays', async () => {
    const { server, whole } = await serve('2');
    const session = connectHttp2(server.origin);
    onTestFinished(() => session.destroy());
    const slow = session.request({ ':method': 'POST', ':path': '/' });
    slow.on('error', () => undefined);
    drip(() => {
      if (!slow.destroyed) slow.write('x');
    });
    const quick = session.request({ ':method': 'POST', ':path': '/' });
    quick.end('meanwhile');
    expect(await textOf(quick)).toBe('meanwhile');
    await once(slow, 'close', { signal: AbortSignal.timeout(LIMIT_MS) });
    const later = session.request({ ':method': 'POST', ':path': '/' });
    later.end('later');
    expect(await textOf(later)).toBe('later');
    expect(whole).toEqual(['meanwhile', 'later']);
  });
});

test('HTTP/2: half a body is no body', async () => {
  const { server, whole } = await serve('2');
  const session = connectHttp2(server.origin);
  onTestFinished(() => session.destroy());
  const broken = session.request({ ':method': 'POST', ':path': '/' });
  broken.on('error', () => undefined);
  await new Promise((resolve) => broken.write('{"half":', resolve));
  broken.destroy(new Error('changed my mind'));
  const later = session.request({ ':method': 'POST', ':path': '/' });
  later.end('meanwhile');
  expect(await textOf(later)).toBe('meanwhile');
  expect(whole).toEqual(['meanwhile']);
});

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

test.each(['1.1', '2'] as const)('HTTP/%s: an answer may take as long as it likes', async (http) => {
  const { server } = await serve(http, 5 * PATIENCE_MS);
  expect(await answerTo('patience', http, server)).toBe('patience');
});
