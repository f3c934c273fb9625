/** One suite over every transport there is: what each must do alike. What only one of them can do wrong stands in `bad-input.test.ts` and `bad-servers.test.ts`. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { EVENT_METHOD, readEvent, topicUri } from '../src/mcp/events.ts';
import { fillerSource, nonceOf } from '../src/mcp/payload.ts';
import { HANDSHAKE_REVISIONS } from '../src/mcp/revisions.ts';
import { ChannelError, type SocketReport, type Transport, type WireCounts } from '../src/transports/contract.ts';
import { loadTransport, transportNames } from '../src/transports/discover.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import { type Relay, startRelay } from './fixtures/relay.ts';
import { type Bench, callTool, openSession, SEED, type Session, startBench, textOf } from './fixtures/session.ts';

const MIB = 1024 * 1024;
const filler = fillerSource(SEED);
const transports = await Promise.all(transportNames().map(loadTransport));
const FEED = topicUri('feed');
/** One to four bytes per character, some of them written as two UTF-16 units, one a separator that line readers trip over. */
const MULTIBYTE = 'a ä € 😀 𝔘 \u2028 漢字 👩‍👩‍👧 \u0000 ';

/** Repeats until both say the same; what has been sent may still be on its way. */
async function settled(read: () => unknown, expected: unknown): Promise<void> {
  await expect.poll(read, { timeout: 10_000, interval: 2 }).toEqual(expected);
}

/** Repeats until all count the same bytes. The endpoint has counted what it wrote; the others catch up. */
async function agreed(first: { wire(): WireCounts }, ...others: readonly { wire(): WireCounts }[]): Promise<void> {
  const apart = (): unknown => {
    const { upBytes, downBytes } = first.wire();
    return others.map((other) => [other.wire().upBytes - upBytes, other.wire().downBytes - downBytes]);
  };
  await settled(
    apart,
    others.map(() => [0, 0]),
  );
}

/** An endpoint and one client of it. */
async function connected(transport: Transport): Promise<Bench & Session> {
  const bench = await startBench(transport);
  const session = await openSession(transport, bench.endpoint.address);
  return { ...session, server: bench.server, endpoint: bench.endpoint, deaths: 0 };
}

const payloadCounts = ({ messagesUp, messagesDown, payloadUp, payloadDown }: Session['client']['counts']): unknown => ({
  messagesUp,
  messagesDown,
  payloadUp,
  payloadDown,
});

