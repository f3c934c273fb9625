/** One suite over every arm there is: what each must do alike, whatever its transport and its generation of the protocol. What only one of them can do wrong stands in `bad-input.test.ts` and `bad-servers.test.ts`. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { EVENT_METHOD, readEvent, topicUri } from '../src/mcp/events.ts';
import { fillerSource, nonceOf } from '../src/mcp/payload.ts';
import { SERVER_INFO, serverInfoIn } from '../src/mcp/envelope.ts';
import { eraOf } from '../src/mcp/revisions.ts';
import { PROTOCOL_REVISIONS, type ProtocolRevision } from '../src/scenario/variant.ts';
import type { SocketReport, WireCounts } from '../src/transports/contract.ts';
import { bytes, nanoseconds } from '../src/units.ts';
import {
  CONFORMANCE_ARMS,
  type TestArm,
  carriesStrayAnswers,
  costsTheSameEachTime,
  outlivesItsSockets,
  partsInSilence,
  reconnects,
  reportsProgress,
  resumes,
  testArm,
} from './fixtures/arms.ts';
import { type Relay, startRelay } from './fixtures/relay.ts';
import { type Bench, callTool, openSession, ping, SEED, type Session, startBench, textOf } from './fixtures/session.ts';

const MIB = 1024 * 1024;
const filler = fillerSource(SEED);
const arms = await Promise.all(CONFORMANCE_ARMS.map(testArm));
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
async function connected(arm: TestArm): Promise<Bench & Session> {
  const bench = await startBench(arm);
  const session = await openSession(arm, bench.endpoint);
  return { ...session, server: bench.server, endpoint: bench.endpoint, deaths: 0 };
}

type Address = Pick<Bench['endpoint'], 'address' | 'certificate'>;

const payloadCounts = ({ messagesUp, messagesDown, payloadUp, payloadDown }: Session['client']['counts']): unknown => ({
  messagesUp,
  messagesDown,
  payloadUp,
  payloadDown,
});

/** The revisions of the arm's generation that its transport speaks. */
const revisionsOf = ({ transport, variant }: TestArm): readonly ProtocolRevision[] =>
  PROTOCOL_REVISIONS.filter(
    (protocol) => eraOf(protocol) === eraOf(variant.protocol) && transport.supports({ ...variant, protocol }).supported,
  );

