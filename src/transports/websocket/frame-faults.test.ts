/** What a server must not send, read byte by byte and at once: nobody waits for the rest of a frame that has begun wrong. */
import { expect, test } from 'vitest';
import { bytes } from '../../units.ts';
import { FrameParser } from './frame-parser.ts';

const LIMIT = 1_000;
const TEXT = 0x81;

/** What is told of the bytes, which come in pieces of one size through a buffer that is written over. */
function told(all: readonly number[], piece: number): readonly string[] {
  const heard: string[] = [];
  const parser = new FrameParser(bytes(LIMIT), {
    onText: (buffer, start, end) => void heard.push(`text ${buffer.toString('utf8', start, end)}`),
    onBinary: (length) => void heard.push(`binary ${length}`),
    onPing: (payload) => void heard.push(`ping ${payload.toString('hex')}`),
    onClose: (code, reason) => void heard.push(`close ${code ?? 'without code'} ${reason}`),
    onFault: (code) => void heard.push(`fault ${code}`),
  });
  const shared = Buffer.alloc(Math.min(piece, all.length));
  for (let at = 0; at < all.length; at += piece) {
    const length = Buffer.from(all.slice(at, at + piece)).copy(shared);
    parser.push(shared, 0, length);
    shared.fill(0xee);
  }
  return heard;
}

test.each<[string, number[], number]>([
  ['a reserved bit', [0xc1, 126, 0x03], 1002],
  ['an opcode that nobody has', [0x83, 5], 1002],
  ['a control frame that nobody has', [0x8b, 0], 1002],
  ['a mask', [TEXT, 0x85], 1002],
  ['a reserved bit and a length beyond all limits', [0xc1, 127, 0, 0, 1, 0, 0, 0, 0, 0], 1002],
  ['a control frame of more than 125 bytes', [0x89, 126], 1002],
  ['a control frame in pieces', [0x09, 5], 1002],
  ['a close with half a code', [0x88, 1], 1002],
  ['a code that is never sent', [0x88, 2, 0x03, 0xed], 1002],
  ['going on with nothing', [0x80, 5], 1002],
  ['a text within a text', [0x01, 1, 0x61, TEXT, 5], 1002],
  ['a short length in two bytes', [TEXT, 126, 0, 125], 1002],
  ['a short length in eight bytes', [TEXT, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 1002],
  ['a message over the limit', [TEXT, 126, 0x03, 0xe9], 1009],
  ['a length over what numbers hold', [TEXT, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1009],
  ['no UTF-8', [TEXT, 1, 0xff], 1007],
])('%s is a fault as soon as it is seen', (_what, all, code) => {
  expect(told(all, 1)).toEqual([`fault ${code}`]);
  expect(told(all, all.length)).toEqual([`fault ${code}`]);
});

test('the limit is for a message and not for its pieces, and is no fault when it is met', () => {
  const half = [126, 0x01, 0xf4, ...Array.from({ length: 500 }, () => 0x61)];
  const whole = [0x01, ...half, 0x89, 1, 0x21, 0x80, ...half];
  expect(told(whole, 7)).toEqual(['ping 21', `text ${'a'.repeat(LIMIT)}`]);
  expect(told([0x01, ...half, 0x00, ...half, 0x80, 1], 7)).toEqual(['fault 1009']);
});

test('pieces without end are not kept, however small they are', () => {
  const pieces = (count: number): number[] => [0x01, 0, ...Array.from({ length: count }, () => [0x00, 0]).flat()];
  expect(told([...pieces(16_382), 0x80, 0], 65_536)).toEqual(['text ']);
  expect(told(pieces(16_384), 65_536)).toEqual(['fault 1008']);
});
