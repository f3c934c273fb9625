import { describe, expect, test } from 'vitest';
import {
  requestEnvelope,
  completeResult,
  declaresCapabilities,
  protocolVersionIn,
  serverInfoIn,
  subscriptionIn,
} from './envelope.ts';
import { encodeRequest, encodeResult } from './jsonrpc.ts';

const call = { name: 'echo', arguments: { text: 'hello' } };
const answer = { content: [{ type: 'text', text: 'hello' }] };
const utf8 = (text: string): number => Buffer.byteLength(text);

describe('what 2026-07-28 adds, byte by byte', () => {
  test('to every call: 195', () => {
    const bare = encodeRequest(1_000_000, 'tools/call', call);
    const enveloped = encodeRequest(1_000_000, 'tools/call', { ...call, _meta: requestEnvelope('2026-07-28') });
    const added =
      ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' +
      '"io.modelcontextprotocol/clientInfo":{"name":"mcp-transport-bench","version":"1"},' +
      '"io.modelcontextprotocol/clientCapabilities":{}}';
    expect(enveloped.size - bare.size).toBe(utf8(added));
    expect(utf8(added)).toBe(195);
    expect(enveloped.text).toBe(`${bare.text.slice(0, -2)}${added}}}`);
  });

  test('to every answer: 116', () => {
    const bare = encodeResult(1_000_000, answer);
    const enveloped = encodeResult(1_000_000, completeResult(answer));
    const added =
      '"resultType":"complete",' +
      ',"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"mcp-transport-bench","version":"1"}}';
    expect(enveloped.size - bare.size).toBe(utf8(added));
    expect(utf8(added)).toBe(116);
  });
});

describe('is read from', () => {
  const params = { _meta: requestEnvelope('2026-07-28') };

  test('a request', () => {
    expect(protocolVersionIn(params)).toBe('2026-07-28');
    expect(declaresCapabilities(params)).toBe(true);
  });

  test.each([{}, { _meta: null }, { _meta: [] }, { _meta: 'x' }, { _meta: {} }])('%j, which has none', (other) => {
    expect(protocolVersionIn(other)).toBeUndefined();
    expect(declaresCapabilities(other)).toBe(false);
    expect(subscriptionIn(other)).toBeUndefined();
    expect(serverInfoIn(other)).toBeUndefined();
  });

  test('an answer of either generation', () => {
    expect(serverInfoIn({ serverInfo: { name: 'a' } })).toEqual({ name: 'a' });
    expect(serverInfoIn({ _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'b' } } })).toEqual({ name: 'b' });
  });

  test.each([0, 'x', ''])('a notification of the subscription %j', (id) => {
    expect(subscriptionIn({ _meta: { 'io.modelcontextprotocol/subscriptionId': id } })).toBe(id);
  });
});
