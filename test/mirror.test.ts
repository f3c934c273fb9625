/** The mirror before an endpoint: it says what the endpoint would, and the endpoint does not hear of it. */
import { describe, expect, test } from 'vitest';
import { type AskedCeiling, wantsCeiling } from '../src/cli/conditions.ts';
import { endpointHandlers } from '../src/endpoint/host.ts';
import { ClientFrames } from '../src/endpoint/mirror-frames.ts';
import { callIn, ReplyTemplate, RequestTemplate } from '../src/endpoint/mirror-template.ts';
import { mirrorObstacle } from '../src/endpoint/mirror.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { nonceOf } from '../src/mcp/payload.ts';
import { isSaturating } from '../src/scenario/saturating.ts';
import { openStudySession } from '../src/studies/bench.ts';
import { bytes, milliseconds, nanoseconds, seconds } from '../src/units.ts';
import { testArm } from './fixtures/arms.ts';
import { FIXTURE_CELLS } from './fixtures/cells.ts';

const ARMS = [
  'websocket',
  'websocket@2026-07-28',
  'sse',
  'streamable-http',
  'streamable-http+json',
  'streamable-http@2026-07-28',
  'streamable-http@2026-07-28+json',
];
const CLIENTS = 3;
const ROUNDS = 12;

describe('a session through the mirror', () => {
  test.each(ARMS)('over %s', async (word) => {
    const clock = monotonicClock();
    const { variant } = await testArm(word);
    const endpoint = endpointHandlers(clock, () => undefined);
    const started = await endpoint.start({ variant, seed: 1, maxMessageBytes: bytes(2 ** 20), isMirrored: true });
    const order = { variant, ...started, clock, timeoutNs: seconds(5) };
    const sessions = await Promise.all(Array.from({ length: CLIENTS }, () => openStudySession(order)));
    try {
      await endpoint.begin({ stall: undefined, startNs: clock.now() });
      for (let round = 0; round < ROUNDS; round += 1) {
        // Two kinds of call in turn, all clients at once.
        const filler = round % 2 === 0 ? 'short' : 'a longer text than the other';
        await Promise.all(
          sessions.map(async ({ client }, index) => {
            const text = `${nonceOf(index, round)}${filler}`;
            const { outcome } = await client.request('tools/call', { name: 'echo', arguments: { text } });
            expect(outcome).toMatchObject({ kind: 'ok', result: { content: [{ type: 'text', text }] } });
          }),
        );
      }
      for (const { client } of sessions)
        expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
      // Whoever does not wait for an answer before the next call has more than its own come back meanwhile.
      for (let round = 0; round < ROUNDS; round += 1) {
        await Promise.all(
          sessions.flatMap(({ client }, index) =>
            [0, 1, 2].map(async (call) => {
              const text = `${nonceOf(index, ROUNDS + 3 * round + call)}of several`;
              const { outcome } = await client.request('tools/call', { name: 'echo', arguments: { text } });
              expect(outcome).toMatchObject({ kind: 'ok', result: { content: [{ type: 'text', text }] } });
            }),
          ),
        );
      }
      for (const { client } of sessions)
        expect(client.strays).toEqual({ misrouted: 0, duplicated: 0, late: 0, unreadable: 0 });
      // The first of each kind over each connection; of three clients with a few connections each, far from all.
      const { messagesUp } = await endpoint.read(undefined);
      expect(messagesUp).toBeGreaterThanOrEqual(2 * CLIENTS);
      expect(messagesUp).toBeLessThan(4 * ROUNDS * CLIENTS);
    } finally {
      await Promise.all(sessions.map((session) => session.close()));
    }
  });
});

const request = (id: number, nonce: string): Buffer =>
  Buffer.from(
    `POST /m HTTP/1.1\r\n\r\n{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"text":"${nonce}x"}}}`,
  );

