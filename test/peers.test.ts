/**
 * Two who were not written together: the official SDK's client against our endpoints, and our drivers against servers of
 * other people. What both ends of this bench get wrong alike shows here.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type JSONRPCMessage, SSEClientTransport, type Transport } from '@modelcontextprotocol/client';
import { afterAll, assert, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { EVENT_METHOD, readEvent, topicUri } from '../src/mcp/events.ts';
import type { JsonObject } from '../src/mcp/jsonrpc.ts';
import { fillerSource, nonceOf } from '../src/mcp/payload.ts';
import { HANDSHAKE_REVISIONS } from '../src/mcp/revisions.ts';
import { SERVER_INFO } from '../src/mcp/server.ts';
import { TOOLS } from '../src/mcp/tools.ts';
import { loadTransport } from '../src/transports/discover.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import { endChild, freePort, isAlive, startChild } from './fixtures/child.ts';
import { type Bench, callTool, openSession, SEED, startBench, textOf } from './fixtures/session.ts';

const FEED = topicUri('feed');
const text = `${nonceOf(1, 1)}grüße 😀`;

/** The binding that today's SDKs do not ship: one JSON text per frame, subprotocol `mcp`. */
class WebSocketClientTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  readonly #url: string;
  #webSocket: WebSocket | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const webSocket = new WebSocket(this.#url, 'mcp');
      this.#webSocket = webSocket;
      webSocket.on('open', resolve);
      webSocket.on('error', (error) => {
        reject(error);
        this.onerror?.(error);
      });
      webSocket.on('close', () => this.onclose?.());
      webSocket.on('message', (data: Buffer) => this.onmessage?.(JSON.parse(data.toString()) as JSONRPCMessage));
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#webSocket?.send(JSON.stringify(message), (error) => (error instanceof Error ? reject(error) : resolve()));
    });
  }

  close(): Promise<void> {
    this.#webSocket?.close();
    return Promise.resolve();
  }
}

const SDK_TRANSPORTS: Readonly<Record<string, (address: string) => Transport>> = {
  sse: (address) => new SSEClientTransport(new URL(address)),
  websocket: (address) => new WebSocketClientTransport(address),
};

