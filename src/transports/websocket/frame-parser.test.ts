/** Frames read in place, held against the `Receiver` of `ws`, and against themselves cut anywhere. */
import type { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import {
  SEED,
  cutAt,
  edited,
  editsWith,
  everyCut,
  handOver,
  heldBytes,
  places,
} from '../../../test/fixtures/wire-bytes.ts';
import { bytes } from '../../units.ts';
import { FrameParser } from './frame-parser.ts';

/** Not in its types. */
const { Receiver } = ws as unknown as {
  readonly Receiver: new (options: { readonly maxPayload: number; readonly maxFragments: number }) => Writable;
};

const AMPLE = 200_000;
const NO_CODE = 1005;

/** What is told, up to where the listener stops. Nothing is told behind a close or a fault. */
function read(pieces: readonly Buffer[], limit = AMPLE, stopAfter = Infinity): readonly string[] {
  const told: string[] = [];
  const tell = (one: string): void => {
    if (/^(close|fault)/.test(told.at(-1) ?? '')) throw new Error('told behind the end');
    told.push(one);
    if (told.length === stopAfter) parser.stop();
  };
  const parser = new FrameParser(bytes(limit), {
    onText: (buffer, start, end) => tell(`text ${buffer.toString('hex', start, end)}`),
    onBinary: (length) => tell(`binary ${length}`),
    onPing: (payload) => tell(`ping ${payload.toString('hex')}`),
    onClose: (code = NO_CODE, reason) => tell(`close ${code} ${reason}`),
    onFault: (code) => tell(`fault ${code}`),
  });
  handOver(pieces, (buffer, start, end) => parser.push(buffer, start, end));
  return told;
}

async function readByLibrary(whole: Buffer, limit = AMPLE): Promise<readonly string[]> {
  const told: string[] = [];
  const receiver = new Receiver({ maxPayload: limit, maxFragments: 16_384 });
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    told.push(isBinary ? `binary ${data.length}` : `text ${data.toString('hex')}`);
  });
  receiver.on('ping', (data: Buffer) => void told.push(`ping ${data.toString('hex')}`));
  receiver.on('conclude', (code: number, reason: Buffer) => void told.push(`close ${code} ${reason.toString()}`));
  receiver.on('error', (error: Error) => {
    const code = Object.getOwnPropertySymbols(error).find(({ description }) => description === 'status-code');
    told.push(`fault ${String(code === undefined ? error : Reflect.get(error, code))}`);
  });
  receiver.write(whole);
  // Errors of a stream are told later.
  await new Promise(setImmediate);
  return told;
}

interface Frame {
  readonly first: number;
  readonly payload: Buffer;
}

function encoded({ first, payload }: Frame): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(first, length), payload]);
  const header = Buffer.alloc(length < 65_536 ? 4 : 10);
  header[0] = first;
  header[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

const FIN = 0x80;

const characters = fc.constantFrom('a', '"', 'ä', '€', '😀', '\0');
const texts = fc
  .oneof(
    { weight: 6, arbitrary: fc.string({ unit: characters, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000).map((size) => 'x'.repeat(size)) },
  )
  .map((text) => Buffer.from(text));
const brief = fc.string({ unit: characters, maxLength: 12 }).map((text) => Buffer.from(text));
const control = fc.oneof(
  brief.map((payload): Frame => ({ first: FIN | 9, payload })),
  brief.map((payload): Frame => ({ first: FIN | 10, payload })),
  fc.constantFrom(9, 10).map((opcode): Frame => ({ first: FIN | opcode, payload: Buffer.alloc(125, 'y') })),
);
/** Text of which a piece may end within a character, or anything as binary; pings between the pieces. */
const messagesOf = (payloads: fc.Arbitrary<Buffer>): fc.Arbitrary<Frame[]> =>
  fc
    .tuple(
      fc.constantFrom(1, 1, 2),
      payloads,
      places.map((all) => all.slice(0, 4)),
      fc.array(fc.tuple(fc.nat(5), control), { maxLength: 2 }),
    )
    .map(([opcode, payload, cuts, between]) => {
      const pieces = cutAt(payload, cuts);
      const frames = pieces.map((piece, index): Frame => ({
        first: (index === 0 ? opcode : 0) | (index === pieces.length - 1 ? FIN : 0),
        payload: piece,
      }));
      for (const [place, frame] of between) frames.splice(place % (frames.length + 1), 0, frame);
      return frames;
    });
const conversationsOf = (payloads: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.array(messagesOf(payloads), { minLength: 1, maxLength: 4 }).map((all) => Buffer.concat(all.flat().map(encoded)));

const runs = (numRuns: number): fc.Parameters<unknown> => ({ seed: SEED, numRuns });

test('the library reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(conversationsOf(texts), places, async (whole, cuts) => {
      const theirs = await readByLibrary(whole);
      expect(theirs.filter((one) => one.startsWith('fault'))).toEqual([]);
      expect(read([whole])).toEqual(theirs);
      expect(read(cutAt(whole, cuts))).toEqual(theirs);
    }),
    runs(500),
  );
});

