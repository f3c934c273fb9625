import { expect, test } from 'vitest';
import { type Variant, defaultVariant } from '../scenario/variant.ts';
import { type Spoken, supportsOnly } from './support.ts';

const SPOKEN: Spoken = {
  title: 'Pigeon post',
  protocols: ['2025-11-25', '2026-07-28'],
  http: ['1.1'],
  tls: false,
  compression: ['off'],
  clients: ['stock'],
  replies: [],
};

/** Of what is spoken, widened or not, and of a variant that is the usual one but for this. */
function reasonFor(change: Partial<Variant>, widened: Partial<Spoken> = {}): string {
  const support = supportsOnly({ ...SPOKEN, ...widened }, { ...defaultVariant('pigeons'), ...change });
  return support.supported ? '' : support.reason;
}

test('what is on the list is supported', () => {
  expect(reasonFor({})).toBe('');
  expect(reasonFor({ protocol: '2026-07-28' })).toBe('');
  expect(reasonFor({ network: 'lan' })).toBe('');
  expect(reasonFor({ network: 'lo' }, { noNetwork: 'pigeons fly as they like' })).toBe('');
});

test.each<[Partial<Variant>, Partial<Spoken>, string]>([
  [{ protocol: '2024-11-05' }, {}, 'Pigeon post is not built for protocol 2024-11-05'],
  [{ protocol: '2024-11-05' }, { noOtherProtocol: 'pigeons came later' }, 'pigeons came later'],
  [{ client: 'sdk' }, {}, 'client stack "sdk" cannot drive Pigeon post'],
  [{ client: 'lean' }, {}, 'client stack "lean" cannot drive Pigeon post'],
  [{ client: 'lean', tls: true }, { tls: true }, 'the lean client has bare sockets, without TLS'],
  [{ client: 'lean', http: '2' }, { http: ['1.1', '2'] }, 'the lean client does not speak HTTP/2'],
  [{ client: 'lean', compression: 'br' }, { compression: ['off', 'br'] }, 'the lean client does not compress'],
  [{ http: '2' }, {}, 'Pigeon post is not built over HTTP/2'],
  [{ tls: true }, {}, 'Pigeon post is not built with TLS'],
  [{ compression: 'br' }, {}, 'Pigeon post has no compression "br": its messages travel as they are'],
  [
    { compression: 'br' },
    { compression: ['off', 'deflate', 'gzip'] },
    'Pigeon post has no compression "br": it has deflate and gzip',
  ],
  [{ network: 'lan' }, { noNetwork: 'pigeons fly as they like' }, 'pigeons fly as they like'],
  [{ reply: 'json' }, {}, 'Pigeon post has one way only to answer a request, so "json" replies cannot be chosen'],
  [{ reply: 'json' }, { replies: ['sse'] }, 'Pigeon post has no "json" replies'],
  [{ reply: null }, { replies: ['sse', 'json'] }, 'Pigeon post answers as sse or as json, which has to be said'],
])('%j of %j is refused in words', (change, widened, reason) => {
  expect(reasonFor(change, widened)).toBe(reason);
});

test('each value can be added', () => {
  const change: Partial<Variant> = { http: '2', tls: true, compression: 'br', reply: 'json' };
  const widened: Partial<Spoken> = {
    http: ['1.1', '2'],
    tls: true,
    compression: ['off', 'br'],
    replies: ['sse', 'json'],
  };
  expect(reasonFor(change, widened)).toBe('');
  for (const axis of Object.keys(widened)) {
    const lacking = Object.fromEntries(Object.entries(widened).filter(([key]) => key !== axis));
    expect(reasonFor(change, lacking)).not.toBe('');
  }
});

test('a combination can be refused, and a reason of the transport’s own goes first', () => {
  const except = ({ http, tls }: Variant): string | undefined => (http === '2' && !tls ? 'only with TLS' : undefined);
  const widened: Partial<Spoken> = { http: ['1.1', '2'], tls: true, except };
  expect(reasonFor({ http: '2', tls: true }, widened)).toBe('');
  expect(reasonFor({ http: '2' }, widened)).toBe('only with TLS');
  expect(reasonFor({ http: '2', client: 'sdk' }, widened)).toBe('only with TLS');
  expect(reasonFor({ http: '2', tls: true, client: 'sdk' }, widened)).toMatch('client stack');
});