describe.each(Object.keys(SDK_TRANSPORTS))('the official client over %s', async (name) => {
  const transport = await loadTransport(name);

  interface SdkSession extends Bench {
    readonly client: Client;
    /** Notifications as they leave the SDK's transport: its callbacks lose some that arrive together with an answer. */
    readonly heard: JsonObject[];
  }

  async function connect(protocol: string = '2025-11-25'): Promise<SdkSession> {
    const bench = await startBench(transport);
    const client = new Client(
      { name: 'official', version: '1' },
      { supportedProtocolVersions: [protocol], versionNegotiation: { mode: 'legacy' } },
    );
    onTestFinished(() => client.close());
    const channel = SDK_TRANSPORTS[name]!(bench.endpoint.address);
    await client.connect(channel, { timeout: 10_000 });
    const heard: JsonObject[] = [];
    const inner = channel.onmessage;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's own interface, no EventTarget.
    channel.onmessage = (message, extra) => {
      if (!('id' in message)) heard.push(message);
      inner?.(message, extra);
    };
    return { server: bench.server, endpoint: bench.endpoint, deaths: 0, client, heard };
  }

  const heardOf = ({ heard }: SdkSession, method: string): JsonObject[] =>
    heard.filter((message) => message['method'] === method).map((message) => message['params'] as JsonObject);

  test.each(HANDSHAKE_REVISIONS)('opens a session of %s and closes it', async (protocol) => {
    const { client, server } = await connect(protocol);
    expect(client.getNegotiatedProtocolVersion()).toBe(protocol);
    expect(client.getServerVersion()).toEqual(SERVER_INFO);
    expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: { subscribe: true } });
    expect(await client.ping()).toEqual({});
    expect(server.sessions).toBe(1);
    await client.close();
    await expect.poll(() => server.sessions).toBe(0);
  });

  test('lists tools and resources, and finds them well-formed', async () => {
    const { client } = await connect();
    const { tools } = await client.listTools();
    expect(tools.map(({ name, inputSchema }) => ({ name, inputSchema }))).toEqual(
      TOOLS.map(({ name, inputSchema }) => ({ name, inputSchema })),
    );
    expect((await client.listResources()).resources).toMatchObject([{ uri: FEED, name: 'feed' }]);
    expect((await client.readResource({ uri: FEED })).contents).toMatchObject([{ uri: FEED, text: FEED }]);
  });

  test.each<[string, JsonObject, string]>([
    ['echo', {}, text],
    ['produce', { size: 5_000 }, nonceOf(1, 1) + fillerSource(SEED)(bytes(4_988))],
    ['store', {}, `${nonceOf(1, 1)}stored ${Buffer.byteLength(text)} bytes`],
    ['delay', { delayMs: 1 }, text],
    ['progress', { steps: 3 }, text],
  ])('calls %s', async (name, args, expected) => {
    const { client } = await connect();
    const result = await client.callTool({ name, arguments: { text, ...args } });
    expect(result.content).toEqual([{ type: 'text', text: expected }]);
    expect(result.isError).toBeUndefined();
  });

  test('calls fail, and is told so in a result; an unknown tool and bad arguments are errors', async () => {
    const { client } = await connect();
    expect(await client.callTool({ name: 'fail', arguments: { text } })).toMatchObject({ isError: true });
    await expect(client.callTool({ name: 'rm', arguments: { text } })).rejects.toThrow(/unknown tool/);
    await expect(client.callTool({ name: 'delay', arguments: { text, delayMs: -1 } })).rejects.toThrow(/delayMs/);
  });

  test('makes 100 calls at once', async () => {
    const { client } = await connect();
    const nonces = Array.from({ length: 100 }, (_, index) => nonceOf(2, index));
    const results = await Promise.all(nonces.map((text) => client.callTool({ name: 'echo', arguments: { text } })));
    expect(results.map(({ content }) => content)).toEqual(nonces.map((text) => [{ type: 'text', text }]));
  });

  test('receives every event published after it has subscribed, in order, and none after it has unsubscribed', async () => {
    const session = await connect();
    const { client, server } = session;
    const publish = (sequence: number): number =>
      server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(100));
    expect(publish(0)).toBe(0);
    await client.subscribeResource({ uri: FEED });
    for (let sequence = 0; sequence < 50; sequence += 1) expect(publish(sequence)).toBe(1);
    await expect.poll(() => heardOf(session, EVENT_METHOD).length).toBe(50);
    const sequences = heardOf(session, EVENT_METHOD).map((params) => readEvent(params)?.sequence);
    expect(sequences).toEqual([...Array(50).keys()]);
    await client.unsubscribeResource({ uri: FEED });
    expect(publish(50)).toBe(0);
    await client.ping();
    expect(heardOf(session, EVENT_METHOD)).toHaveLength(50);
  });

  test('receives all progress of a call', async () => {
    const session = await connect();
    const told: number[] = [];
    const result = await session.client.callTool(
      { name: 'progress', arguments: { text, steps: 200 } },
      { onprogress: ({ progress }) => void told.push(progress) },
    );
    expect(result.content).toEqual([{ type: 'text', text }]);
    const progress = heardOf(session, 'notifications/progress').map((params) => params['progress']);
    expect(progress).toEqual([...Array(200).keys()].map((step) => step + 1));
    // The SDK's own callbacks may be fewer; those that came are in order.
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  test('gives a slow call up, and its cancellation is understood', async () => {
    const { client, server } = await connect();
    const before = server.counts.messagesDown;
    const abort = new AbortController();
    const call = client.callTool({ name: 'delay', arguments: { text, delayMs: 60_000 } }, { signal: abort.signal });
    const ended = Promise.allSettled([call]);
    await client.ping();
    abort.abort();
    expect(await ended).toMatchObject([{ status: 'rejected' }]);
    expect(await client.ping()).toEqual({});
    expect(server.counts.messagesDown).toBe(before + 2);
  });
});

