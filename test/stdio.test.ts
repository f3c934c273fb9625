/** What only a server on pipes can do wrong: real server processes, spoken to by hand, and what their clients are told when they go. */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ServerFarm } from '../src/endpoint/farm.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { encodeRequest } from '../src/mcp/jsonrpc.ts';
import { defaultVariant } from '../src/scenario/variant.ts';
import { ChannelError, type ConnectOptions, type ServerPipes } from '../src/transports/contract.ts';
import { transport } from '../src/transports/stdio/index.ts';
import { bytes } from '../src/units.ts';
import { isAlive } from './fixtures/child.ts';

const MAX = bytes(100_000);
const variant = defaultVariant('stdio');

interface Server extends ServerPipes {
  readonly farm: ServerFarm;
  /** The next line that it writes, parsed. */
  readonly next: () => Promise<unknown>;
  readonly say: (text: string) => void;
}

async function launched(): Promise<Server> {
  const farm = new ServerFarm(monotonicClock());
  await farm.handlers.start({ variant, seed: 1, maxMessageBytes: MAX });
  const pipes = await farm.launch(0, undefined);
  onTestFinished(() => pipes.end());
  return {
    ...pipes,
    farm,
    say: (text) => void pipes.stdin.write(text),
    next: lineByLine(pipes.stdout),
  };
}

/** Throws, at the line, for one that is not JSON. */
function lineByLine(stdout: Socket): () => Promise<unknown> {
  let lines: AsyncIterator<string> | undefined;
  return async () => {
    lines ??= createInterface(stdout)[Symbol.asyncIterator]();
    const line: IteratorResult<string, unknown> = await lines.next();
    return line.done === true ? 'the end' : (JSON.parse(line.value) as unknown);
  };
}

const ping = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });
const pong = (id: number): object => ({ jsonrpc: '2.0', id, result: {} });

interface Told {
  readonly messages: string[];
  readonly closed: string[];
}

function options(launch: ConnectOptions['launch'], timeoutMs = 5_000): ConnectOptions & Told {
  const messages: string[] = [];
  const closed: string[] = [];
  const events = {
    onMessage: (text: string) => void messages.push(text),
    onSendFailure: () => undefined,
    onClosed: (reason: string) => void closed.push(reason),
  };
  return { variant, headers: {}, maxMessageBytes: MAX, timeoutMs, events, launch, messages, closed };
}

