import { describe, expect, it } from 'vitest';
import { hogStep, multiServerRecord, streamsStep } from '../../test/fixtures/multi-server-record.ts';
import type { Place } from '../stats/multi-server.ts';
import { summarise } from '../stats/summarise.ts';
import { h2Multiplexing } from './h2-multiplexing.ts';

type Steps = Parameters<typeof multiServerRecord>[1];

const at = (armId: string, origins: Place['origins'] = 'one', layout: Place['layout'] = 'sessions'): Place => ({
  armId,
  origins,
  layout,
});
const H2 = at('sse+h2');
const ARMS = ['sse', 'sse+h2', 'websocket'];
const findingOn = (...steps: Steps[]) => h2Multiplexing.evaluate(summarise(multiServerRecord(ARMS, steps.flat())));
const verdictOn = (...steps: Steps[]) => findingOn(...steps).verdict;

const ONE_SOCKET = [3, 30, 300].flatMap((streams) => streamsStep(H2, streams, 1));

describe('one connection for many streams', () => {
  it('is confirmed where any number takes one socket and a busy neighbour does not matter', () => {
    const verdict = verdictOn(ONE_SOCKET, hogStep(H2, { beside: 1.01 }));
    expect(verdict).toMatchObject({ word: 'confirmed' });
    expect(verdict.because).toContain('300 streams over 1 socket');
  });

  it('is refuted where they take more and the neighbour slows it down', () => {
    const sockets = [3, 30].flatMap((streams) => streamsStep(H2, streams, streams));
    expect(verdictOn(sockets, hogStep(H2, { beside: 2 }))).toMatchObject({ word: 'refuted' });
  });

  it('depends on the neighbour, and says how much of that is the sharing', () => {
    const verdict = verdictOn(ONE_SOCKET, hogStep(H2, { beside: 3, apart: 2 }));
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toMatch(
      /^true for streams to one origin \(300 streams over 1 socket\); not for a quiet stream/,
    );
    expect(verdict.because).toContain('sharing the connection, p90 of its calls 1.50×');
    expect(verdict.because).toContain('against no neighbour 3.00× and 3.00×');
  });

  it('does not put down to the connection what the neighbour does from any', () => {
    const verdict = verdictOn(ONE_SOCKET, hogStep(H2, { beside: 9, apart: 9 }));
    expect(verdict).toMatchObject({ word: 'confirmed' });
    expect(verdict.because).toContain('against no neighbour 9.00× and 9.00×');
  });

  it('depends on where the servers are', () => {
    const several = streamsStep(at('sse+h2', 'several'), 300, 3);
    const verdict = verdictOn(ONE_SOCKET, several, hogStep(H2, {}));
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toContain('not for streams to several origins (300 streams over 3 sockets)');
  });

  it('is not true of any number if one number takes more', () => {
    const verdict = verdictOn(streamsStep(H2, 3, 1), streamsStep(H2, 30, 2));
    expect(verdict).toMatchObject({ word: 'refuted' });
  });

  it('does not follow from a single stream', () => {
    expect(verdictOn(streamsStep(H2, 1, 1)).because).toContain('undecided for streams to one origin');
  });

  it('is undecided where the rounds are too few for a word', () => {
    expect(verdictOn(hogStep(H2, { beside: 1.01, rounds: 3 })).because).toContain('undecided for a quiet stream');
  });

  it('does not hold for a stream that loses something beside its neighbour', () => {
    const verdict = verdictOn(hogStep(H2, { lost: 1 }));
    expect(verdict.word).toBe('refuted');
    expect(verdict.because).toContain('1 answer or event missing');
  });

  it('is a question about HTTP/2: what the others do decides nothing', () => {
    const others = [...streamsStep(at('websocket'), 300, 300), ...hogStep(at('sse'), { beside: 9 })];
    expect(verdictOn(others)).toMatchObject({ word: 'not measured', lacks: 'data' });
    expect(verdictOn(ONE_SOCKET, hogStep(H2, {}), others)).toMatchObject({ word: 'confirmed' });
  });

  it('neither do topics of one session', () => {
    const topics = streamsStep(at('sse+h2', 'several', 'topics'), 300, 3);
    expect(verdictOn(ONE_SOCKET, topics)).toMatchObject({ word: 'confirmed' });
  });

  it('shows sockets and times of all three', () => {
    const { measured } = findingOn(
      streamsStep(at('sse'), 300, 303),
      streamsStep(at('websocket', 'several'), 300, 300),
      streamsStep(at('websocket', 'several', 'topics'), 300, 3),
      ONE_SOCKET,
      hogStep(H2, { beside: 2 }),
    );
    expect(measured['sse']).toEqual(['300 streams of one origin: 303 sockets, 1,500 B each to open']);
    expect(measured['websocket']).toEqual(['of several origins: 300 sockets, 3 as topics of 1 session']);
    expect(measured['SSE (HTTP/2)']?.at(-1)).toBe(
      'quiet calls p90: 1.02 ms alone, 2.03 ms beside a busy one, 1.02 ms apart from it',
    );
  });
});
