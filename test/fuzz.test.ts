/** Mangled messages at every transport's endpoint: whatever is thrown at it, it stays, keeps nothing of it, and serves others. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eraOf } from '../src/mcp/revisions.ts';
import { bytes } from '../src/units.ts';
import { openArm, startArm } from './fixtures/arm-session.ts';
import { testArm } from './fixtures/arms.ts';
import { callTool, textOf } from './fixtures/session.ts';
import { type Headers, INITIALIZE, META, meetStranger, type Stranger } from './fixtures/stranger.ts';

const CAP = bytes(64 * 1024);
const RUNS = 400;
/** Where only what lies below the transport differs. */
const FEWER_RUNS = 40;
const LIMIT_MS = 15_000;
/** What an endpoint may hold for clients that are gone: nothing that grows with what they have sent. */
const MOST_SOCKETS_LEFT = 10;

const ARMS = [
  'sse',
  'streamable-http',
  'streamable-http+json',
  'streamable-http@2026-07-28',
  'streamable-http@2026-07-28+json',
  'websocket',
  'websocket@2026-07-28',
  'stdio',
  'stdio@2026-07-28',
];

/** The same transports over other wires: HTTP/2, TLS, compression. */
const OVER_OTHER_WIRES = [
  'sse+h2',
  'sse+tls',
  'sse+gzip',
  'sse+br',
  'streamable-http+h2',
  'streamable-http+h2+tls',
  'streamable-http+gzip',
  'streamable-http+json+tls',
  'streamable-http@2026-07-28+h2',
  'streamable-http@2026-07-28+h2+json',
  'streamable-http@2026-07-28+br',
  'streamable-http@2026-07-28+tls',
  'websocket+tls',
  'websocket+deflate',
];

const MESSAGES = [
  INITIALIZE,
  '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
  `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"text":"n0000000000:x"},${META}}}`,
  `{"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"bench://topic/feed",${META}}}`,
  '{"jsonrpc":"2.0","id":4,"result":{}}',
];

const sound = fc.constantFrom(...MESSAGES);
const place = fc.nat({ max: 400 });

/** Bytes that were a message once, or never. */
const mangled: fc.Arbitrary<Buffer> = fc.oneof(
  fc.tuple(sound, fc.array(fc.tuple(place, fc.nat({ max: 7 })), { minLength: 1, maxLength: 8 })).map(flipBits),
  fc.tuple(sound, place).map(([text, end]) => Buffer.from(text.slice(0, end % text.length))),
  fc
    .tuple(sound, fc.json())
    .map(([text, json]) => Buffer.from(text.replace(/"params":\{/, `"params":${json},"params":{`))),
  fc.tuple(sound, fc.json()).map(([text, json]) => Buffer.from(text.replace(/"id":\d/, `"id":${json},"id":${json}`))),
  fc
    .tuple(sound, fc.constantFrom('1e999', '-0', '9'.repeat(400), '1.5', '9007199254740993'))
    .map(([text, number]) => Buffer.from(text.replace(/"id":\d/, `"id":${number}`))),
  fc.nat({ max: 30_000 }).map((depth) => Buffer.from('['.repeat(depth))),
  fc
    .nat({ max: 5_000 })
    .map((depth) => Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"ping","params":${'{"a":'.repeat(depth)}`)),
  fc
    .tuple(sound, place, fc.uint8Array({ minLength: 1, maxLength: 20 }))
    .map(([text, at, rubbish]) =>
      Buffer.concat([Buffer.from(text.slice(0, at)), rubbish, Buffer.from(text.slice(at))]),
    ),
  fc.json().map((json) => Buffer.from(json)),
  fc.uint8Array({ maxLength: 2_000 }).map((rubbish) => Buffer.from(rubbish)),
  fc.nat({ max: 100_000 }).map((size) => Buffer.alloc(size, 'x')),
);

function flipBits([text, flips]: [string, [number, number][]]): Buffer {
  const message = Buffer.from(text);
  for (const [at, bit] of flips) message[at % message.length] = (message[at % message.length] ?? 0) ^ (1 << bit);
  return message;
}

const HEADER_NAMES = [
  'accept',
  'content-type',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'origin',
];
/** Where there is HTTP: headers that are wrong, in characters that may stand in one. */
const headers: fc.Arbitrary<Headers> = fc.dictionary(
  fc.constantFrom(...HEADER_NAMES),
  fc.oneof(
    fc.constantFrom('', '*/*', 'application/json', '2026-07-28', 'tools/call', 'echo', '=?base64?x?='),
    fc.stringMatching(/^[!-~]{0,50}$/),
  ),
  { maxKeys: 4, noNullPrototype: true },
);

describe.each([...ARMS, ...OVER_OTHER_WIRES])('mangled messages over %s', async (word) => {
  const arm = await testArm(word);
  const runs = ARMS.includes(word) ? RUNS : FEWER_RUNS;

  test('do no harm to the endpoint, nor to others', async () => {
    const { server, endpoint } = await startArm(arm, CAP);
    const other = await openArm(arm, endpoint);
    const echo = async (text: string): Promise<void> =>
      expect(textOf(await callTool(other.client, 'echo', { text }))).toBe(text);
    const sessionsBefore = server.sessions;
    let stranger: Stranger | undefined;
    await fc.assert(
      fc.asyncProperty(mangled, fc.option(headers, { nil: {} }), async (message, wrong) => {
        if (stranger === undefined || stranger.gone()) stranger = await meetStranger(arm, endpoint);
        const status = await stranger.say(message, wrong);
        // No request is the endpoint's fault.
        if (status !== undefined) expect(status).toBeLessThan(500);
        await echo('n0000000000:still here');
      }),
      { numRuns: runs, interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: false },
    );
    stranger?.leave();
    expect(other.client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
    expect(other.closed).toEqual([]);
    // [spec] A session of Streamable HTTP outlives its client until it is deleted; every other goes with it.
    const most =
      sessionsBefore +
      (arm.transport.name === 'streamable-http' && eraOf(arm.variant.protocol) === 'handshake' ? runs : 0);
    await expect.poll(() => server.sessions).toBeLessThanOrEqual(most);
    await expect
      .poll(() => endpoint.sockets().filter(({ open }) => open).length)
      .toBeLessThanOrEqual(MOST_SOCKETS_LEFT);
  });
});
