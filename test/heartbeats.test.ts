/** Signs of life of the endpoints, and what they ask of proxies: options that are off, and on, unless something else is said. */
import { get } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { McpClient } from '../src/mcp/client.ts';
import { topicUri } from '../src/mcp/events.ts';
import { eraOf } from '../src/mcp/revisions.ts';
import { BenchServer } from '../src/mcp/server.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import type { Channel, Endpoint, EndpointOptions } from '../src/transports/contract.ts';
import { bytes, milliseconds } from '../src/units.ts';
import { type TestArm, testArm } from './fixtures/arms.ts';
import { eventually } from './fixtures/command.ts';

const clock = monotonicClock();
const MAX_MESSAGE_BYTES = bytes(1024 * 1024);
/** A comment in an event stream, chunked under HTTP/1.1; a ping, which has no payload. */
const BEAT_BYTES = { stream: '3\r\n:\n\n\r\n'.length, ping: 2 };

async function start(
  { transport, variant }: TestArm,
  options: Pick<EndpointOptions, 'heartbeatMs' | 'hintsProxies'>,
): Promise<Endpoint> {
  const server = new BenchServer({ clock, seed: 1, die: () => undefined, era: eraOf(variant.protocol) });
  const endpoint = await transport.startEndpoint({ server, variant, maxMessageBytes: MAX_MESSAGE_BYTES, ...options });
  onTestFinished(() => endpoint.close());
  return endpoint;
}

/** A client that listens and says nothing. */
async function listen({ transport, variant }: TestArm, { address }: Endpoint): Promise<Channel> {
  const client = new McpClient({ clock, timeoutNs: milliseconds(5_000) });
  const channel = await transport.connect(address, {
    variant,
    headers: {},
    maxMessageBytes: MAX_MESSAGE_BYTES,
    timeoutMs: 5_000,
    events: client,
  });
  onTestFinished(async () => {
    client.detach();
    await channel.close();
  });
  client.attach(channel);
  await client.open(variant.protocol);
  await channel.listen();
  await client.subscribe([topicUri('feed')]);
  return channel;
}

const down = (channel: Channel): number => channel.wire().downBytes;

describe.each([
  { word: 'sse', beat: BEAT_BYTES.stream },
  { word: 'websocket', beat: BEAT_BYTES.ping },
  { word: 'streamable-http', beat: BEAT_BYTES.stream },
  { word: 'streamable-http@2026-07-28', beat: BEAT_BYTES.stream },
])('$word', ({ word, beat }) => {
  test('shows signs of life when it is told to, whole ones and nothing else; the settings say so', async () => {
    const arm = await testArm(word);
    const endpoint = await start(arm, { heartbeatMs: 10 });
    expect(endpoint.settings().heartbeatMs).toBe(10);
    const channel = await listen(arm, endpoint);
    // The last answer of the opening may still be on its way to the count.
    const opened = down(channel);
    await eventually(() => (down(channel) > opened + beat ? true : undefined), 'a heartbeat', 5_000);
    const before = down(channel);
    await eventually(() => (down(channel) - before >= 5 * beat ? true : undefined), 'five heartbeats', 5_000);
    expect((down(channel) - before) % beat).toBe(0);
  });

  test('shows none unless it is told to', async () => {
    const arm = await testArm(word);
    const [silent, beating] = [await start(arm, {}), await start(arm, { heartbeatMs: 10 })];
    expect(silent.settings().heartbeatMs).toBeUndefined();
    const [quiet, lively] = [await listen(arm, silent), await listen(arm, beating)];
    await eventually(() => (down(lively) > down(quiet) + 3 * beat ? true : undefined), 'heartbeats', 5_000);
    const before = { quiet: down(quiet), lively: down(lively) };
    await eventually(() => (down(lively) - before.lively >= 5 * beat ? true : undefined), 'five heartbeats', 5_000);
    expect(down(quiet)).toBe(before.quiet);
  });
});

test.each([
  { hintsProxies: undefined, header: 'no' },
  { hintsProxies: true, header: 'no' },
  { hintsProxies: false, header: undefined },
])(
  'an event stream has X-Accel-Buffering: $header where hintsProxies is $hintsProxies',
  async ({ hintsProxies, header }) => {
    const { address } = await start(await testArm('sse'), { hintsProxies });
    const found = await new Promise<unknown>((resolve, reject) => {
      get(address, (response) => {
        resolve(response.headers['x-accel-buffering']);
        response.destroy();
      }).on('error', reject);
    });
    expect(found).toBe(header);
  },
);
