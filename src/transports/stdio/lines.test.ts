import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes } from '../../units.ts';
import { LineReader } from './lines.ts';

interface Read {
  readonly lines: string[];
  readonly sizes: number[];
  overlong: number;
}

function read(chunks: readonly Buffer[], maxBytes = 1_000_000): Read {
  const seen: Read = { lines: [], sizes: [], overlong: 0 };
  const reader = new LineReader(bytes(maxBytes), {
    onLine: (buffer, start, end) => {
      seen.lines.push(buffer.toString('utf8', start, end));
      seen.sizes.push(end - start);
    },
    onOverlong: () => {
      seen.overlong += 1;
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  return seen;
}

/** Cuts where it is told to, however often in one place. */
function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
  return edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
}

const character = fc.constantFrom('a', '"', 'ä', '€', '😀', '\u2028', '\u0085', '\u0000', '{', ' ');
const message = fc.string({ unit: character, minLength: 1, maxLength: 40 });

test('whatever the cuts, the same messages with the same sizes', () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(10_000)), (messages, places) => {
      const whole = Buffer.from(messages.map((text) => `${text}\n`).join(''));
      const seen = read(cut(whole, places));
      expect(seen).toEqual({ lines: messages, sizes: messages.map((text) => Buffer.byteLength(text)), overlong: 0 });
    }),
    { numRuns: 300 },
  );
});

test('byte by byte', () => {
  const whole = Buffer.from('{"a":"😀€"}\r\n\n{"b":1}\n');
  expect(read([...whole].map((byte) => Buffer.of(byte))).lines).toEqual(['{"a":"😀€"}', '{"b":1}']);
});

test('a line that has not ended is not told; blank ones never are', () => {
  expect(read([Buffer.from('\n\r\n\n{"a":1}\n{"b":')]).lines).toEqual(['{"a":1}']);
});

test('a line may be as long as is allowed, and not a byte longer, wherever it is cut', () => {
  const allowed = 12;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(40)), fc.boolean(), (length, places, carriage) => {
      const whole = Buffer.from(`{}\n${'x'.repeat(length)}${carriage ? '\r' : ''}\n[]\n`);
      const { lines, overlong } = read(cut(whole, places), allowed);
      expect(lines).toEqual(length > allowed ? ['{}'] : ['{}', 'x'.repeat(length), '[]']);
      expect(overlong).toBe(length > allowed ? 1 : 0);
    }),
    { numRuns: 300 },
  );
});

test('a line without an end is refused when it is too long, not kept until it ends, and only once', () => {
  const endless = Array.from({ length: 50 }, () => Buffer.alloc(10, 'x'));
  expect(read(endless, 100)).toEqual({ lines: [], sizes: [], overlong: 1 });
});

test('told to stop, it tells nothing more of the chunk in hand', () => {
  const lines: string[] = [];
  const reader = new LineReader(bytes(100), {
    onLine: (buffer, start, end) => {
      lines.push(buffer.toString('utf8', start, end));
      reader.stop();
    },
    onOverlong: () => undefined,
  });
  reader.push(Buffer.from('1\n2\n'));
  reader.push(Buffer.from('3\n'));
  expect(lines).toEqual(['1']);
});
