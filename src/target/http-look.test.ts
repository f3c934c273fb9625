import { describe, expect, test } from 'vitest';
import { type Answer, eventsIn, messagesIn } from './http-look.ts';

describe('eventsIn', () => {
  test.each(['\n', '\r\n', '\r'])('reads whole events only, lines ended by %j', (end) => {
    const text = [': hello', 'event: endpoint', 'data: /messages', '', 'data: {"a":', 'data:1}', '', 'data: half'].join(
      end,
    );
    expect(eventsIn(text)).toEqual([
      { event: 'endpoint', data: '/messages' },
      { event: 'message', data: '{"a":\n1}' },
    ]);
  });
});

test('messagesIn finds JSON-RPC in both forms, and nothing else', () => {
  const answer = (contentType: string, body: string): Answer => ({
    status: 200,
    contentType,
    headers: {},
    body,
    unfinished: false,
  });
  const message = { jsonrpc: '2.0', id: 1, result: {} };
  expect(messagesIn(answer('application/json', JSON.stringify(message)))).toEqual([message]);
  expect(messagesIn(answer('text/event-stream', `data: \n\nid: 1\ndata: ${JSON.stringify(message)}\n\n`))).toEqual([
    message,
  ]);
  expect(messagesIn(answer('application/json', '{"hello":"world"}'))).toEqual([]);
  expect(messagesIn(answer('text/html', '<html>'))).toEqual([]);
});
