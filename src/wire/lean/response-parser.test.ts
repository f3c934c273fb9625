/** Responses read by hand, held against what was written, against undici, and against themselves cut anywhere. */
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { Client } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { type Response, conversations, of, written } from '../../../test/fixtures/http-responses.ts';
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
import { ResponseParser } from './response-parser.ts';

interface Reading {
  readonly responses: readonly Response[];
  readonly fault: string | undefined;
}

/** What is told of bytes behind which the connection ends, up to where the listener stops. Whatever is told out of turn throws. */
function read(pieces: readonly Buffer[], stopAfter = Infinity): Reading & { readonly calls: number } {
  const responses: Response[] = [];
  let fault: string | undefined;
  const inHand = (): Response => {
    const last = responses.at(-1);
    if (fault !== undefined || last === undefined || last.reusable !== undefined) throw new Error('nothing in hand');
    return last;
  };
  let calls = 0;
  const called = (): void => {
    calls += 1;
    if (calls === stopAfter) parser.stop();
  };
  const parser = new ResponseParser({
    onHead: (status, fields) => {
      called();
      if (fault !== undefined || (responses.length > 0 && responses.at(-1)?.reusable !== true))
        throw new Error('a head out of turn');
      responses.push({ status, fields: { ...fields }, body: '', reusable: undefined });
    },
    onBody: (buffer, start, end) => {
      called();
      inHand().body += buffer.toString('latin1', start, end);
    },
    onEnd: (reusable, buffer, start, end) => {
      called();
      const response = inHand();
      response.body += buffer.toString('latin1', start, end);
      response.reusable = reusable;
    },
    onFault: (why) => {
      called();
      if (fault !== undefined) throw new Error('two faults');
      fault = why;
    },
  });
  handOver(pieces, (buffer, start, end) => parser.push(buffer, start, end));
  parser.eof();
  return { responses, fault, calls };
}

/** Without in how many pieces it was told, which cuts may change. */
function told(pieces: readonly Buffer[]): Reading {
  const { responses, fault } = read(pieces);
  return { responses, fault };
}

/** Bytes of what has no end. The heap is not still by itself: a part of them tells it apart. */
const FED = 3_000_000;

const runs = (numRuns: number): fc.Parameters<unknown> => ({ seed: SEED, numRuns });

test('what was written is read, one response after the other, up to the one that ends the connection', () => {
  fc.assert(
    fc.property(conversations, places, (all, cuts) => {
      const responses = all.map(({ response }) => response);
      const last = responses.findIndex(({ reusable }) => reusable === false);
      const heard = responses.slice(0, last < 0 ? responses.length : last + 1);
      const sent = all.slice(0, heard.length);
      const whole = Buffer.concat(sent.map(({ raw }) => raw));
      expect(told([whole])).toEqual({ responses: heard, fault: undefined });
      expect(told(cutAt(whole, cuts))).toEqual({ responses: heard, fault: undefined });
    }),
    runs(500),
  );
});

test('cut at every place, the same is read', () => {
  fc.assert(
    fc.property(conversations, (all) => {
      const whole = Buffer.concat(all.map(({ raw }) => raw));
      const uncut = told([whole]);
      for (const pieces of everyCut(whole)) expect(told(pieces)).toEqual(uncut);
    }),
    runs(40),
  );
});

interface Answer {
  readonly raw: Buffer;
  readonly ends: boolean;
}

interface Stage {
  readonly origin: string;
  /** Answers the requests to come with these, each with the next, and says which connection carried it. */
  readonly play: (script: readonly Answer[]) => readonly Socket[];
}

async function stage(): Promise<Stage> {
  let script: readonly Answer[] = [];
  let carriers: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      const next = script[carriers.length];
      carriers.push(socket);
      if (next?.ends === false) socket.write(next.raw);
      else socket.end(next?.raw ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    play: (next) => {
      script = next;
      carriers = [];
      return carriers;
    },
  };
}