describe.each(transports)('$name', (transport) => {
  describe('carries', () => {
    test.each(HANDSHAKE_REVISIONS)('a session of %s', async (protocolVersion) => {
      const { endpoint } = await startBench(transport);
      const { client, initialized } = await openSession(transport, endpoint.address, protocolVersion);
      expect(initialized).toMatchObject({ protocolVersion });
      expect((await client.request('ping', undefined)).outcome).toEqual({ kind: 'ok', result: {} });
      expect(textOf(await callTool(client, 'echo', { text: 'hello' }))).toBe('hello');
    });

    test('200 calls at once, each answered with its own nonce', async () => {
      const { client, server } = await connected(transport);
      const nonces = Array.from({ length: 200 }, (_, index) => nonceOf(1, index));
      const answers = await Promise.all(nonces.map((text) => callTool(client, 'echo', { text })));
      expect(answers.map(textOf)).toEqual(nonces);
      expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
      await settled(() => payloadCounts(server.counts), payloadCounts(client.counts));
    });

    test('notifications, all of them, in the order of their publication', async () => {
      const { client, notifications, server } = await connected(transport);
      await client.request('resources/subscribe', { uri: FEED });
      for (let sequence = 0; sequence < 1_000; sequence += 1) {
        expect(server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(sequence) }, bytes(200))).toBe(1);
      }
      await settled(() => notifications.length, 1_000);
      expect(notifications.every(({ method }) => method === EVENT_METHOD)).toBe(true);
      expect(notifications.map(({ params }) => readEvent(params)?.sequence)).toEqual([...Array(1_000).keys()]);
      expect(notifications[999]?.params).toHaveProperty(['_meta', 'bench/filler'], filler(bytes(200)));
    });

    test('progress before the answer it belongs to', async () => {
      const { client, notifications } = await connected(transport);
      await callTool(client, 'progress', { text: 'p', steps: 500 }, { progressToken: 'token' });
      expect(notifications.map(({ params }) => params['progress'])).toEqual([...Array(500).keys()].map((n) => n + 1));
      expect(notifications.every(({ params }) => params['progressToken'] === 'token')).toBe(true);
    });

    test('a message of 1 MiB in both directions', async () => {
      const { client } = await connected(transport);
      const text = nonceOf(1, 1) + filler(bytes(MIB));
      expect(textOf(await callTool(client, 'echo', { text })) === text).toBe(true);
      expect(client.counts.payloadUp).toBeGreaterThan(MIB);
      expect(client.counts.payloadDown).toBeGreaterThan(MIB);
    });

    test('text of many bytes per character, whole', async () => {
      const { client, server } = await connected(transport);
      const text = MULTIBYTE.repeat(50);
      expect(textOf(await callTool(client, 'echo', { text }))).toBe(text);
      expect(payloadCounts(server.counts)).toEqual(payloadCounts(client.counts));
    });
  });

  describe('makes visible', () => {
    test.each([
      ['wrong-id', 'misrouted'],
      ['twice', 'duplicated'],
      ['not-json', 'unreadable'],
    ])('%s as %s', async (how, stray) => {
      const { client } = await connected(transport);
      void callTool(client, 'misbehave', { text: nonceOf(1, 1), how });
      await settled(() => client.strays, { misrouted: 0, duplicated: 0, late: 0, unreadable: 0, [stray]: 1 });
      expect(textOf(await callTool(client, 'echo', { text: 'still here' }))).toBe('still here');
    });

    test('the order to die', async () => {
      const bench = await startBench(transport);
      const { client } = await openSession(transport, bench.endpoint.address);
      void callTool(client, 'misbehave', { text: nonceOf(1, 1), how: 'die' });
      await expect.poll(() => bench.deaths).toBe(1);
    });
  });

  test('refuses a message over the cap, and nobody else suffers', async () => {
    const { endpoint, server } = await startBench(transport, bytes(64 * 1024));
    const [greedy, modest] = [
      await openSession(transport, endpoint.address),
      await openSession(transport, endpoint.address),
    ];
    for (const { client } of [greedy, modest]) await client.request('ping', undefined);
    const before = server.counts.messagesUp;
    const { outcome } = await callTool(greedy.client, 'echo', { text: filler(bytes(64 * 1024)) });
    expect(outcome.kind).toMatch(/^(rejected|disconnected)$/);
    expect(server.counts.messagesUp).toBe(before);
    const fits = nonceOf(1, 1) + filler(bytes(60 * 1024));
    expect(textOf(await callTool(modest.client, 'echo', { text: fits }))).toBe(fits);
    const next = await openSession(transport, endpoint.address);
    expect(textOf(await callTool(next.client, 'echo', { text: 'next' }))).toBe('next');
  });

  describe('ends', () => {
    test('when the endpoint goes: told once, everything pending is disconnected', async () => {
      const { client, closed, endpoint } = await connected(transport);
      const waiting = [1, 2, 3].map((n) => callTool(client, 'delay', { text: nonceOf(1, n), delayMs: 60_000 }));
      await callTool(client, 'echo', { text: 'the delays have arrived' });
      await endpoint.close();
      for (const { outcome } of await Promise.all(waiting)) expect(outcome.kind).toBe('disconnected');
      await settled(() => closed.length, 1);
      expect((await client.request('ping', undefined)).outcome.kind).toBe('disconnected');
      expect(closed).toHaveLength(1);
    });

    test('in the midst of 200 calls: each is answered or disconnected, none is refused', async () => {
      const { client, closed, endpoint } = await connected(transport);
      const calls = Array.from({ length: 200 }, (_, index) => {
        const text = nonceOf(1, index);
        return index % 2 === 0
          ? callTool(client, 'echo', { text })
          : callTool(client, 'delay', { text, delayMs: 60_000 });
      });
      await calls[10];
      await endpoint.close();
      const kinds = new Set((await Promise.all(calls)).map(({ outcome }) => outcome.kind));
      await settled(() => closed.length, 1);
      expect([...kinds].toSorted()).toEqual(['disconnected', 'ok']);
    });

    test('with a call per answer: whoever calls again when it ends is not kept in a circle', async () => {
      const { client, closed, endpoint } = await connected(transport);
      let refused = 0;
      const loop = async (): Promise<void> => {
        for (;;) {
          const { outcome } = await callTool(client, 'echo', { text: nonceOf(1, 1) });
          if (outcome.kind === 'disconnected') return;
          if (outcome.kind !== 'ok') refused += 1;
          if (refused > 1_000) throw new Error(`refused again and again: ${JSON.stringify(outcome)}`);
        }
      };
      const loops = Promise.all([loop(), loop(), loop(), loop()]);
      await callTool(client, 'echo', { text: 'they run' });
      await endpoint.close();
      await loops;
      expect(refused).toBe(0);
      await settled(() => closed.length, 1);
    });

    test('by the client’s own wish: the server forgets it, the owner is not told', async () => {
      const { client, channel, closed, server } = await connected(transport);
      await client.request('resources/subscribe', { uri: FEED });
      const waiting = callTool(client, 'delay', { text: nonceOf(1, 1), delayMs: 60_000 });
      await callTool(client, 'echo', { text: 'the delay has arrived' });
      await channel.close();
      await settled(() => server.sessions, 0);
      client.detach();
      expect((await waiting).outcome.kind).toBe('disconnected');
      expect(server.publish({ topic: 'feed', run: 1, sequence: 0, dueNs: nanoseconds(0) }, bytes(10))).toBe(0);
      await channel.close();
      expect(closed).toEqual([]);
    });

    test('altogether when the endpoint closes: no session, no open socket at either end, nobody gets in', async () => {
      const { endpoint, server } = await startBench(transport);
      const sessions: Session[] = [];
      for (let index = 0; index < 3; index += 1) sessions.push(await openSession(transport, endpoint.address));
      expect(server.sessions).toBe(3);
      await endpoint.close();
      await settled(() => server.sessions, 0);
      const open = (reports: readonly SocketReport[]): number => reports.filter((report) => report.open).length;
      expect(open(endpoint.sockets())).toBe(0);
      await settled(() => sessions.map(({ channel }) => open(channel.sockets())), [0, 0, 0]);
      await expect(openSession(transport, endpoint.address)).rejects.toBeInstanceOf(ChannelError);
    });
  });

  test('says what it was set to', async () => {
    const { channel, endpoint } = await connected(transport);
    expect(endpoint.settings()).toMatchObject({ maxMessageBytes: 4 * MIB, tls: false, heartbeatMs: undefined });
    expect(channel.handshake()).toMatchObject({ compression: '' });
  });
});

