/** Event streams read in place, held against `eventsource-parser`, and against themselves cut anywhere. */
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
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
import { EventParser } from './event-parser.ts';

type Told =
  | { readonly data: string; readonly type: string; readonly id: string | undefined }
  | { readonly retryMs: number }
  | 'too large';

const AMPLE = 100_000;
/** Bytes of what has no end. The heap is not still by itself: a part of them tells it apart. */
const FED = 3_000_000;

/** A parser and what it has told; nothing is told behind the end. */
function listening(limit: number): { readonly parser: EventParser; readonly told: Told[] } {
  const told: Told[] = [];
  const tell = (one: Told): void => {
    if (told.at(-1) === 'too large') throw new Error('told behind the end');
    told.push(one);
  };
  const parser = new EventParser(bytes(limit), {
    onEvent: ({ buffer, start, end, type, id }) => tell({ data: buffer.toString('utf8', start, end), type, id }),
    onRetry: (retryMs) => tell({ retryMs }),
    onTooLarge: () => tell('too large'),
  });
  return { parser, told };
}

function read(pieces: readonly Buffer[], limit = AMPLE): readonly Told[] {
  const { parser, told } = listening(limit);
  handOver(pieces, (buffer, start, end) => parser.feed(buffer, start, end));
  return told;
}

/** As browsers and the stock client have it: decoded, then taken apart. */
function readByLibrary(whole: Buffer): readonly Told[] {
  const told: Told[] = [];
  const parser = createParser({
    onEvent: ({ data, event = '', id }) => void told.push({ data, type: event, id }),
    onRetry: (retryMs) => void told.push({ retryMs }),
  });
  parser.feed(new TextDecoder().decode(whole));
  return told;
}

const values = fc.string({
  unit: fc.constantFrom('a', '0', '7', ':', ' ', 'ä', '€', '😀', '\0', '\ufeff', '\u2028'),
  maxLength: 8,
});
const fields = fc
  .tuple(
    fc.constantFrom('data', 'data', 'data', 'data', 'event', 'id', 'retry', 'other', 'datax', 'Data', ''),
    fc.constantFrom(': ', ':', ':  ', ''),
    fc.oneof(values, fc.constantFrom('', 'message', '100', '00', '-1', 'x'.repeat(300))),
  )
  .map((parts) => Buffer.from(parts.join('')));
/** No UTF-8, and characters that end too soon. */
const broken = fc.constantFrom(
  '64617461c3',
  '646174613ae282',
  '646174613a20f09f98',
  '69643aff',
  '6576656e743a80c0af',
  'efbbbf',
);
const lines = fc.oneof(
  { weight: 6, arbitrary: fields },
  { weight: 4, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 1, arbitrary: broken.map((hex) => Buffer.from(hex, 'hex')) },
);
const MARK = Buffer.from('efbbbf', 'hex');
const ends = fc.constantFrom('\n', '\n', '\r', '\r\n').map((end) => Buffer.from(end));
/** `eventsource-parser` waits for what follows a carriage return. */
const LAST = Buffer.from(':\n');
const streams = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(lines, ends), { minLength: 4, maxLength: 30, size: 'max' }))
  .map(([marked, all]) => Buffer.concat([...(marked ? [MARK] : []), ...all.flat(), LAST]));

const runs = (numRuns: number): fc.Parameters<unknown> => ({ seed: SEED, numRuns });

test('the library reads the same', () => {
  let events = 0;
  fc.assert(
    fc.property(streams, places, (whole, cuts) => {
      const theirs = readByLibrary(whole);
      events += theirs.length;
      expect(read([whole])).toEqual(theirs);
      expect(read(cutAt(whole, cuts))).toEqual(theirs);
    }),
    runs(1_500),
  );
  expect(events).toBeGreaterThan(1_500);
});

test('cut at every place, the same is read', () => {
  fc.assert(
    fc.property(streams, (whole) => {
      const uncut = read([whole]);
      for (const pieces of everyCut(whole)) expect(read(pieces)).toEqual(uncut);
    }),
    runs(60),
  );
});

