import { beforeEach, describe, expect, it } from 'vitest';
import { encodeRequest } from '../../mcp/jsonrpc.ts';
import { bytes } from '../../units.ts';
import { Exchange } from './exchange.ts';

const LIMIT = bytes(60);
const JSON_TYPE = { 'content-type': 'application/json' };
let told: unknown[];
let aborted: number;

function exchange(session?: string): Exchange {
  const one = new Exchange(encodeRequest(1, 'ping', undefined), {
    limit: LIMIT,
    readsBytes: false,
    onStart: () => undefined,
    onBytes: () => undefined,
    onHead: () => undefined,
    onMessage: (text, size) => void told.push(['message', text, size]),
    onOver: () => void told.push('over'),
    onDone: (_one, answered) => void told.push(['done', answered]),
    onRefused: (_one, status, reason) => void told.push(['refused', status, reason]),
    onBroken: (_one, reason) => void told.push(['broken', reason]),
  });
  one.http = { abort: () => void (aborted += 1) };
  one.session = session;
  return one;
}

beforeEach(() => {
  told = [];
  aborted = 0;
});

/** An answer of so many bytes, in two pieces. */
function answer(one: Exchange, size: number): string {
  const start = '{"jsonrpc":"2.0","id":1,"result":{"x":"';
  const text = `${start}${'y'.repeat(size - start.length - 3)}"}}`;
  one.onHead(200, JSON_TYPE);
  one.onData(Buffer.from(text.slice(0, 20)));
  one.onData(Buffer.from(text.slice(20)));
  return text;
}

describe('a reply as JSON', () => {
  it('of the largest size is the message', () => {
    const one = exchange();
    const text = answer(one, LIMIT);
    one.onEnd();
    expect(told).toEqual(['over', ['message', text, LIMIT], ['done', true]]);
  });

  it('of one byte more is given up while it comes in, once', () => {
    const one = exchange();
    answer(one, LIMIT + 1);
    one.onData(Buffer.from('more'));
    expect(told).toEqual(['over', ['refused', 200, 'the server sent a message of more than 60 bytes']]);
    expect(aborted).toBe(1);
  });
});

describe('a reply that holds no answer to the request', () => {
  const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}';
  const reply = (type: string, text: string): unknown => {
    const one = exchange();
    one.onHead(200, { 'content-type': type });
    one.onData(Buffer.from(text));
    one.onEnd();
    return told.at(-1);
  };

  it.each([
    `[${ANSWER}]`,
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":1,"result":null}',
    '{"jsonrpc":"2.0","id":9,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
    '<html>',
  ])('%s is passed on, and the request fails at once', (text) => {
    expect(reply('application/json', text)).toEqual(['refused', 200, 'without an answer to this request']);
    expect(told).toContainEqual(['message', text, text.length]);
  });

  it('of another content type is named by it', () => {
    expect(reply('text/html', '<html>')).toEqual(['refused', 200, 'with content type "text/html"']);
  });

  it.each([`data: ${ANSWER}\n\n`, 'data: {"result":{},"jsonrpc":"2.0","id":1}\n\n'])(
    'is not one whose answer is followed by a notification: %j',
    (event) => {
      expect(reply('text/event-stream', `${event}data: {"method":"x","jsonrpc":"2.0"}\n\n`)).toEqual(['done', true]);
    },
  );
});

describe('an error status', () => {
  const PROBLEM = '{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"gone"}}'.slice(0, LIMIT + 20);
  const refuse = (one: Exchange, status: number): void => {
    one.onHead(status, JSON_TYPE);
    one.onData(Buffer.from('{"jsonrpc":"2.0","id":1,"error":{"code":-3,"message":"x"}}'));
    one.onEnd();
  };

  it('with an error to this request is its answer', () => {
    refuse(exchange(), 404);
    expect(told.at(-1)).toEqual(['done', true]);
  });

  it('404 speaks of the session where there is one, whatever is in it; other statuses do not', () => {
    refuse(exchange('s'), 404);
    expect(told.at(-1)).toEqual(['refused', 404, 'error -3: x']);
    refuse(exchange('s'), 400);
    expect(told.at(-1)).toEqual(['done', true]);
  });

  it('with a body over the limit is refused for that', () => {
    const one = exchange();
    one.onHead(500, JSON_TYPE);
    one.onData(Buffer.from(PROBLEM));
    expect(told.at(-1)).toEqual(['refused', 500, 'the server sent a message of more than 60 bytes']);
  });
});
