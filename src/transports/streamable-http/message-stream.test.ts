import { describe, expect, it } from 'vitest';
import { bytes } from '../../units.ts';
import { MessageStream } from './message-stream.ts';

const LIMIT = bytes(100);

function stream() {
  const heard: string[] = [];
  const problems: string[] = [];
  const read = new MessageStream(LIMIT, {
    onMessage: (text, size) => {
      expect(size).toBe(Buffer.byteLength(text));
      heard.push(text);
    },
    onUnreadable: (reason) => void problems.push(reason),
  });
  return { read, heard, problems, feed: (text: string): void => read.feed(Buffer.from(text)) };
}

describe('an event stream', () => {
  it('passes on a message of the limit, and stops at one byte more', () => {
    const { feed, heard, problems } = stream();
    const largest = 'x'.repeat(LIMIT);
    feed(`data: ${largest}\n\n`);
    expect([heard, problems]).toEqual([[largest], []]);
    feed(`data: ${largest}y\n\ndata: after\n\n`);
    feed('data: later\n\n');
    expect(heard).toEqual([largest]);
    expect(problems).toEqual(['the server sent a message of more than 100 bytes']);
  });

  it('counts bytes, not characters', () => {
    const { feed, heard, problems } = stream();
    feed(`data: ${'ü'.repeat(LIMIT / 2)}\n\n`);
    expect(heard).toHaveLength(1);
    feed(`data: ${'ü'.repeat(LIMIT / 2 + 1)}\n\n`);
    expect([heard.length, problems.length]).toEqual([1, 1]);
  });

  it('stops at an event that does not end, without keeping it', () => {
    const { feed, problems } = stream();
    for (let piece = 0; piece < 100; piece += 1) feed(`${piece === 0 ? 'data: ' : ''}${'x'.repeat(100)}`);
    expect(problems).toHaveLength(1);
  });

  it('reads a character that is cut in two, and forgets half an event when it starts again', () => {
    const { read, heard, feed } = stream();
    const whole = Buffer.from('id: 7\nretry: 30\ndata: ü\n\n');
    const cut = whole.indexOf(0xc3) + 1;
    read.feed(whole.subarray(0, cut));
    read.feed(whole.subarray(cut));
    feed('id: 8\ndata: half of');
    read.restart();
    feed('data: \n\nevent: other\ndata: not for us\n\ndata: whole\n\n');
    expect(heard).toEqual(['ü', 'whole']);
    expect([read.lastEventId, read.retryMs]).toEqual(['7', 30]);
  });
});
