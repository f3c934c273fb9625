import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, encodeError, encodeNotification, encodeRaw, encodeRequest, encodeResult } from './jsonrpc.ts';

const id = fc.oneof(fc.string(), fc.maxSafeInteger());
/** As it is after a journey: -0 becomes 0, undefined disappears. */
const params = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);

test('what is encoded is decoded, and its size is that of its UTF-8 text', () => {
  fc.assert(
    fc.property(id, fc.string({ unit: 'binary' }), params, (id, text, object) => {
      const cases = [
        { encoded: encodeRequest(id, text, object), decoded: { kind: 'request', id, method: text, params: object } },
        { encoded: encodeNotification(text, object), decoded: { kind: 'notification', method: text, params: object } },
        { encoded: encodeResult(id, object), decoded: { kind: 'result', id, result: object } },
        { encoded: encodeError(id, -32601, text), decoded: { kind: 'error', id, code: -32601, message: text } },
      ];
      for (const { encoded, decoded } of cases) {
        expect(decode(encoded.text)).toEqual(decoded);
        expect(encoded.size).toBe(new TextEncoder().encode(encoded.text).length);
        expect(encoded.text).not.toMatch(/[\r\n]/);
      }
    }),
  );
});

test('decoding never throws, whatever the text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), nearlyJsonRpc()), (text) => {
      expect(decode(text).kind).toMatch(/^(request|notification|result|error|invalid|not-json)$/);
    }),
    { numRuns: 2_000 },
  );
  expect(decode('['.repeat(1_000_000)).kind).toBe('not-json');
});

/** Random text hardly ever has the right keys. */
function nearlyJsonRpc(): fc.Arbitrary<string> {
  const any = fc.oneof(fc.jsonValue(), fc.constantFrom('2.0', 'ping', 1, null));
  const keys = { jsonrpc: any, id: any, method: any, params: any, result: any, error: any };
  return fc.record(keys, { requiredKeys: [] }).map((value) => JSON.stringify(value));
}

describe('what is not a message', () => {
  test.each([
    ['', 'not-json'],
    ['{"jsonrpc":"2.0",', 'not-json'],
    ['null', 'invalid'],
    ['7', 'invalid'],
    ['"ping"', 'invalid'],
    ['{}', 'invalid'],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 'invalid'],
    ['{"jsonrpc":"2.0","id":1}', 'invalid'],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', 'invalid'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', 'invalid'],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', 'invalid'],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', 'invalid'],
    ['{"jsonrpc":"2.0","id":1,"method":7}', 'invalid'],
    ['{"jsonrpc":"2.0","id":1,"result":null}', 'invalid'],
    ['{"jsonrpc":"2.0","result":{}}', 'invalid'],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":-1,"message":"both"}}', 'invalid'],
    ['{"jsonrpc":"2.0","id":1,"error":{"message":"no code"}}', 'invalid'],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 'invalid'],
    ['[]', 'invalid'],
  ])('%s is %s', (text, kind) => {
    expect(decode(text).kind).toBe(kind);
  });
});

test('an error may belong to no request', () => {
  expect(decode(encodeError(null, -32700, 'Parse error').text)).toEqual({
    kind: 'error',
    id: null,
    code: -32700,
    message: 'Parse error',
  });
  expect(encodeError(null, -32700, '').id).toBeUndefined();
});

test('params may be left out', () => {
  expect(encodeRequest(1, 'ping', undefined).text).toBe('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  expect(decode('{"jsonrpc":"2.0","id":"a","method":"ping"}')).toEqual({
    kind: 'request',
    id: 'a',
    method: 'ping',
    params: {},
  });
});

test('a message says beside its text what some transports must know of it', () => {
  expect(encodeRequest(7, 'ping', undefined)).toMatchObject({ id: 7, method: 'ping' });
  expect(encodeNotification('a/b', undefined)).toMatchObject({ id: undefined, method: 'a/b' });
  expect(encodeResult(7, {})).toMatchObject({ id: 7, method: undefined });
  expect(encodeRaw('ä{')).toEqual({ text: 'ä{', size: 3, id: undefined, method: undefined });
});
