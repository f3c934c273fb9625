import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream, type EventStreamOptions } from './event-stream.ts';
import type { ServerReply, ServerRequest } from './http.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A reply that writes down what is written to it, and refuses what comes after its end, as Node's does. */
function recorded(options: Pick<EventStreamOptions, 'heartbeatMs'> = {}) {
  const written: string[] = [];
  let ended = false;
  let onClose: () => void = () => undefined;
  const reply: ServerReply = {
    writeHead: () => undefined,
    flushHeaders: () => undefined,
    write: (chunk) => {
      if (ended) throw new Error('write after end');
      return written.push(String(chunk)) > 0;
    },
    end: () => void (ended = true),
    destroy: () => undefined,
    on: (event, listener) => {
      if (event === 'close') onClose = listener;
      return reply;
    },
    headersSent: true,
    writableLength: 0,
  };
  const stream = new EventStream({ request: { headers: {} } as ServerRequest, reply, compression: 'off', ...options });
  return { stream, written, close: () => onClose() };
}

describe('an event stream', () => {
  it('breaks its silence by comments, until it ends', () => {
    const { stream, written } = recorded({ heartbeatMs: 100 });
    vi.advanceTimersByTime(250);
    expect(written).toEqual([':\n\n', ':\n\n']);
    stream.end();
    vi.advanceTimersByTime(1_000);
    expect(written).toHaveLength(2);
  });

  it('or until its client is gone', () => {
    const { written, close } = recorded({ heartbeatMs: 100 });
    close();
    vi.advanceTimersByTime(1_000);
    expect(written).toEqual([]);
  });

  it('asks for a wait by itself, or along with where the client stands', () => {
    const { stream, written } = recorded();
    stream.retry(250);
    stream.prime('a1', 250);
    stream.prime('a2', undefined);
    expect(written).toEqual(['retry: 250\n\n', 'id: a1\nretry: 250\ndata: \n\n', 'id: a2\ndata: \n\n']);
  });
});
