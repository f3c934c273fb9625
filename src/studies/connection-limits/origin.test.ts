import { type EventEmitter, once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { Script } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../../test/fixtures/command.ts';
import { startOrigin } from './origin.ts';
import { pageOf } from './page.ts';
import { listenForReports, type PageReport } from './reports.ts';

async function startHere(options: { readonly http?: '1.1' | '2'; readonly allowed?: number } = {}) {
  const { http = '1.1', allowed } = options;
  const origin = await startOrigin({ http, tls: http === '2', maxConcurrentStreams: allowed, page: '<p>a page' });
  onTestFinished(() => origin.close());
  return origin;
}

/** Resolves with the head of the answer, which is left open. */
async function ask(url: string, headers: Record<string, string> = {}) {
  const request = get(url, { headers, agent: false });
  request.on('error', () => undefined); // The origin is closed below it.
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { request, response };
}

describe('the origin', () => {
  it('counts streams, their sockets and ordinary requests by itself', async () => {
    const origin = await startHere();
    const first = await ask(new URL('/stream?1', origin.url).href);
    await ask(new URL('/stream?2', origin.url).href);
    const webSocket = new WebSocket(new URL('/stream', origin.url.replace('http', 'ws')).href);
    await once(webSocket, 'open');
    const plain = await ask(new URL('/plain', origin.url).href);
    expect(plain.response.statusCode).toBe(200);
    expect(first.response.headers['content-type']).toBe('text/event-stream');
    expect(origin.count()).toEqual({ open: 3, sockets: 3, received: { streams: 3, plain: 1 } });
    first.request.destroy();
    webSocket.terminate();
    await eventually(() => (origin.count().open === 1 ? true : undefined), 'stream to be missed');
    expect(origin.count().received).toEqual({ streams: 3, plain: 1 });
  });

  it('says over HTTP/2 how many streams it allows, and counts streams of one socket', async () => {
    const origin = await startHere({ http: '2', allowed: 3 });
    const session = connect(new URL(origin.url).origin, { rejectUnauthorized: false });
    onTestFinished(() => session.destroy());
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams).toBe(3);
    const streams = [1, 2].map((index) => session.request({ ':path': `/stream?${index}` }));
    await Promise.all(streams.map((stream) => once(stream as EventEmitter, 'response')));
    expect(origin.count()).toEqual({ open: 2, sockets: 1, received: { streams: 2, plain: 0 } });
  });

  it('serves nobody from elsewhere', async () => {
    const origin = await startHere();
    const foreign = { origin: 'https://elsewhere.example' };
    expect((await ask(new URL('/stream', origin.url).href, foreign)).response.statusCode).toBe(403);
    const webSocket = new WebSocket(origin.url.replace('http', 'ws'), { headers: foreign });
    await once(webSocket, 'error');
    expect(origin.count()).toEqual({ open: 0, sockets: 0, received: { streams: 0, plain: 0 } });
  });
});

describe('the page', () => {
  it('is a script that can be read, and knows its order', () => {
    const page = pageOf({ stream: 'sse', most: 7, patienceMs: 250, reportTo: 'http://127.0.0.1:1/' });
    const script = /<script>([^]*)<\/script>/.exec(page)?.[1] ?? '';
    expect(script).toContain('"most":7,"patienceMs":250');
    // Parsed, and not run.
    expect(new Script(script)).toBeInstanceOf(Script);
  });
});

describe('reports', () => {
  const FULL = { at: 'full', opened: 6, next: 'waits', plain: { passed: false, elapsedMs: 400.5 } } as const;

  async function post(body: string, headers: Record<string, string> = {}) {
    const told: PageReport[] = [];
    const server = await listenForReports((report) => {
      told.push(report);
      return { streams: 6, plain: 0 };
    });
    onTestFinished(() => server.close());
    const reply = await fetch(server.url, { method: 'POST', body, headers });
    return { status: reply.status, text: await reply.text(), told, reply };
  }

  it('are taken from a page of another origin here, and answered with what has come', async () => {
    const { status, text, told, reply } = await post(JSON.stringify(FULL), { origin: 'http://127.0.0.1:9' });
    expect([status, text, told]).toEqual([200, '{"streams":6,"plain":0}', [FULL]]);
    expect(reply.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['', 'six', '{"at":"full","opened":-1}', '{"at":"elsewhere"}', `"${'x'.repeat(5_000)}"`])(
    'are no others: %.30s',
    async (body) => {
      expect(await post(body)).toMatchObject({ status: 400, told: [] });
    },
  );

  it('are not taken from elsewhere', async () => {
    expect(await post(JSON.stringify(FULL), { origin: 'https://elsewhere.example' })).toMatchObject({
      status: 403,
      told: [],
    });
  });
});