test('mangled, and out of nothing, it is read as by the library', () => {
  const edits = editsWith([...Buffer.from('\r\n\r\n: 0da\0\ufeff')]);
  const noise = fc.array(fc.oneof(fc.constantFrom(...Buffer.from('\r\n\r\n: dataid\0')), fc.nat(0xff)), {
    maxLength: 80,
  });
  const input = fc.oneof(
    fc.tuple(streams, edits).map(([whole, changes]) => edited(whole, changes)),
    noise.map((all) => Buffer.from(all)),
  );
  fc.assert(
    fc.property(input, places, (some, cuts) => {
      const whole = Buffer.concat([some, LAST]);
      const theirs = readByLibrary(whole);
      expect(read([whole])).toEqual(theirs);
      expect(read(cutAt(whole, cuts))).toEqual(theirs);
    }),
    runs(2_000),
  );
});

test('begun again, it knows nothing of what was before', () => {
  fc.assert(
    fc.property(streams, streams, fc.nat(), (one, other, place) => {
      const half = one.subarray(0, place % (one.length + 1));
      const { parser, told } = listening(AMPLE);
      handOver([half], (buffer, start, end) => parser.feed(buffer, start, end));
      parser.restart();
      handOver([other], (buffer, start, end) => parser.feed(buffer, start, end));
      expect(told).toEqual([...read([half]), ...read([other])]);
    }),
    runs(500),
  );
});

test('what is too large is too large wherever it is cut', () => {
  const limit = 10;
  const sizes = fc.oneof(fc.integer({ min: 0, max: 16 }), fc.integer({ min: limit + 4_085, max: limit + 4_100 }));
  const line = fc
    .tuple(
      fc.constantFrom('data: ', 'data:', ':', 'id: ', 'event: ', 'retry: ', 'x'),
      sizes,
      fc.constantFrom('\n', '\r', '\n\n'),
    )
    .map(([field, size, end]) => `${field}${'7'.repeat(size)}${end}`);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), places, (all, cuts) => {
      const whole = Buffer.from(all.join(''));
      expect(read(cutAt(whole, cuts), limit)).toEqual(read([whole], limit));
    }),
    runs(1_000),
  );
});

test('data may be as large as is allowed, and not a byte larger, wherever they are cut', () => {
  const limit = 100;
  const sizes = fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: -1, max: 1 }));
  fc.assert(
    fc.property(sizes, fc.constantFrom('\n', '\r\n'), places, ([first, over], end, cuts) => {
      // Two lines with a newline between them, or one.
      const parts = first === 0 ? [limit + over] : [first, limit + over - first - 1];
      const data = parts.map((size) => 'x'.repeat(size));
      const whole = Buffer.from(`id: 1${end}${data.map((part) => `data: ${part}${end}`).join('')}${end}`);
      const event = { data: data.join('\n'), type: '', id: '1' };
      expect(read(cutAt(whole, cuts), limit)).toEqual(over > 0 ? ['too large'] : [event]);
    }),
    runs(500),
  );
});

test.each([
  ['a line of data', 'data: ', 'x'],
  ['a comment', ':', 'x'],
  ['nothing that has a name', '', 'x'],
  ['lines of data', '', 'data: x\n'],
  ['the ids of one event', '', 'id: 12345678\n'],
  ['events', '', 'id: 1\nevent: x\ndata: x\n\n'],
  ['comments', '', ':x\r\n'],
])('nothing is kept of %s without end', (_what, before, repeated) => {
  const ignored = { onEvent: () => undefined, onRetry: () => undefined, onTooLarge: () => undefined };
  const parser = new EventParser(bytes(20_000), ignored);
  const piece = Buffer.from(repeated.repeat(FED / 100 / repeated.length));
  parser.feed(Buffer.from(before), 0, before.length);
  const held = heldBytes();
  for (let count = 0; count < 100; count += 1) parser.feed(piece, 0, piece.length);
  expect(heldBytes() - held).toBeLessThan(FED / 3);
  parser.restart();
});

test('many small pieces cost no more than their bytes', () => {
  const size = 300_000;
  const endless = listening(size);
  const empty = Buffer.from('data:\n'.repeat(10_000));
  for (let count = 0; count < 30; count += 1) endless.parser.feed(empty, 0, empty.length);
  endless.parser.feed(Buffer.from('\n'), 0, 1);
  expect(endless.told.map((one) => (one === 'too large' || !('data' in one) ? one : one.data.length))).toEqual([
    size - 1,
  ]);
  const bytewise = listening(size);
  const byte = Buffer.from('x');
  for (let count = 0; count < size; count += 1) bytewise.parser.feed(byte, 0, 1);
  expect(bytewise.told).toEqual([]);
  // Copied anew for each, both together would take far longer than the test may.
}, 5_000);