test('cut at every place, the same is read', () => {
  fc.assert(
    fc.property(conversationsOf(brief), (whole) => {
      const uncut = read([whole]);
      for (const pieces of everyCut(whole)) expect(read(pieces)).toEqual(uncut);
    }),
    runs(100),
  );
  for (const size of [126, 65_535, 65_536]) {
    const whole = encoded({ first: FIN | 1, payload: Buffer.alloc(size, 'x') });
    for (let at = 1; at < 16; at += 1)
      expect(read(cutAt(whole, [at, whole.length - at]))).toEqual([`text ${'78'.repeat(size)}`]);
  }
});

test('a close with any code and reason is one for the library, or a fault for both, and the last word', async () => {
  const reasons = fc.oneof(brief, fc.constant(Buffer.from('c3', 'hex')), fc.constant(Buffer.alloc(123, 'z')));
  const codes = fc.oneof(
    fc.constantFrom(999, 1000, 1014, 1015, 2999, 3000, 4999, 5000),
    fc.integer({ min: 990, max: 1020 }),
    fc.integer({ min: 2_990, max: 5_010 }),
    fc.nat(0xffff),
  );
  const payloads = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(codes, reasons)
        .map(([code, reason]) => Buffer.concat([Buffer.of(code >> 8, code & 0xff), reason])),
    },
    { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
  );
  let closed = 0;
  await fc.assert(
    fc.asyncProperty(
      conversationsOf(brief),
      payloads,
      conversationsOf(brief),
      places,
      async (before, payload, after, cuts) => {
        const whole = Buffer.concat([before, encoded({ first: FIN | 8, payload }), after]);
        const theirs = await readByLibrary(whole);
        if (theirs.at(-1)?.startsWith('close') === true) closed += 1;
        expect(read([whole])).toEqual(theirs);
        expect(read(cutAt(whole, cuts))).toEqual(theirs);
      },
    ),
    runs(500),
  );
  expect(closed).toBeGreaterThan(100);
});

/**
 * Where the length of a frame is first written longer than it need be: the library takes that, and [RFC 6455] 5.2 does
 * not. Slow, and for frames that are otherwise as they should be.
 */
function overlongAt(whole: Buffer): number {
  let at = 0;
  while (at + 2 <= whole.length) {
    const short = (whole[at + 1] ?? 0) & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + header > whole.length) return Infinity;
    const length =
      short < 126 ? short : short === 126 ? whole.readUInt16BE(at + 2) : Number(whole.readBigUInt64BE(at + 2));
    if ((short === 126 && length < 126) || (short === 127 && length < 65_536)) return at;
    at += header + length;
  }
  return Infinity;
}