describe.each(arms)('$word', (arm) => {
  describe('carries', () => {
    test.each(revisionsOf(arm))('a session of %s', async (revision) => {
      const { endpoint } = await startBench(arm);
      const { client, initialized } = await openSession(arm, endpoint, revision);
      expect(serverInfoIn(initialized)).toEqual(SERVER_INFO);
      expect(initialized['protocolVersion'] ?? initialized['supportedVersions']).toEqual(
        eraOf(revision) === 'handshake' ? revision : [revision],
      );
      expect((await ping(client)).outcome.kind).toBe('ok');
      expect(textOf(await callTool(client, 'echo', { text: 'hello' }))).toBe('hello');
    });

    test('200 calls at once, each answered with its own nonce', async () => {
      const { client, server } = await connected(arm);
      const nonces = Array.from({ length: 200 }, (_, index) => nonceOf(1, index));
      const answers = await Promise.all(nonces.map((text) => callTool(client, 'echo', { text })));
      expect(answers.map(textOf)).toEqual(nonces);
      expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
      await settled(() => payloadCounts(server.counts), payloadCounts(client.counts));
    });

    test('notifications, all of them, in the order of their publication', async () => {
      const { client, notifications, server } = await connected(arm);
      await client.subscribe([FEED]);
      for (let sequence = 0; sequence < 1_000; sequence += 1) {
        expect(server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(sequence) }, bytes(200))).toBe(1);
      }
      await settled(() => notifications.length, 1_000);
      expect(notifications.every(({ method }) => method === EVENT_METHOD)).toBe(true);
      expect(notifications.map(({ params }) => readEvent(params)?.sequence)).toEqual([...Array(1_000).keys()]);
      expect(notifications[999]?.params).toHaveProperty(['_meta', 'bench/filler'], filler(bytes(200)));
    });

    test('progress before the answer it belongs to, and none where one object is the reply', async () => {
      const { client, notifications } = await connected(arm);
      const reported = reportsProgress(arm) ? 500 : 0;
      expect(textOf(await callTool(client, 'progress', { text: 'p', steps: 500 }, { progressToken: 'token' }))).toBe(
        'p',
      );
      expect(notifications.map(({ params }) => params['progress'])).toEqual(
        [...Array(reported).keys()].map((n) => n + 1),
      );
      expect(notifications.every(({ params }) => params['progressToken'] === 'token')).toBe(true);
    });

    test('a message of 1 MiB in both directions', async () => {
      const { client } = await connected(arm);
      const text = nonceOf(1, 1) + filler(bytes(MIB));
      expect(textOf(await callTool(client, 'echo', { text })) === text).toBe(true);
      expect(client.counts.payloadUp).toBeGreaterThan(MIB);
      expect(client.counts.payloadDown).toBeGreaterThan(MIB);
    });

    test('text of many bytes per character, whole', async () => {
      const { client, server } = await connected(arm);
      const text = MULTIBYTE.repeat(50);
      expect(textOf(await callTool(client, 'echo', { text }))).toBe(text);
      expect(payloadCounts(server.counts)).toEqual(payloadCounts(client.counts));
    });
  });

  describe('makes visible', () => {
    test.each([
      ['wrong-id', 'misrouted'],
      ...(carriesStrayAnswers(arm) ? [['twice', 'duplicated']] : []),
      ['not-json', 'unreadable'],
    ] as [string, string][])('%s as %s', async (how, stray) => {
      const { client } = await connected(arm);
      void callTool(client, 'misbehave', { text: nonceOf(1, 1), how });
      await settled(() => client.strays, { misrouted: 0, duplicated: 0, late: 0, unreadable: 0, [stray]: 1 });
      expect(textOf(await callTool(client, 'echo', { text: 'still here' }))).toBe('still here');
    });

    test('the order to die', async () => {
      const bench = await startBench(arm);
      const { client } = await openSession(arm, bench.endpoint);
      void callTool(client, 'misbehave', { text: nonceOf(1, 1), how: 'die' });
      await expect.poll(() => bench.deaths).toBe(1);
    });
  });

  test('refuses a message over the cap, and nobody else suffers', async () => {
    const { endpoint, server } = await startBench(arm, bytes(64 * 1024));
    const [greedy, modest] = [await openSession(arm, endpoint), await openSession(arm, endpoint)];
    for (const { client } of [greedy, modest]) await ping(client);
    const before = server.counts.messagesUp;
    const { outcome } = await callTool(greedy.client, 'echo', { text: filler(bytes(64 * 1024)) });
    expect(outcome.kind).toMatch(/^(rejected|disconnected)$/);
    expect(server.counts.messagesUp).toBe(before);
    const fits = nonceOf(1, 1) + filler(bytes(60 * 1024));
    expect(textOf(await callTool(modest.client, 'echo', { text: fits }))).toBe(fits);
    const next = await openSession(arm, endpoint);
    expect(textOf(await callTool(next.client, 'echo', { text: 'next' }))).toBe('next');
  });

  describe('ends', () => {
    test('when the endpoint goes: told once, everything pending is disconnected', async () => {
      const { client, closed, endpoint } = await connected(arm);
      const waiting = [1, 2, 3].map((n) => callTool(client, 'delay', { text: nonceOf(1, n), delayMs: 60_000 }));
      await callTool(client, 'echo', { text: 'the delays have arrived' });
      await endpoint.close();
      for (const { outcome } of await Promise.all(waiting)) expect(outcome.kind).toBe('disconnected');
      await settled(() => closed.length, 1);
      expect((await ping(client)).outcome.kind).toBe('disconnected');
      expect(closed).toHaveLength(1);
    });

    test('in the midst of 200 calls: each is answered or disconnected, none is refused', async () => {
      const { client, closed, endpoint } = await connected(arm);
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
      const { client, closed, endpoint } = await connected(arm);
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
      const { client, channel, closed, server } = await connected(arm);
      await client.subscribe([FEED]);
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
      const { endpoint, server } = await startBench(arm);
      const sessions: Session[] = [];
      for (let index = 0; index < 3; index += 1) sessions.push(await openSession(arm, endpoint));
      for (const { client } of sessions) await client.subscribe([FEED]);
      expect(server.publish({ topic: 'feed', run: 1, sequence: 0, dueNs: nanoseconds(0) }, bytes(8))).toBe(3);
      await endpoint.close();
      await settled(() => server.sessions, 0);
      const open = (reports: readonly SocketReport[]): number => reports.filter((report) => report.open).length;
      expect(open(endpoint.sockets())).toBe(0);
      await settled(() => sessions.map(({ channel }) => open(channel.sockets())), [0, 0, 0]);
      await expect(openSession(arm, endpoint)).rejects.toThrow(Error);
    });
  });

  test('says what it was set to', async () => {
    const { channel, endpoint } = await connected(arm);
    const { tls, http, compression } = arm.variant;
    expect(endpoint.settings()).toMatchObject({ maxMessageBytes: 4 * MIB, tls, heartbeatMs: undefined });
    expect(endpoint.settings().http2Windows !== undefined).toBe(http === '2');
    expect(channel.handshake().compression).toMatch(compression === 'off' ? /^$/ : new RegExp(compression));
    expect(channel.handshake().tls).toBe(tls ? 'TLSv1.3 TLS_AES_256_GCM_SHA384, not resumed' : '');
  });
});

