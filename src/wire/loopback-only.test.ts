import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  CLIENT_KEEP_ALIVE_MS,
  SERVER_KEEP_ALIVE_MS,
  closeServer,
  isFromHere,
  listenOnLoopback,
} from './loopback-only.ts';

const request = (host: string | undefined, origin?: string): IncomingMessage =>
  ({ headers: { host, origin } }) as IncomingMessage;

describe('Host', () => {
  test.each(['127.0.0.1', '127.0.0.1:4711', 'localhost', 'localhost:80', 'LocalHost:65535', '[::1]', '[::1]:3001'])(
    '%s is this machine',
    (host) => {
      expect(isFromHere(request(host))).toBe(true);
    },
  );

  test.each([
    undefined,
    '',
    'example.com',
    '127.0.0.1.evil.com',
    '127.0.0.1.evil.com:80',
    'localhost.evil.com',
    'evil-localhost',
    'evil.localhost',
    'localhost@evil.com',
    'evil.com@localhost',
    '127.0.0.1:',
    '127.0.0.1:123456',
    '127.0.0.1:80:80',
    '127.0.0.1 ',
    '127.0.0.11',
    '127x0x0x1',
    '0.0.0.0',
    '::1',
    '[::1',
    '[::2]',
    '[::1].evil.com',
    'localhost\nevil.com',
  ])('%j is not', (host) => {
    expect(isFromHere(request(host))).toBe(false);
  });
});

test.each([
  ['127.0.0.1:1', undefined, true],
  ['localhost', '127.0.0.1', true],
  ['evil.com', undefined, false],
  ['127.0.0.1', 'evil.com', false],
  ['evil.com', '127.0.0.1', false],
])('under HTTP/2, :authority %s with Host %s: %s', (authority, host, here) => {
  const headers = { ':authority': authority, host };
  expect(isFromHere({ headers } as unknown as IncomingMessage)).toBe(here);
});

describe('Origin', () => {
  test.each([
    undefined,
    'http://localhost',
    'http://localhost:80',
    'https://localhost:8443',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'http://LOCALHOST',
  ])('%s is this machine', (origin) => {
    expect(isFromHere(request('127.0.0.1:80', origin))).toBe(true);
  });

  test.each([
    'null',
    '',
    'file://',
    'localhost',
    'http://example.com',
    'http://127.0.0.1.evil.com',
    'http://localhost.evil.com:80',
    'http://127.0.0.1@evil.com',
    'http://evil.com#localhost',
    'http://evil.com/?127.0.0.1',
    'http://evil.com\\@localhost',
    'data:text/html,localhost',
  ])('%j is not, whatever the Host', (origin) => {
    expect(isFromHere(request('127.0.0.1:80', origin))).toBe(false);
  });

  test('a good Origin does not make up for a foreign Host', () => {
    expect(isFromHere(request('evil.com', 'http://localhost'))).toBe(false);
  });
});

test('a server listens on loopback only, at a port that the system chose, and closing ends what is open', async () => {
  const server = createServer(() => undefined); // Answers nothing: the connection stays open.
  const open = new Set<Socket>();
  server.on('connection', (socket) => open.add(socket));
  const port = await listenOnLoopback(server);
  expect(server.address()).toMatchObject({ address: '127.0.0.1', port } satisfies Partial<AddressInfo>);
  const client = connect(port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(server, 'request');
  const closed = once(client, 'close');
  await closeServer(server, open);
  await closed;
  expect(server.listening).toBe(false);
});

test('listening that fails rejects', async () => {
  const server = createServer();
  await listenOnLoopback(server);
  try {
    await expect(listenOnLoopback(server)).rejects.toThrow(/Listen method/);
  } finally {
    await closeServer(server, []);
  }
});

test('no client keeps a connection longer than the server does', () => {
  expect(CLIENT_KEEP_ALIVE_MS).toBeLessThan(SERVER_KEEP_ALIVE_MS);
});