const telling = [0, 1, 2, 0x03, 0x08, 0x81, 0x82, 0x80, 0x88, 0x89, 0x8a, 0xc1, 0x7e, 0x7f, 0xfe, 0xff, 0xc3, 0xe8];
const edits = editsWith(telling);
const noise = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...telling) }, fc.nat(0xff)), { maxLength: 60 })
  .map((all) => Buffer.from(all));
const rude = fc.oneof(
  { weight: 1, arbitrary: noise },
  { weight: 3, arbitrary: fc.tuple(conversationsOf(brief), edits).map(([whole, changes]) => edited(whole, changes)) },
);

test('the limit is that of the library, for each message as a whole', async () => {
  let refused = 0;
  const limit = 14;
  await fc.assert(
    fc.asyncProperty(conversationsOf(brief), async (whole) => {
      const theirs = await readByLibrary(whole, limit);
      if (theirs.at(-1) === 'fault 1009') refused += 1;
      expect(read([whole], limit)).toEqual(theirs);
    }),
    runs(500),
  );
  expect(refused).toBeGreaterThan(50);
  expect(refused).toBeLessThan(450);
});

test('mangled, it is refused by both with the same code, or read alike', async () => {
  let [refused, taken] = [0, 0];
  const limit = 300;
  await fc.assert(
    fc.asyncProperty(rude, async (mangled) => {
      const whole = mangled.subarray(0, Math.min(mangled.length, overlongAt(mangled)));
      const theirs = await readByLibrary(whole, limit);
      if (theirs.at(-1)?.startsWith('fault') === true) refused += 1;
      else taken += 1;
      expect(read([whole], limit)).toEqual(theirs);
    }),
    runs(2_000),
  );
  expect(Math.min(refused, taken)).toBeGreaterThan(200);
});

test('whatever comes, it is told the same wherever it is cut', () => {
  fc.assert(
    fc.property(rude, places, (whole, cuts) => {
      const uncut = read([whole], 300);
      expect(read(cutAt(whole, cuts), 300)).toEqual(uncut);
      expect(
        read(
          [...whole].map((byte) => Buffer.of(byte)),
          300,
        ),
      ).toEqual(uncut);
    }),
    runs(2_000),
  );
});

test('told to stop, it tells nothing more', () => {
  fc.assert(
    fc.property(conversationsOf(brief), places, fc.integer({ min: 1, max: 6 }), (whole, cuts, stopAfter) => {
      expect(read(cutAt(whole, cuts), AMPLE, stopAfter)).toEqual(read([whole]).slice(0, stopAfter));
    }),
    runs(500),
  );
});

/** Bytes of what has no end. The heap is not still by itself: a part of them tells it apart. */
const FED = 3_000_000;
const LIMIT = 20_000;

test.each([
  ['a frame that is too large', [0x81, 127, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff], 'x'],
  ['a message in pieces', [0x01, 0], '\0\x06abcdef'],
  ['a message in pieces of nothing', [0x01, 0], '\0\0'],
  ['messages', [], '\x81\x03abc'],
  ['messages of two pieces', [], '\x01\x01a\x80\x01b'],
  ['pings within a message', [0x01, 0], '\x89\x03abc'],
  ['what follows a close', [0x88, 0], '\x81\x03abc'],
])('nothing is kept of %s without end', (_what, before, repeated) => {
  const ignored = () => undefined;
  const events = { onText: ignored, onBinary: ignored, onPing: ignored, onClose: ignored, onFault: ignored };
  const parser = new FrameParser(bytes(LIMIT), events);
  const piece = Buffer.from(repeated.repeat(FED / 100 / repeated.length), 'latin1');
  parser.push(Buffer.from(before), 0, before.length);
  const held = heldBytes();
  for (let count = 0; count < 100; count += 1) parser.push(piece, 0, piece.length);
  expect(heldBytes() - held).toBeLessThan(FED / 3);
  parser.stop();
});