describe('what is patched', () => {
  const [first, second] = [nonceOf(0, 7), nonceOf(35, 1_234_567)];
  const known = request(1_000_001, first);

  test('is what differs from call to call, in a request and in what came back', () => {
    const call = callIn(known);
    if (call === undefined) throw new Error('this is a call');
    expect(call).toEqual({ id: '1000001', nonce: first });
    const template = RequestTemplate.of(known, call);
    if (template === undefined) throw new Error('a template of it can be made');
    expect(template.fits(request(1_999_999, second))).toBe(true);
    const other = request(1_999_999, second);
    other.write('y', other.length - 5);
    expect(template.fits(other)).toBe(false);
    expect(template.fits(request(99, second))).toBe(false);
    const answer = (id: string, nonce: string): string =>
      `data: {"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${nonce}x"}]}}\n\n`;
    const reply = new ReplyTemplate(Buffer.from(answer('1000001', first)), call);
    expect(reply.isAnswer).toBe(true);
    expect(template.answered(reply, request(1_999_999, second)).toString()).toBe(answer('1999999', second));
    // An accepted that carries neither is repeated as it is.
    const accepted = new ReplyTemplate(Buffer.from('HTTP/1.1 202 Accepted\r\n\r\n'), call);
    expect(accepted.isAnswer).toBe(false);
    expect(template.answered(accepted, request(1_999_999, second)).toString()).toBe('HTTP/1.1 202 Accepted\r\n\r\n');
  });

  test('is nothing that is no call, has no nonce, or has one of them twice', () => {
    expect(callIn(Buffer.from('{"jsonrpc":"2.0","id":1000001,"method":"ping"}'))).toBeUndefined();
    expect(callIn(request(1_000_001, 'no nonce at all'))).toBeUndefined();
    const twice = request(1_000_001, `${first}${first}`);
    expect(RequestTemplate.of(twice, { id: '1000001', nonce: first })).toBeUndefined();
  });
});

describe('a client’s frames', () => {
  const frame = (text: string, mask = [7, 77, 177, 250]): Buffer => {
    const payload = Buffer.from(text).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
    const head =
      payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
    return Buffer.from([0x81, ...head, ...mask, ...payload]);
  };

  test.each([0, 1, 5, 125, 126, 127, 300, 65_535])('of %i bytes', (length) => {
    const text = 'abcdefg'.repeat(10_000).slice(0, length);
    expect(new ClientFrames().payloadOf(frame(text))?.toString()).toBe(text);
  });

  test('that are no whole single text pass through', () => {
    const frames = new ClientFrames();
    const whole = frame('hello');
    expect(frames.payloadOf(whole.subarray(0, -1))).toBeUndefined();
    expect(frames.payloadOf(Buffer.concat([whole, whole]))).toBeUndefined();
    expect(frames.payloadOf(Buffer.from([0x8a, 0x80, 1, 2, 3, 4]))).toBeUndefined();
    expect(frames.payloadOf(Buffer.from([0x81, 0x05, 1, 2, 3, 4, 5]))).toBeUndefined();
    expect(frames.payloadOf(Buffer.alloc(0))).toBeUndefined();
  });
});

describe('which drivers are run against a mirror', () => {
  const saturating = FIXTURE_CELLS.filter(({ scenario }) => isSaturating(scenario));

  test('those of loads whose several clients never pause', () => {
    expect(saturating.map(({ id }) => id)).toEqual(['chatty']);
    const [chatty] = saturating;
    if (chatty === undefined) throw new Error('the fixture has it');
    const { scenario } = chatty;
    expect(isSaturating({ ...scenario, clients: 1 })).toBe(false);
    expect(isSaturating({ ...scenario, load: { kind: 'closed', thinkNs: nanoseconds(1) } })).toBe(false);
    const pause = { kind: 'think', thinkNs: milliseconds(1) } as const;
    expect(isSaturating({ ...scenario, scripts: [{ name: 'a', weight: 1, steps: [pause] }] })).toBe(false);
  });

  test('where it can say something, and was asked for or a scenario was named', () => {
    const asked: AskedCeiling = { isAsked: false, names: ['chatty'], cells: FIXTURE_CELLS, isOwn: true };
    expect(wantsCeiling(asked)).toBe(true);
    expect(wantsCeiling({ ...asked, names: [] })).toBe(false);
    expect(wantsCeiling({ ...asked, names: ['article'] })).toBe(false);
    expect(wantsCeiling({ ...asked, names: [], isAsked: true })).toBe(true);
    expect(wantsCeiling({ ...asked, cells: [] })).toBe(false);
    expect(wantsCeiling({ ...asked, isOwn: false })).toBe(false);
    expect(() => wantsCeiling({ ...asked, isAsked: true, isOwn: false })).toThrow('--ceiling: a mirror repeats');
    expect(() => wantsCeiling({ ...asked, isAsked: true, cells: [] })).toThrow('--ceiling: got no scenario');
  });

  test('what a mirror cannot repeat is said', async () => {
    const why = async (word: string) => mirrorObstacle((await testArm(word)).variant);
    expect(await why('sse')).toBeUndefined();
    expect(await why('stdio')).toBeUndefined();
    expect(await why('sse+tls')).toContain('encrypted');
    expect(await why('sse+h2')).toContain('HTTP/2');
    expect(await why('websocket+deflate')).toContain('compressed');
    expect(await why('loopback')).toContain('no wire');
  });
});