describe.each(transports.filter(({ capabilities }) => !capabilities.has('wire')))(
  '$name, without a wire',
  (transport) => {
    test('carries no bytes and has no sockets', async () => {
      const { channel, client, endpoint } = await connected(transport);
      await callTool(client, 'echo', { text: filler(bytes(1_000)) });
      for (const end of [channel, endpoint]) {
        expect(end.wire()).toEqual({ upBytes: 0, downBytes: 0 });
        expect(end.sockets()).toEqual([]);
      }
    });
  },
);

describe.each(transports.filter(({ capabilities }) => capabilities.has('wire')))('$name, on its wire', (transport) => {
  /** A client behind a relay that counts for itself. */
  async function relayed(pieceBytes?: number): Promise<Bench & Session & { readonly relay: Relay }> {
    const bench = await startBench(transport);
    const relay = await startRelay(bench.endpoint.address, pieceBytes === undefined ? {} : { pieceBytes });
    onTestFinished(() => relay.close());
    const session = await openSession(transport, relay.address);
    return { ...session, server: bench.server, endpoint: bench.endpoint, deaths: 0, relay };
  }

  test('driver, endpoint and a relay between them count the same bytes in both directions', async () => {
    const { client, channel, endpoint, server, relay } = await relayed();
    await client.request('resources/subscribe', { uri: FEED });
    const sizes = [0, 1, 100, 1_000, 65_536, MIB];
    for (const size of sizes) await callTool(client, 'echo', { text: nonceOf(1, 1) + filler(bytes(size)) });
    await Promise.all(sizes.map((size) => callTool(client, 'produce', { text: nonceOf(1, 2), size })));
    for (let sequence = 0; sequence < 50; sequence += 1) {
      server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(500));
    }
    await callTool(client, 'echo', { text: MULTIBYTE });
    await agreed(endpoint, relay, channel);
    expect(relay.wire().upBytes).toBeGreaterThan(MIB);
    expect(relay.wire().downBytes).toBeGreaterThan(2 * MIB);
  });

  test('they still do when the sockets are closed', async () => {
    const { client, channel, endpoint, relay } = await relayed();
    await callTool(client, 'echo', { text: filler(bytes(10_000)) });
    await agreed(endpoint, relay, channel);
    await channel.close();
    await expect.poll(() => endpoint.sockets().filter(({ open }) => open).length).toBe(0);
    await agreed(endpoint, relay, channel);
  });

  test('each socket’s report adds up to the sum, at both ends, and one port names one socket', async () => {
    const { client, channel, endpoint } = await connected(transport);
    await callTool(client, 'echo', { text: filler(bytes(1_000)) });
    await agreed(endpoint, channel);
    const total = (reports: readonly SocketReport[]): WireCounts => ({
      upBytes: bytes(reports.reduce((sum, { upBytes }) => sum + upBytes, 0)),
      downBytes: bytes(reports.reduce((sum, { downBytes }) => sum + downBytes, 0)),
    });
    const ports = (reports: readonly SocketReport[]): number[] =>
      reports.map(({ clientPort }) => clientPort).toSorted((a, b) => a - b);
    expect(total(channel.sockets())).toEqual(channel.wire());
    expect(total(endpoint.sockets())).toEqual(endpoint.wire());
    expect(ports(channel.sockets())).toEqual(ports(endpoint.sockets()));
    const messages = endpoint.sockets().map(({ messagesUp, messagesDown }) => [messagesUp, messagesDown] as const);
    expect(messages.reduce((sum, [up]) => sum + up, 0)).toBe(client.counts.messagesUp);
    expect(messages.reduce((sum, [, down]) => sum + down, 0)).toBe(client.counts.messagesDown);
  });

  test('calls of the same size cost the same bytes, however many went before', async () => {
    const { client, channel, endpoint } = await connected(transport);
    const cost = async (index: number): Promise<WireCounts> => {
      const before = channel.wire();
      await callTool(client, 'echo', { text: nonceOf(1, index) });
      await agreed(endpoint, channel);
      const after = channel.wire();
      return { upBytes: bytes(after.upBytes - before.upBytes), downBytes: bytes(after.downBytes - before.downBytes) };
    };
    await cost(0); // Opens what is opened late.
    const first = await cost(1);
    expect(first.upBytes).toBeGreaterThan(0);
    for (let index = 2; index < 50; index += 1) expect(await cost(index)).toEqual(first);
  });

  test('characters that are cut between two chunks arrive whole, in both directions', async () => {
    const { client, endpoint, channel, relay } = await relayed(3);
    const text = nonceOf(1, 1) + MULTIBYTE.repeat(20);
    expect(textOf(await callTool(client, 'echo', { text }))).toBe(text);
    const both = await Promise.all([1, 2, 3].map((n) => callTool(client, 'echo', { text: `${n}${text}` })));
    expect(both.map(textOf)).toEqual([1, 2, 3].map((n) => `${n}${text}`));
    await agreed(endpoint, relay, channel);
  });

  test('a cut cable is told once, at both ends, and everything pending is disconnected', async () => {
    const { client, closed, server, relay } = await relayed();
    const waiting = callTool(client, 'delay', { text: nonceOf(1, 1), delayMs: 60_000 });
    await callTool(client, 'echo', { text: 'the delay has arrived' });
    relay.cut();
    expect((await waiting).outcome.kind).toBe('disconnected');
    await settled(() => [closed.length, server.sessions], [1, 0]);
  });

  test('a lost client can connect again', async () => {
    const { relay, closed } = await relayed();
    relay.cut();
    await settled(() => closed.length, 1);
    const again = await openSession(transport, relay.address);
    expect(textOf(await callTool(again.client, 'echo', { text: 'again' }))).toBe('again');
    expect(closed).toHaveLength(1);
  });

  test('TCP_NODELAY is set on every socket of both ends', async () => {
    const { client, channel, endpoint } = await connected(transport);
    await Promise.all([1, 2, 3].map(() => callTool(client, 'echo', { text: 'x' })));
    for (const reports of [channel.sockets(), endpoint.sockets()]) {
      expect(reports.length).toBeGreaterThan(0);
      expect(reports.map(({ noDelay }) => noDelay)).toEqual(reports.map(() => true));
    }
  });

  test('nobody there, or nobody who speaks: a ChannelError, and no socket is left', async () => {
    const { endpoint } = await startBench(transport);
    const elsewhere = new URL(endpoint.address);
    elsewhere.pathname = '/elsewhere';
    await expect(openSession(transport, elsewhere.href)).rejects.toBeInstanceOf(ChannelError);
    await settled(() => endpoint.sockets().filter(({ open }) => open).length, 0);
    await endpoint.close();
    await expect(openSession(transport, endpoint.address)).rejects.toBeInstanceOf(ChannelError);
  });
});