const PLAIN = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');

async function ask(client: Client): Promise<Response> {
  const { statusCode, headers, body } = await client.request({ path: '/', method: 'GET' });
  const fields = Object.entries(headers).map(([name, value]) => {
    // It leaves the blanks that end a value where they are.
    const parts = [value ?? ''].flat().map((part) => part.replace(/[ \t]+$/, ''));
    return [name, parts.join(', ')] as const;
  });
  const content = Buffer.from(await body.arrayBuffer()).toString('latin1');
  return { status: statusCode, fields: Object.fromEntries(fields), body: content, reusable: undefined };
}

test('undici reads the same, and goes on over the same connections', async () => {
  const { origin, play } = await stage();
  await fc.assert(
    fc.asyncProperty(conversations, async (all) => {
      const carriers = play([
        ...all.map(({ raw, response }) => ({ raw, ends: response.reusable === false })),
        { raw: PLAIN, ends: true },
      ]);
      const client = new Client(origin);
      try {
        const heard: Response[] = [];
        while (heard.length < all.length) heard.push(await ask(client));
        await ask(client);
        const reused = heard.map((response, index) => ({
          ...response,
          reusable: carriers[index] === carriers[index + 1],
        }));
        expect(all.flatMap(({ raw }) => read([raw]).responses)).toEqual(reused);
      } finally {
        await client.destroy();
      }
    }),
    runs(300),
  );
});

/** What means something in HTTP. */
const edits = editsWith([...Buffer.from('\r\n\t :;,0159aF\0"\x0b\xa0', 'latin1')]);

test('mangled, it is refused by undici or by us, or read alike', async () => {
  const { origin, play } = await stage();
  let alike = 0;
  await fc.assert(
    fc.asyncProperty(written, edits, async ({ raw }, changes) => {
      const mangled = edited(raw, changes);
      play([{ raw: mangled, ends: true }]);
      const client = new Client(origin);
      const theirs = await ask(client).catch(() => undefined);
      await client.destroy();
      const [ours] = read([mangled]).responses;
      if (theirs === undefined || ours?.reusable === undefined) return;
      alike += 1;
      expect([ours.status, ours.body]).toEqual([theirs.status, theirs.body]);
    }),
    runs(600),
  );
  expect(alike).toBeGreaterThan(40);
});

test('whatever comes, it is told in turn, once a fault is none any more, and wherever it is cut', () => {
  const noise = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
  const telling = of('HTP/1. 20\r\n:;afchunked-', 60).map((text) => Buffer.from(text, 'latin1'));
  const input = fc.oneof(
    { weight: 1, arbitrary: noise },
    { weight: 1, arbitrary: telling },
    {
      weight: 4,
      arbitrary: fc
        .tuple(conversations, edits)
        .map(([all, changes]) => edited(Buffer.concat(all.map(({ raw }) => raw)), changes)),
    },
  );
  fc.assert(
    fc.property(input, places, (whole, cuts) => {
      const uncut = told([whole]);
      expect(told(cutAt(whole, cuts))).toEqual(uncut);
      expect(told([...whole].map((byte) => Buffer.of(byte)))).toEqual(uncut);
    }),
    runs(2_000),
  );
});

test('told to stop, it tells nothing more', () => {
  fc.assert(
    fc.property(conversations, places, fc.integer({ min: 1, max: 12 }), (all, cuts, stopAfter) => {
      const pieces = cutAt(Buffer.concat(all.map(({ raw }) => raw)), cuts);
      expect(read(pieces, stopAfter).calls).toBe(Math.min(stopAfter, read(pieces).calls));
    }),
    runs(500),
  );
});

