/** The lean WebSocket client beside the stock one, against servers that are rude: both do and say the same. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ClientStack, defaultVariant } from '../src/scenario/variant.ts';
import { loadTransport } from '../src/transports/discover.ts';
import { bytes } from '../src/units.ts';

const MASK_AND_HEADER = 6;
const CLOSE = 0x88;

interface Told {
  /** How the server's answer was taken, or why it was not. */
  readonly opened: string;
  readonly closed: readonly string[];
  /** What the client said after its request, in hexadecimal digits and without masks. */
  readonly frames: readonly string[];
  /** Its request, without what differs each time. */
  readonly request: string;
}

interface Rude {
  readonly answer: (key: string) => Buffer;
  /** After that answer the connection is not to be kept. */
  readonly loses?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: string;
}

const accept = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const head = (key: string): string =>
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  `Sec-WebSocket-Accept: ${accept(key)}\r\nSec-WebSocket-Protocol: mcp\r\n\r\n`;
const then =
  (...frames: readonly number[]) =>
  (key: string): Buffer =>
    Buffer.concat([Buffer.from(head(key)), Buffer.from(frames)]);

/** Short frames of a client. */
function unmasked(all: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at + MASK_AND_HEADER <= all.length;) {
    const length = (all[at + 1] ?? 0) & 0x7f;
    const mask = all.subarray(at + 2, at + MASK_AND_HEADER);
    const payload = all.subarray(at + MASK_AND_HEADER, at + MASK_AND_HEADER + length);
    frames.push(
      `${all[at]?.toString(16)} ${Buffer.from(payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))).toString('hex')}`,
    );
    at += MASK_AND_HEADER + length;
  }
  return frames;
}

/** A server that answers the upgrade like this and then goes on listening. */
async function serve(
  answer: Rude['answer'],
): Promise<{ readonly port: number; readonly heard: () => Buffer; readonly left: Promise<unknown> }> {
  let heard = Buffer.alloc(0);
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    const onHead = (): void => {
      if (!heard.includes('\r\n\r\n')) return;
      socket.off('data', onHead);
      socket.write(answer(/Sec-WebSocket-Key: (\S+)/.exec(heard.toString('latin1'))?.[1] ?? ''));
    };
    socket.on('data', (chunk: Buffer) => (heard = Buffer.concat([heard, chunk])));
    socket.on('data', onHead);
    socket.on('data', (chunk: Buffer) => void (chunk[0] === CLOSE && socket.end()));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const left = once(server, 'connection').then(([socket]) => once(socket as Socket, 'close'));
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, heard: () => heard, left };
}

async function meet(
  client: ClientStack,
  { answer, loses = false, headers = {}, credentials = '' }: Rude,
): Promise<Told> {
  const { port, heard, left } = await serve(answer);
  const closed: string[] = [];
  let tellLost: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => {
    tellLost = resolve;
  });
  const transport = await loadTransport('websocket');
  const opened = await transport
    .connect(`ws://${credentials}127.0.0.1:${port}/mcp?x=1`, {
      variant: { ...defaultVariant('websocket'), client },
      headers,
      maxMessageBytes: bytes(1_000),
      timeoutMs: 5_000,
      events: {
        onMessage: () => undefined,
        onSendFailure: () => undefined,
        onClosed: (why) => {
          closed.push(why);
          tellLost();
        },
      },
    })
    .then(
      async (channel) => {
        if (loses) await lost;
        // Whoever closes a second time waits as well, and not for ever.
        await Promise.all([channel.close(), channel.close()]);
        return channel.handshake().established;
      },
      (error: unknown) => String(error),
    );
  await left;
  const [request = ''] = heard().toString('latin1').split('\r\n\r\n');
  return {
    opened,
    closed,
    frames: unmasked(heard().subarray(request.length + 4)),
    request: request.replaceAll(String(port), 'PORT').replace(/Key: \S+/, 'Key: K'),
  };
}

const without =
  (line: string) =>
  (key: string): Buffer =>
    Buffer.from(head(key).replace(`${line}\r\n`, ''));
const after =
  (interim: string) =>
  (key: string): Buffer =>
    Buffer.from(interim + head(key));

test.each<[string, Rude, Partial<Told>]>([
  ['is quiet', { answer: then() }, { opened: '101 websocket', frames: ['88 03e8'] }],
  ['is sent headers', { answer: then(), headers: { authorization: 'Bearer x', 'x-b': 'c' } }, {}],
  [
    'is sent headers that are the client’s',
    { answer: then(), headers: { host: 'a.example', connection: 'close' } },
    {},
  ],
  ['is sent credentials', { answer: then(), credentials: 'us%20er:p%C3%A4@' }, {}],
  [
    'says first that there is more to come',
    { answer: after('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n') },
    { opened: '101 websocket' },
  ],
  [
    'does not say that it upgrades',
    { answer: without('Connection: Upgrade') },
    { opened: 'ChannelError: the server answered the WebSocket upgrade with HTTP 101' },
  ],
  [
    'does not say to what',
    { answer: without('Upgrade: websocket') },
    { opened: 'ChannelError: the server answered the WebSocket upgrade with HTTP 101' },
  ],
  ['is of another kind', { answer: () => Buffer.from('SSH-2.0-x\r\n\r\n') }, {}],
  [
    'closes with a reason',
    { answer: then(0x88, 4, 0x03, 0xe9, 0x62, 0x79), loses: true },
    { closed: ['the WebSocket closed with code 1001 (by)'], frames: ['88 03e96279'] },
  ],
  [
    'closes without a code',
    { answer: then(0x88, 0), loses: true },
    { closed: ['the WebSocket closed with code 1005'], frames: ['88 '] },
  ],
  [
    'begins a frame wrong and stops',
    { answer: then(0xc1, 5), loses: true },
    { closed: ['the WebSocket closed with code 1006'], frames: ['88 03ea'] },
  ],
])('a server that %s', async (_what, rude, expected) => {
  const stock = await meet('stock', rude);
  expect(stock).toMatchObject(expected);
  expect(await meet('lean', rude)).toEqual(stock);
});

test('pings are answered, but not as many as a server cares to send', async () => {
  const few = { answer: then(0x89, 2, 0x61, 0x62) };
  expect((await meet('lean', few)).frames).toEqual(['8a 6162', '88 03e8']);
  const flood = { answer: then(...Array.from({ length: 30_000 }, () => [0x89, 0]).flat()), loses: true };
  const { closed, frames } = await meet('lean', flood);
  expect(closed).toEqual(['the WebSocket closed with code 1006']);
  expect(frames.length).toBeLessThanOrEqual(60);
});

test('a header that would be two is refused before anything is sent', async () => {
  const transport = await loadTransport('websocket');
  const connecting = transport.connect('ws://127.0.0.1:9/mcp', {
    variant: { ...defaultVariant('websocket'), client: 'lean' },
    headers: { 'x-a': 'b\r\nx-c: d' },
    maxMessageBytes: bytes(1_000),
    timeoutMs: 5_000,
    events: { onMessage: () => undefined, onSendFailure: () => undefined, onClosed: () => undefined },
  });
  await expect(connecting).rejects.toThrow('Invalid character in header content');
});