describe('websocket, byte for byte', async () => {
  const transport = await loadTransport('websocket');

  /** [RFC 6455] 5.2: two bytes, then two or eight for lengths from 126 or from 65 536, then four of masking key from the client. */
  const header = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);
  const clientFrame = (length: number): number => header(length) + 4 + length;
  const serverFrame = (length: number): number => header(length) + length;

  /** The messages of one echo call, written by hand. */
  const request = (id: number, text: string): string =>
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"text":"${text}"}}}`;
  const answer = (id: number, text: string): string =>
    `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${text}"}]}}`;
  const ID = 1_000_001;
  const requestOverhead = request(ID, '').length;
  const answerOverhead = answer(ID, '').length;

  /** Text sizes, and those at which the request or the answer is as long as a frame may be for its header. */
  const boundaries = [125, 126, 127, 65_535, 65_536, 65_537];
  const sizes = [
    16,
    64,
    256,
    1_024,
    4_096,
    16_384,
    65_536,
    262_144,
    MIB,
    ...boundaries.map((length) => length - requestOverhead),
    ...boundaries.map((length) => length - answerOverhead),
  ];

  test.each(sizes)('an echo of %i bytes is one frame each way', async (size) => {
    const { client, channel, endpoint } = await connected(transport);
    await agreed(endpoint, channel);
    const before = channel.wire();
    const text = filler(bytes(size));
    const id = client.nextId;
    expect(textOf(await callTool(client, 'echo', { text })) === text).toBe(true);
    const expected = {
      upBytes: before.upBytes + clientFrame(request(id, text).length),
      downBytes: before.downBytes + serverFrame(answer(id, text).length),
    };
    await settled(() => channel.wire(), expected);
    await settled(() => endpoint.wire(), expected);
  });

  test('the boundaries are met exactly', () => {
    const lengths = sizes.flatMap((size) => [requestOverhead + size, answerOverhead + size]);
    for (const boundary of boundaries) expect(lengths.filter((length) => length === boundary)).not.toEqual([]);
    expect([125, 126, 65_535, 65_536].map((length) => clientFrame(length) - length)).toEqual([6, 8, 8, 14]);
    expect([125, 126, 65_535, 65_536].map((length) => serverFrame(length) - length)).toEqual([2, 4, 4, 10]);
  });

  test('opening costs two round trips and one request, messages have no headers', async () => {
    const { channel, endpoint } = await connected(transport);
    expect(channel.handshake()).toEqual({
      established: '101 websocket',
      httpRequests: 1,
      roundTripsToOpen: 2,
      compression: '',
    });
    expect(endpoint.seen()).toEqual({ httpVersion: '1.1', messageHeaders: [] });
    expect(channel.sockets()).toHaveLength(1);
  });
});

test('sse: opening costs a stream, a second socket and their round trips', async () => {
  const { channel, client, endpoint } = await connected(await loadTransport('sse'));
  await client.request('ping', undefined);
  expect(channel.handshake()).toEqual({
    established: '200 text/event-stream',
    httpRequests: 1 + 3, // The stream; initialize, initialized, ping.
    roundTripsToOpen: 3, // TCP and GET of the stream, TCP of the first POST.
    compression: '',
  });
  expect(endpoint.seen()).toEqual({
    httpVersion: '1.1',
    messageHeaders: ['connection', 'content-length', 'content-type', 'host'],
  });
});
