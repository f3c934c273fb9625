/**
 * Bytes on the wire for one echo call of 16 bytes, in every way that it can travel: what both ends count is what the
 * protocol's framing comes to, written out here by hand. The table is a golden file.
 */
import { describe, expect, test } from 'vitest';
import { eraOf } from '../src/mcp/revisions.ts';
import type { WireCounts } from '../src/transports/contract.ts';
import { openArm, startArm } from './fixtures/arm-session.ts';
import { type TestArm, testArm } from './fixtures/arms.ts';
import { callTool, type Session, textOf } from './fixtures/session.ts';

const TEXT = 'n0000000000:abcd';
/** Enough for header compression to have seen every field. */
const WARMUP_CALLS = 4;
const CALLS = 5;

const WORDS = [
  'sse',
  'streamable-http',
  'streamable-http+json',
  'streamable-http@2026-07-28',
  'streamable-http@2026-07-28+json',
  'websocket',
  'websocket@2026-07-28',
  'stdio',
  'stdio@2026-07-28',
  'sse+h2',
  'streamable-http+h2',
  'streamable-http+h2+json',
  'streamable-http@2026-07-28+h2',
  'streamable-http@2026-07-28+h2+json',
];

/** Without a library a call is the same bytes: their answers are held against the same framing, and stand in the table once. */
const LEAN_WORDS = WORDS.filter((word) => !word.includes('+h2')).map((word) => `${word}+lean`);

interface Both {
  readonly up: number;
  readonly down: number;
}

/** The call and its answer as JSON-RPC texts; every id has seven digits. */
function messagesOf({ variant }: TestArm): { readonly question: string; readonly answer: string } {
  const content = '"content":[{"type":"text","text":"n0000000000:abcd"}]';
  const who = '{"name":"mcp-transport-bench","version":"1"}';
  const key = 'io.modelcontextprotocol/';
  const isPerRequest = eraOf(variant.protocol) === 'per-request';
  const envelope = `,"_meta":{"${key}protocolVersion":"2026-07-28","${key}clientInfo":${who},"${key}clientCapabilities":{}}`;
  const call = `"name":"echo","arguments":{"text":"${TEXT}"}${isPerRequest ? envelope : ''}`;
  const result = isPerRequest ? `"resultType":"complete",${content},"_meta":{"${key}serverInfo":${who}}` : content;
  return {
    question: `{"jsonrpc":"2.0","id":1000007,"method":"tools/call","params":{${call}}}`,
    answer: `{"jsonrpc":"2.0","id":1000007,"result":{${result}}}`,
  };
}

const lines = (...all: readonly string[]): string => [...all, '', ''].join('\r\n');
/** [RFC 9112] 7.1: the length in hexadecimal digits, and two line ends. */
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const LAST_CHUNK = '0\r\n\r\n';
const ANY_DATE = 'Date: Mon, 23 Nov 2026 22:56:56 GMT';
const ANY_ID = '8a4ce1c5-9bdb-46ac-8124-5df3b46dcb16';
const KEPT = ['Connection: keep-alive', 'Keep-Alive: timeout=65'] as const;
const STREAM = [
  'content-type: text/event-stream',
  'cache-control: no-cache, no-transform',
  'x-accel-buffering: no',
] as const;

/** [RFC 6455] 5.2: two bytes, two or eight more for the length, four for a client's mask. */
function frameBytes(payload: number, mask: 0 | 4): number {
  const length = payload <= 125 ? 0 : payload <= 65_535 ? 2 : 8;
  return 2 + length + mask + payload;
}

/** What the framing comes to; `undefined` under HTTP/2, whose header compression is a library's choice within its rules. */
function byHand(arm: TestArm, host: string): Both | undefined {
  const { question, answer } = messagesOf(arm);
  const { transport, variant } = arm;
  if (variant.http === '2') return undefined;
  switch (transport.name) {
    case 'stdio':
      return { up: question.length + 1, down: answer.length + 1 };
    case 'websocket':
      return { up: frameBytes(question.length, 4), down: frameBytes(answer.length, 0) };
    case 'sse':
      return overSse(question, answer, host);
    default:
      return overStreamableHttp(arm, question, answer, host);
  }
}

function overSse(question: string, answer: string, host: string): Both {
  const request = lines(
    `POST /messages?sessionId=${ANY_ID} HTTP/1.1`,
    `host: ${host}`,
    'connection: keep-alive',
    'content-type: application/json',
    `content-length: ${question.length}`,
  );
  const accepted = lines('HTTP/1.1 202 Accepted', ANY_DATE, ...KEPT, 'Transfer-Encoding: chunked') + LAST_CHUNK;
  const event = chunk(`event: message\ndata: ${answer}\n\n`);
  return { up: request.length + question.length, down: accepted.length + event.length };
}