describe('a server on pipes', () => {
  test('answers what is no JSON with an error without id, and goes on; blank lines are nothing', async () => {
    const { say, next } = await launched();
    say('{"jsonrpc":\n\n\r\n   \n');
    say(`[1]\n${ping(1)}\r\n`);
    expect(await next()).toMatchObject({ id: null, error: { code: -32_700 } });
    expect(await next()).toMatchObject({ id: null, error: { code: -32_700 } }); // Spaces are no JSON either.
    expect(await next()).toMatchObject({ id: null, error: { code: -32_600 } });
    expect(await next()).toEqual(pong(1));
  });

  test('reads a message that comes in pieces, and several that come in one', async () => {
    const { say, next } = await launched();
    const half = ping(1).length / 2;
    say(ping(1).slice(0, half));
    await new Promise((resolve) => setTimeout(resolve, 30));
    say(`${ping(1).slice(half)}\n${ping(2)}\n${ping(3)}\n`);
    expect([await next(), await next(), await next()]).toEqual([pong(1), pong(2), pong(3)]);
  });

  test('refuses a line over the cap, whether it ends or not, says so, and goes', async () => {
    const { say, next, gone, pid } = await launched();
    say('x'.repeat(MAX + 2));
    expect(await next()).toMatchObject({
      id: null,
      error: { code: -32_600, message: expect.stringContaining('100000 bytes') as unknown },
    });
    expect(await next()).toBe('the end');
    expect(await gone).toBe('the server process ended with exit code 0');
    expect(isAlive(pid)).toBe(false);
  });

  test('goes by itself when its input ends, having answered', async () => {
    const { stdin, say, next, gone, pid } = await launched();
    say(`${ping(7)}\n`);
    stdin.end();
    expect([await next(), await next()]).toEqual([pong(7), 'the end']);
    expect(await gone).toBe('the server process ended with exit code 0');
    expect(isAlive(pid)).toBe(false);
  });

  test('stops reading from a client that does not read, and loses nothing', async () => {
    const { say, next, farm } = await launched();
    const size = 64 * 1024;
    const calls = 400;
    await farm.handlers.begin({ stall: undefined, startNs: monotonicClock().now() });
    say(
      `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n`,
    );
    for (let id = 1; id <= calls; id += 1) {
      const params = { name: 'echo', arguments: { text: 'x'.repeat(size) } };
      say(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`);
    }
    await new Promise((resolve) => setTimeout(resolve, 400));
    // What the pipes hold, what waits in the server, and no more: a small part of the 25 MiB that were asked for.
    const { messagesUp } = await farm.handlers.read(undefined);
    expect(messagesUp).toBeGreaterThan(1);
    expect(messagesUp).toBeLessThan(100);
    for (let id = 0; id <= calls; id += 1) expect(await next()).toMatchObject({ id });
  });
});

describe('its client is told', () => {
  test('by which signal the server was ended', async () => {
    const { pid, ...pipes } = await launched();
    const told = options(() => Promise.resolve({ pid, ...pipes }));
    const channel = await transport.connect('', told);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => told.closed).toEqual(['the server process was killed by SIGKILL']);
    channel.send(encodeRequest(1, 'ping', undefined));
    await channel.close();
    expect(told.closed).toHaveLength(1);
  });

  test('with which exit code it went, after what it wrote before', async () => {
    const { gone, ...pipes } = await launched();
    const told = options(() => Promise.resolve({ gone, ...pipes }));
    const channel = await transport.connect('', told);
    channel.send(encodeRequest(1, 'ping', { filler: 'x'.repeat(MAX) }));
    await expect.poll(() => told.closed).toEqual(['the server process ended with exit code 0']);
    expect(told.messages.map((text): unknown => JSON.parse(text))).toMatchObject([
      { id: null, error: { code: -32_600 } },
    ]);
  });

  test('that a line was too long: the server is ended', async () => {
    const { pid, ...pipes } = await launched();
    const told = { ...options(() => Promise.resolve({ pid, ...pipes })), maxMessageBytes: bytes(20) };
    const channel = await transport.connect('', told);
    channel.send(encodeRequest(1, 'ping', undefined));
    await expect.poll(() => told.closed).toEqual(['the server wrote a line of more than 20 bytes']);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('nothing, when it closes itself; the server is gone by then', async () => {
    const { pid, ...pipes } = await launched();
    const told = options(() => Promise.resolve({ pid, ...pipes }));
    const channel = await transport.connect('', told);
    await channel.close();
    expect(isAlive(pid)).toBe(false);
    expect(told.closed).toEqual([]);
    expect(channel.sockets().map(({ open }) => open)).toEqual([false, false]);
  });
});

describe('connecting fails', () => {
  const whyNot = (told: ConnectOptions): Promise<string> =>
    transport.connect('', told).then(
      () => 'connected',
      (error: unknown) => (error instanceof ChannelError ? error.message : `another error: ${String(error)}`),
    );

  test('without a server to start', async () => {
    expect(await whyNot(options(undefined))).toMatch(/^a stdio server is started by its client/);
  });

  test('when it cannot be started, with the reason', async () => {
    expect(await whyNot(options(() => Promise.reject(new Error('no such program'))))).toBe('no such program');
  });

  test('when it takes too long: it is ended when it comes up after all', async () => {
    let comeUp: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      comeUp = resolve;
    });
    const server = await launched();
    const late = released.then(() => server);
    expect(await whyNot(options(() => late, 20))).toBe('the server was not started within 20 ms');
    expect(isAlive(server.pid)).toBe(true);
    comeUp();
    await expect.poll(() => isAlive(server.pid)).toBe(false);
  });
});

test('opening costs no round trip and two pipes; a message is its JSON and a newline', async () => {
  const server = await launched();
  const told = options(() => Promise.resolve(server));
  const channel = await transport.connect('', told);
  expect(channel.handshake()).toEqual({
    established: 'pipes',
    httpRequests: 0,
    roundTripsToOpen: 0,
    compression: '',
    tls: '',
  });
  channel.send(encodeRequest(1, 'ping', undefined));
  await expect.poll(() => told.messages).toEqual([JSON.stringify(pong(1))]);
  const up = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }).length + 1;
  const down = JSON.stringify(pong(1)).length + 1;
  expect(channel.wire()).toEqual({ upBytes: up, downBytes: down });
  const { sockets } = await server.farm.handlers.sockets(undefined);
  const pipe = { open: true, noDelay: undefined };
  expect(sockets).toEqual([
    { ...pipe, clientPort: server.pid, upBytes: up, downBytes: 0, messagesUp: 1, messagesDown: 0 },
    { ...pipe, clientPort: -server.pid, upBytes: 0, downBytes: down, messagesUp: 0, messagesDown: 1 },
  ]);
  await channel.close();
});
