import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Dialer } from './dialer.ts';

const ORIGIN = new URL('http://origin.example:8080');
const OK = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** A proxy that answers each of the pieces in a write of its own, and then says back what it is sent. */
async function proxyThatSays(
  ...pieces: readonly string[]
): Promise<{ readonly url: string; readonly heads: string[] }> {
  const heads: string[] = [];
  const server: Server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      heads.push(head.toString());
      for (const piece of pieces) socket.write(piece);
      socket.on('data', (chunk) => socket.write(chunk));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heads };
}

async function dial(
  proxy: string,
): Promise<{ readonly dialer: Dialer; readonly echo: (text: string) => Promise<string> }> {
  const dialer = new Dialer({ url: ORIGIN, certificate: undefined, timeoutMs: 2_000, alpn: 'http/1.1', proxy });
  const socket = await new Promise<Socket>((resolve, reject) => {
    dialer.dial((error, opened) => (opened === null ? reject(error ?? new Error('nothing')) : resolve(opened)));
  });
  onTestFinished(() => void socket.destroy());
  const echo = async (text: string): Promise<string> => {
    let read = '';
    socket.on('data', (chunk: Buffer) => (read += chunk.toString()));
    socket.write(text);
    while (!read.endsWith(text)) await once(socket, 'data');
    return read;
  };
  return { dialer, echo };
}

const whyNot = (proxy: string): Promise<string> =>
  dial(proxy).then(
    () => 'opened',
    (error: Error) => error.message,
  );

describe('a connection through a forward proxy', () => {
  test('asks for the origin by its authority, and is the tunnel then; costs a round trip more', async () => {
    const { url, heads } = await proxyThatSays(OK);
    const { dialer, echo } = await dial(url);
    expect(heads).toEqual(['CONNECT origin.example:8080 HTTP/1.1\r\nHost: origin.example:8080\r\n\r\n']);
    expect(dialer.roundTrips).toBe(2);
    expect(await echo('hello')).toBe('hello');
  });

  test('loses nothing of what comes right behind the answer, however it is cut', async () => {
    const { url } = await proxyThatSays(OK.slice(0, 5), OK.slice(5, -2), `\r\nfirst words;`);
    const { echo } = await dial(url);
    expect(await echo('hello')).toBe('first words;hello');
  });

  test.each([
    { says: 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', why: 'the proxy answered CONNECT with HTTP 407' },
    { says: 'HTTP/1.1 502 Bad Gateway\r\n\r\n', why: 'the proxy answered CONNECT with HTTP 502' },
    { says: 'SSH-2.0-OpenSSH\r\n\r\n', why: 'the proxy answered CONNECT with something else than HTTP' },
    { says: 'x'.repeat(20_000), why: 'the proxy answered CONNECT with something else than HTTP' },
  ])('is none: $why', async ({ says, why }) => {
    const { url } = await proxyThatSays(says);
    expect(await whyNot(url)).toBe(why);
  });
});