function overStreamableHttp({ variant }: TestArm, question: string, answer: string, host: string): Both {
  const isPerRequest = eraOf(variant.protocol) === 'per-request';
  const request = lines(
    'POST /mcp HTTP/1.1',
    `host: ${host}`,
    'connection: keep-alive',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    // [spec] 2026-07-28: the method and what it is applied to; before: the session.
    ...(isPerRequest ? ['mcp-method: tools/call', 'mcp-name: echo'] : [`mcp-session-id: ${ANY_ID}`]),
    `mcp-protocol-version: ${variant.protocol}`,
    `content-length: ${question.length}`,
  );
  const up = request.length + question.length;
  if (variant.reply === 'json') {
    const head = lines(
      'HTTP/1.1 200 OK',
      'content-type: application/json',
      `content-length: ${answer.length}`,
      ANY_DATE,
      ...KEPT,
    );
    return { up, down: head.length + answer.length };
  }
  const head = lines('HTTP/1.1 200 OK', ...STREAM, ANY_DATE, ...KEPT, 'Transfer-Encoding: chunked');
  // [spec] 2025-11-25: a priming event, and an id for each, so that the stream can be resumed.
  const priming = isPerRequest ? '' : chunk('id: 000003000000\nretry: 100\ndata: \n\n');
  const id = isPerRequest ? '' : 'id: 000003000001\n';
  const events = priming + chunk(`event: message\n${id}data: ${answer}\n\n`) + LAST_CHUNK;
  return { up, down: head.length + events.length };
}

/** Bytes of one call at each end, once both have counted all of it. */
async function measureCall(session: Session, endpoint: { wire(): WireCounts }): Promise<Both> {
  const before = session.channel.wire();
  expect(textOf(await callTool(session.client, 'echo', { text: TEXT }))).toBe(TEXT);
  await expect.poll(() => session.channel.wire(), { interval: 2 }).toEqual(endpoint.wire());
  // What trails an answer (a 202, a window update) is on its way within a moment.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect.poll(() => session.channel.wire(), { interval: 2 }).toEqual(endpoint.wire());
  const after = session.channel.wire();
  return { up: after.upBytes - before.upBytes, down: after.downBytes - before.downBytes };
}

interface Row extends Both {
  readonly word: string;
  readonly payloadUp: number;
  readonly payloadDown: number;
}

describe('one echo of 16 bytes', () => {
  const rows: Row[] = [];

  test.each([...WORDS, ...LEAN_WORDS])('over %s costs what its framing comes to, at both ends', async (word) => {
    const arm = await testArm(word);
    const { endpoint } = await startArm(arm);
    const session = await openArm(arm, endpoint);
    for (let call = 0; call < WARMUP_CALLS; call += 1) await measureCall(session, endpoint);
    const calls: Both[] = [];
    for (let call = 0; call < CALLS; call += 1) calls.push(await measureCall(session, endpoint));
    // Under HTTP/2 a call in which the second of the Date header turns sends that field anew; the others are alike.
    const usual = usualOf(calls);
    expect(calls.filter(({ up, down }) => up === usual.up && down === usual.down).length).toBeGreaterThanOrEqual(
      arm.variant.http === '2' ? CALLS - 1 : CALLS,
    );
    expect(usual).toEqual(byHand(arm, hostAs(word, endpoint.address)) ?? usual);
    if (arm.variant.client === 'lean') return;
    const { question, answer } = messagesOf(arm);
    rows.push({ word, ...usual, payloadUp: question.length, payloadDown: answer.length });
  });

  test('HTTP/2 spends less on it than HTTP/1.1, and not less than its frames', () => {
    const over2 = rows.filter(({ word }) => word.includes('+h2'));
    expect(over2).toHaveLength(5);
    for (const row of over2) {
      const over1 = rows.find(({ word }) => word === row.word.replace('+h2', ''));
      expect(row.up).toBeLessThan(over1?.up ?? 0);
      expect(row.down).toBeLessThan(over1?.down ?? 0);
      // [RFC 9113] 4.1: nine bytes before each frame; here HEADERS, of five fields or more, and DATA.
      expect(row.up).toBeGreaterThanOrEqual(row.payloadUp + 2 * 9 + 5);
      expect(row.down).toBeGreaterThanOrEqual(row.payloadDown + 2 * 9);
    }
  });

  test('the table', async () => {
    const table = [
      '| arm | JSON-RPC up | wire up | JSON-RPC down | wire down | framing of both |',
      '|---|---:|---:|---:|---:|---:|',
      ...rows.map(
        ({ word, up, down, payloadUp, payloadDown }) =>
          `| ${word} | ${payloadUp} | ${up} | ${payloadDown} | ${down} | ${up + down - payloadUp - payloadDown} |`,
      ),
    ];
    expect(rows.map(({ word }) => word)).toEqual(WORDS);
    await expect(`${table.join('\n')}\n`).toMatchFileSnapshot('golden/bytes.md');
  });
});

/** The host that its requests name; ports of five digits, as systems give them out, make all of the same length. */
function hostAs(word: string, address: string): string {
  const { hostname, port, host } = new URL(address);
  expect(port, `${word} at ${hostname}`).toHaveLength(5);
  return host;
}

/** What most of them cost. */
function usualOf(calls: readonly Both[]): Both {
  const same = (one: Both): number => calls.filter(({ up, down }) => up === one.up && down === one.down).length;
  const [usual] = calls.toSorted((a, b) => same(b) - same(a));
  if (usual === undefined) throw new Error('no call was made');
  return usual;
}