describe.each(arms.filter(({ transport }) => !transport.capabilities.has('wire')))('$word, without a wire', (arm) => {
  test('carries no bytes and has no sockets', async () => {
    const { channel, client, endpoint } = await connected(arm);
    await callTool(client, 'echo', { text: filler(bytes(1_000)) });
    for (const end of [channel, endpoint]) {
      expect(end.wire()).toEqual({ upBytes: 0, downBytes: 0 });
      expect(end.sockets()).toEqual([]);
    }
  });
});

describe.each(arms.filter(({ transport }) => transport.capabilities.has('wire')))('$word, on its wire', (arm) => {
  const spawns = arm.transport.capabilities.has('client-spawns');

  /** A client behind a relay that counts for itself. */
  async function relayed(pieceBytes?: number): Promise<Bench & Session & { readonly relay: Relay }> {
    const bench = await startBench(arm);
    const relay = await startRelay(bench.endpoint.address, pieceBytes === undefined ? {} : { pieceBytes });
    onTestFinished(() => relay.close());
    const session = await openSession(arm, behind(relay, bench));
    return { ...session, server: bench.server, endpoint: bench.endpoint, deaths: 0, relay };
  }

  const behind = ({ address }: Relay, { endpoint: { certificate } }: Pick<Bench, 'endpoint'>): Address => ({
    address,
    certificate,
  });

  test('driver, endpoint and a relay between them count the same bytes in both directions', async () => {
    const { client, channel, endpoint, server, relay } = await relayed();
    await client.subscribe([FEED]);
    const sizes = [0, 1, 100, 1_000, 65_536, MIB];
    for (const size of sizes) await callTool(client, 'echo', { text: nonceOf(1, 1) + filler(bytes(size)) });
    await Promise.all(sizes.map((size) => callTool(client, 'produce', { text: nonceOf(1, 2), size })));
    for (let sequence = 0; sequence < 50; sequence += 1) {
      server.publish({ topic: 'feed', run: 1, sequence, dueNs: nanoseconds(0) }, bytes(500));
    }
    await callTool(client, 'echo', { text: MULTIBYTE });
    await agreed(endpoint, relay, channel);
    const least = arm.variant.compression === 'off' ? MIB : MIB / 4;
    expect(relay.wire().upBytes).toBeGreaterThan(least);
    expect(relay.wire().downBytes).toBeGreaterThan(2 * least);
  });

  test('closing closes every socket, and where nobody says goodbye all still count the same', async () => {
    const { client, channel, endpoint, relay } = await relayed();
    await callTool(client, 'echo', { text: filler(bytes(10_000)) });
    await agreed(endpoint, relay, channel);
    await channel.close();
    await expect.poll(() => endpoint.sockets().filter(({ open }) => open).length).toBe(0);
    if (partsInSilence(arm)) await agreed(endpoint, relay, channel);
  });

  test('each socket’s report adds up to the sum, at both ends, and one port names one socket', async () => {
    const { client, channel, endpoint } = await connected(arm);
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

  test.runIf(costsTheSameEachTime(arm))(
    'calls of the same size cost the same bytes, however many went before',
    async () => {
      const { client, channel, endpoint } = await connected(arm);
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
    },
  );

  test('characters that are cut between two chunks arrive whole, in both directions', async () => {
    const { client, endpoint, channel, relay } = await relayed(3);
    const text = nonceOf(1, 1) + MULTIBYTE.repeat(20);
    expect(textOf(await callTool(client, 'echo', { text }))).toBe(text);
    const both = await Promise.all([1, 2, 3].map((n) => callTool(client, 'echo', { text: `${n}${text}` })));
    expect(both.map(textOf)).toEqual([1, 2, 3].map((n) => `${n}${text}`));
    await agreed(endpoint, relay, channel);
  });

  test('a cut cable disconnects everything pending that cannot be resumed; the client goes on, or is told once that it cannot', async () => {
    const { client, closed, endpoint, server, relay } = await relayed();
    const isResumed = resumes(arm) && reportsProgress(arm);
    const text = nonceOf(1, 1);
    const waiting = callTool(client, 'delay', { text, delayMs: isResumed ? 300 : 60_000 });
    await callTool(client, 'echo', { text: 'the delay has arrived' });
    relay.cut();
    if (isResumed) {
      expect(textOf(await waiting)).toBe(text);
      expect(closed).toEqual([]);
      return;
    }
    expect((await waiting).outcome.kind).toBe('disconnected');
    const openAtServer = (): number => endpoint.sockets().filter(({ open }) => open).length;
    if (reconnects(arm)) {
      expect(textOf(await callTool(client, 'echo', { text: 'still here' }))).toBe('still here');
      expect(closed).toEqual([]);
      return;
    }
    await settled(() => [closed.length, openAtServer()], [1, 0]);
    if (!outlivesItsSockets(arm)) await settled(() => server.sessions, 0);
  });

  test('a lost client can connect again; who resumes is not lost', async () => {
    const { client, endpoint, relay, closed } = await relayed();
    await client.subscribe([FEED]);
    relay.cut();
    const losses = resumes(arm) ? 0 : 1;
    await settled(() => closed.length, losses);
    const again = await openSession(arm, behind(relay, { endpoint }));
    expect(textOf(await callTool(again.client, 'echo', { text: 'again' }))).toBe('again');
    expect(closed).toHaveLength(losses);
  });

  test.skipIf(spawns)('TCP_NODELAY is set on every socket of both ends', async () => {
    const { client, channel, endpoint } = await connected(arm);
    await Promise.all([1, 2, 3].map(() => callTool(client, 'echo', { text: 'x' })));
    for (const reports of [channel.sockets(), endpoint.sockets()]) {
      expect(reports.length).toBeGreaterThan(0);
      expect(reports.map(({ noDelay }) => noDelay)).toEqual(reports.map(() => true));
    }
  });

  test.skipIf(spawns)('nobody there, or nobody who speaks: an error, and no socket is left', async () => {
    const { endpoint } = await startBench(arm);
    const elsewhere = new URL(endpoint.address);
    elsewhere.pathname = '/elsewhere';
    await expect(openSession(arm, { ...endpoint, address: elsewhere.href })).rejects.toThrow(Error);
    await settled(() => endpoint.sockets().filter(({ open }) => open).length, 0);
    await endpoint.close();
    await expect(openSession(arm, endpoint)).rejects.toThrow(Error);
  });
});

describe('websocket, byte for byte', async () => {
  const arm = await testArm('websocket');

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
    const { client, channel, endpoint } = await connected(arm);
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
    const { channel, endpoint } = await connected(arm);
    expect(channel.handshake()).toEqual({
      established: '101 websocket',
      httpRequests: 1,
      roundTripsToOpen: 2,
      compression: '',
      tls: '',
    });
    expect(endpoint.seen()).toEqual({ httpVersion: '1.1', messageHeaders: [] });
    expect(channel.sockets()).toHaveLength(1);
  });
});

test('sse: opening costs a stream, a second socket and their round trips', async () => {
  const { channel, client, endpoint } = await connected(await testArm('sse'));
  await ping(client);
  expect(channel.handshake()).toEqual({
    established: '200 text/event-stream',
    httpRequests: 1 + 3, // The stream; initialize, initialized, ping.
    roundTripsToOpen: 3, // TCP and GET of the stream, TCP of the first POST.
    compression: '',
    tls: '',
  });
  expect(endpoint.seen()).toEqual({
    httpVersion: '1.1',
    messageHeaders: ['connection', 'content-length', 'content-type', 'host'],
  });
});