describe('our drivers', () => {
  const require = createRequire(import.meta.url);
  const EVERYTHING = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');
  const SUPERGATEWAY = require.resolve('supergateway/dist/index.js');

  /** What every peer must make possible. Answers how many calls were made. */
  async function useSession(name: string, address: string): Promise<number> {
    const session = await openSession(await loadTransport(name), address);
    const { client, closed } = session;
    expect(session.initialized).toMatchObject({ protocolVersion: '2025-11-25', capabilities: { tools: {} } });
    const list = (await client.request('tools/list', undefined)).outcome;
    expect(list.kind === 'ok' ? list.result['tools'] : list).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'echo' })]),
    );
    const nonces = Array.from({ length: 20 }, (_, index) => nonceOf(7, index));
    for (const nonce of nonces.slice(0, 10)) {
      expect(textOf(await callTool(client, 'echo', { message: nonce }))).toBe(`Echo: ${nonce}`);
    }
    const atOnce = await Promise.all(nonces.slice(10).map((message) => callTool(client, 'echo', { message })));
    expect(atOnce.map(textOf)).toEqual(nonces.slice(10).map((nonce) => `Echo: ${nonce}`));
    expect(textOf(await callTool(client, 'echo', { message: text }))).toBe(`Echo: ${text}`);
    expect((await client.request('no/such/method', undefined)).outcome).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/-32601/) as string,
    });
    expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
    expect(closed).toEqual([]);
    return nonces.length;
  }

  describe('over sse, with server-everything', () => {
    let child: ChildProcess | undefined;
    let address: string;

    beforeAll(async () => {
      const port = await freePort();
      child = await startChild({
        script: EVERYTHING,
        args: ['sse'],
        env: { PORT: String(port) },
        ready: /Server is running on port/,
      });
      address = `http://127.0.0.1:${port}/sse`;
    });

    afterAll(async () => {
      const pid = child?.pid;
      await endChild(child);
      assert(pid !== undefined && !isAlive(pid), `process ${pid} is gone`);
    });

    test('opens a session, lists tools, and gets its own echoes', async () => {
      expect(await useSession('sse', address)).toBe(20);
    });

    test('two clients do not hear each other', async () => {
      expect(await Promise.all([useSession('sse', address), useSession('sse', address)])).toEqual([20, 20]);
    });

    test('hears progress of a long call', async () => {
      const { client, notifications } = await openSession(await loadTransport('sse'), address);
      const args = { duration: 0.1, steps: 4 };
      await callTool(client, 'trigger-long-running-operation', args, { progressToken: 'long' });
      const progress = notifications.filter(({ method }) => method === 'notifications/progress');
      expect(progress.map(({ params }) => [params['progressToken'], params['progress']])).toEqual(
        [1, 2, 3, 4].map((step) => ['long', step]),
      );
    });
  });

  describe('over websocket, with supergateway before server-everything', () => {
    const folder = mkdtempSync(join(tmpdir(), 'peers-'));
    const pidFile = join(folder, 'pid');
    /** The server behind the gateway, if it came so far. */
    const innerPid = (): number | undefined =>
      existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : undefined;
    const innerIsAlive = (): boolean => {
      const pid = innerPid();
      return pid !== undefined && isAlive(pid);
    };
    let child: ChildProcess | undefined;
    let address: string;

    beforeAll(async () => {
      const port = await freePort();
      // The gateway starts its server through a shell; that shell becomes the server and leaves its id behind.
      const stdio = `echo $$ > '${pidFile}'; exec '${process.execPath}' '${EVERYTHING}' stdio`;
      child = await startChild({
        script: SUPERGATEWAY,
        args: ['--stdio', stdio, '--outputTransport', 'ws', '--port', String(port), '--messagePath', '/mcp'],
        ready: /WebSocket endpoint: /,
      });
      address = `ws://127.0.0.1:${port}/mcp`;
    });

    afterAll(async () => {
      const pid = child?.pid;
      try {
        await endChild(child);
        assert(pid !== undefined && !isAlive(pid), `process ${pid} is gone`);
        await vi.waitFor(() => assert(!innerIsAlive(), 'the server behind it is gone'), 10_000);
      } finally {
        const left = innerPid();
        if (left !== undefined && isAlive(left)) process.kill(left, 'SIGKILL');
        rmSync(folder, { recursive: true });
      }
    });

    test('opens a session, lists tools, and gets its own echoes', async () => {
      expect(innerIsAlive()).toBe(true);
      expect(await useSession('websocket', address)).toBe(20);
    });
  });
});