test.each<[what: string, before: string, most: number, behind: string]>([
  ['a head', 'HTTP/1.1 204 No\r\nx: ', 16_384, '\r\n\r\n'],
  ['a line of chunks', '0;', 4_096 + 1, '\n'],
])('%s may be as long as is allowed, and not a byte longer, wherever it is cut', (_what, before, most, behind) => {
  const first = before.startsWith('HTTP') ? '' : 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  const last = first === '' ? '' : '\r\n';
  fc.assert(
    fc.property(fc.integer({ min: -2, max: 2 }), places, (over, cuts) => {
      const filler = 'x'.repeat(most + over - before.length - behind.length);
      const whole = Buffer.from(`${first}${before}${filler}${behind}${last}`);
      const { responses, fault } = told(cutAt(whole, cuts));
      expect([responses[0]?.reusable, fault === undefined]).toEqual(over > 0 ? [undefined, false] : [true, true]);
      expect(fault).toBe(told([whole]).fault);
    }),
    runs(100),
  );
});

test('a head says how long a body is, but for those that have none', () => {
  const one = 'HTTP/1.1 204 No\r\ncontent-length: 4\r\n\r\nHTTP/1.1 304 Not\r\ntransfer-encoding: chunked\r\n\r\n';
  const { responses } = told([Buffer.from(`HTTP/1.1 100 Go on\r\ncontent-length: 4\r\n\r\n${one}${one}`)]);
  expect(responses.map(({ status, body, reusable }) => [status, body, reusable])).toEqual(
    [204, 304, 204, 304].map((status) => [status, '', true]),
  );
});

test.each([
  ['a NUL in a value', 'x: \0'],
  ['a carriage return in a value', 'x: a\rb: c'],
  ['a line that goes on', 'x: a\r\n b'],
  ['a blank before the colon', 'x : a'],
  ['no colon', 'x'],
  ['two lengths', 'content-length: 1\r\ncontent-length: 1'],
  ['a length and chunks', 'content-length: 1\r\ntransfer-encoding: chunked'],
  ['a length that is no number', 'content-length: 1x'],
  ['a length with a blank that is none', 'content-length: \f1'],
  ['a length below nothing', 'content-length: -1'],
])('%s is a fault', (_what, lines) => {
  expect(told([Buffer.from(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\na`)]).fault).toBe('what came is no HTTP response');
});

test.each([
  ['a chunk that goes on behind its size', '1\r\nab\r\n0\r\n\r\n'],
  ['a chunk that ends before its size', '3\r\na\r\n0\r\n\r\n'],
  ['a size that is none', 'g\r\n'],
  ['a size below nothing', '-1\r\n'],
  ['no size', '\r\n'],
  ['a size with something else behind it', '1x\r\na\r\n'],
  ['a size over what numbers hold', `${'f'.repeat(14)}\r\n`],
])('%s is a fault', (_what, chunks) => {
  const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  expect(told([Buffer.from(`${head}${chunks}`)])).toMatchObject({
    responses: [{ reusable: undefined }],
    fault: expect.stringContaining('chunk') as unknown,
  });
});

test.each([
  ['a head', '', 'x: y\r\n'],
  ['a line', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;', 'x'],
  ['the size of a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '0'],
  ['interim responses', '', 'HTTP/1.1 102 So\r\n\r\n'],
  ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n', 'x: y\r\n'],
  ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
  ['a body', 'HTTP/1.1 200 OK\r\n\r\n', 'x'],
])('nothing is kept of %s without end', (_what, before, repeated) => {
  const ignored = {
    onHead: () => undefined,
    onBody: () => undefined,
    onEnd: () => undefined,
    onFault: () => undefined,
  };
  const parser = new ResponseParser(ignored);
  const piece = Buffer.from(repeated.repeat(FED / 100 / repeated.length));
  parser.push(Buffer.from(before), 0, before.length);
  const held = heldBytes();
  for (let count = 0; count < 100; count += 1) parser.push(piece, 0, piece.length);
  expect(heldBytes() - held).toBeLessThan(FED / 3);
  parser.stop();
});
