import { describe, expect, it } from 'vitest';
import type { Deliver, EncodedMessage, McpServer } from '../mcp/contract.ts';
import { encodeNotification } from '../mcp/jsonrpc.ts';
import { KeptSessions, type SessionCarrier } from './kept-session.ts';

/** A server whose one session says what the test wants it to. */
function oneSession(): { server: McpServer; readonly say: (number: number) => void; readonly ended: () => number } {
  const seat: { deliver?: Deliver; ended: number } = { ended: 0 };
  const server: McpServer = {
    openSession: (deliver) => {
      seat.deliver = deliver;
      const end = (): void => void (seat.ended += 1);
      return { receive: () => ({ understood: false, problem: message(0) }), end, conclude: end };
    },
  };
  return { server, say: (number) => seat.deliver?.(message(number), undefined), ended: () => seat.ended };
}

const message = (number: number): EncodedMessage => encodeNotification('said', { number });

function listener(): SessionCarrier & { readonly heard: string[]; readonly dropped: () => boolean } {
  const heard: string[] = [];
  let dropped = false;
  return {
    heard,
    dropped: () => dropped,
    send: ({ text }, sequence) => heard.push(`${sequence}: ${text}`),
    drop: () => void (dropped = true),
  };
}

const said = (...numbers: readonly number[]): string[] => numbers.map((one) => `${one}: ${message(one).text}`);

describe('a session that outlives its connection', () => {
  it('sends what was missed once, in order, before what comes next', () => {
    const { server, say } = oneSession();
    const sessions = new KeptSessions(server);
    const [first, second] = [listener(), listener()];
    const session = sessions.open('a');
    session.carry(first, 0);
    say(1);
    say(2);
    session.leave(first);
    say(3);
    sessions.resumable('a', 2)?.carry(second, 2);
    say(4);
    expect(first.heard).toEqual(said(1, 2));
    expect(second.heard).toEqual(said(3, 4));
  });

  it('is taken from a connection that has not been seen to break, whose end then changes nothing', () => {
    const { server, say } = oneSession();
    const sessions = new KeptSessions(server);
    const [first, second] = [listener(), listener()];
    const session = sessions.open('a');
    session.carry(first, 0);
    session.carry(second, 0);
    session.leave(first);
    say(1);
    expect(first.dropped()).toBe(true);
    expect(first.heard).toEqual([]);
    expect(second.heard).toEqual(said(1));
  });

  it('cannot be taken up after a message that was never sent, or that is no longer kept', () => {
    const { server, say } = oneSession();
    const sessions = new KeptSessions(server);
    sessions.open('a');
    for (let number = 1; number <= 1_100; number += 1) say(number);
    expect(sessions.resumable('a', 1_101)).toBeUndefined();
    expect(sessions.resumable('a', 10)).toBeUndefined();
    expect(sessions.resumable('a', 1_000)?.missedAfter(1_000)).toHaveLength(100);
    expect(sessions.resumable('b', 0)).toBeUndefined();
  });

  it('is over when another of its name begins, and when the endpoint closes', () => {
    const { server, ended } = oneSession();
    const sessions = new KeptSessions(server);
    sessions.open('a');
    sessions.open('a');
    expect(ended()).toBe(1);
    sessions.conclude();
    expect(ended()).toBe(2);
    expect(sessions.resumable('a', 0)).toBeUndefined();
  });
});
