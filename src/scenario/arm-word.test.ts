/** Words for arms: what they mean, what they must not, and that none is lost between writing and reading. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARM_OPTIONS, armWord, readArmWord, variantTitle } from './arm-word.ts';
import { NETWORK_PROFILES } from './network.ts';
import {
  CLIENT_STACKS,
  COMPRESSIONS,
  defaultVariant,
  HTTP_VERSIONS,
  PROTOCOL_REVISIONS,
  REPLY_MODES,
  type Variant,
} from './variant.ts';

const TRANSPORTS = ['sse', 'streamable-http', 'websocket'];
const read = (text: string) => readArmWord(text, TRANSPORTS);

describe('reading', () => {
  test.each([
    ['websocket', 'websocket', {}],
    ['streamable-http@2026-07-28', 'streamable-http', { protocol: '2026-07-28' }],
    ['streamable-http@2026-07-28+json+h2', 'streamable-http', { protocol: '2026-07-28', reply: 'json', http: '2' }],
    ['sse+tls+br+lean', 'sse', { tls: true, compression: 'br', client: 'lean' }],
    ['websocket+deflate', 'websocket', { compression: 'deflate' }],
    ['sse+h2+wan', 'sse', { http: '2', network: 'wan' }],
    ['sse+lo', 'sse', { network: 'lo' }],
  ])('%s', (text, transport, axes) => {
    expect(read(text)).toEqual({ ok: true, word: { transport, axes } });
  });

  test.each([
    ['websoket', 'got "websoket", expected one of sse, streamable-http, websocket; did you mean "websocket"?'],
    ['', 'got "", expected one of sse, streamable-http, websocket'],
    ['sse@2026-07-29', 'got revision "2026-07-29", expected one of'],
    ['sse@', 'got revision "", expected one of'],
    ['sse@2025-11-25@2025-11-25', 'got "sse@2025-11-25@2025-11-25", expected one revision after one @'],
    ['sse+h3', 'got option "h3", expected one of sse, json, h2'],
    ['sse+', 'got option "", expected one of'],
    // Names that every JavaScript object has are not words.
    ['sse+toString', 'got option "toString", expected one of'],
    ['sse+__proto__', 'got option "__proto__", expected one of'],
    ['streamable-http+sse+json', 'got "streamable-http+sse+json", expected one of sse and json'],
    ['websocket+gzip+h2+br', 'got "websocket+gzip+h2+br", expected one of gzip and br'],
    ['sse+wan+lan', 'got "sse+wan+lan", expected one of wan and lan'],
    [
      'sse+wam',
      'got option "wam", expected one of sse, json, h2, tls, deflate, gzip, br, lean, sdk, lo, lan, metro, wan',
    ],
    ['websocket+tls+tls', 'got "websocket+tls+tls", expected one of tls and tls'],
  ])('%j is refused', (text, why) => {
    const found = read(text);
    expect(found.ok ? 'it was read' : found.why).toContain(why);
  });
});

describe('writing', () => {
  const usual = defaultVariant('streamable-http', 'sse');

  test.each<[Partial<Variant>, string, string]>([
    [{}, 'streamable-http', 'Streamable HTTP'],
    [{ reply: 'json' }, 'streamable-http+json', 'Streamable HTTP (JSON replies)'],
    [
      { protocol: '2026-07-28', reply: 'json', http: '2', tls: true },
      'streamable-http@2026-07-28+json+h2+tls',
      'Streamable HTTP 2026-07-28 (JSON replies, HTTP/2, TLS)',
    ],
    [{ compression: 'br', client: 'sdk' }, 'streamable-http+br+sdk', 'Streamable HTTP (br, sdk client)'],
    [{ network: 'lan', mechanism: 'relay' }, 'streamable-http+lan', 'Streamable HTTP (lan by relay)'],
    // As it was asked for, and could not be.
    [{ network: 'wan-lossy' }, 'streamable-http+wan-lossy', 'Streamable HTTP (wan-lossy)'],
  ])('%j', (axes, word, title) => {
    expect(armWord({ ...usual, ...axes }, 'sse')).toBe(word);
    expect(variantTitle({ ...usual, ...axes }, 'Streamable HTTP')).toBe(title);
  });

  test('a reply that the transport has not, as it was asked for', () => {
    expect(armWord({ ...defaultVariant('websocket'), reply: 'sse' }, null)).toBe('websocket+sse');
  });

  const variants = fc.record({
    transport: fc.constantFrom(...TRANSPORTS),
    protocol: fc.constantFrom(...PROTOCOL_REVISIONS),
    http: fc.constantFrom(...HTTP_VERSIONS),
    tls: fc.boolean(),
    compression: fc.constantFrom(...COMPRESSIONS),
    client: fc.constantFrom(...CLIENT_STACKS),
    target: fc.constant('embedded'),
    network: fc.constantFrom(...NETWORK_PROFILES),
  });
  const replies = fc.constantFrom(
    ...REPLY_MODES.flatMap((reply) => REPLY_MODES.map((usualReply) => ({ reply, usualReply }))),
    { reply: null, usualReply: null },
  );

  test('every variant is read back from its word', () => {
    fc.assert(
      fc.property(variants, replies, (axes, { reply, usualReply }) => {
        const variant: Variant = { ...axes, reply };
        const back = read(armWord(variant, usualReply));
        expect(back.ok && { ...defaultVariant(back.word.transport, usualReply), ...back.word.axes }).toEqual(variant);
      }),
    );
  });

  test('different variants have different words', () => {
    fc.assert(
      fc.property(variants, variants, (one, other) => {
        const words = [one, other].map((axes) => armWord({ ...axes, reply: null }, null));
        expect(words[0] === words[1]).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test('no word of a hundred random ones makes the reader throw', () => {
    const parts = fc.constantFrom('@', '+', '#', ',', ...TRANSPORTS, ...ARM_OPTIONS, ...PROTOCOL_REVISIONS, ' ');
    fc.assert(
      fc.property(fc.array(parts), (pieces) => {
        expect(typeof read(pieces.join('')).ok).toBe('boolean');
      }),
    );
  });
});
