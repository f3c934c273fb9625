import { describe, expect, it } from 'vitest';
import {
  BY_APPLICATION,
  type MadeStep,
  NEVER,
  STREAM_ONLY,
  cutOf,
  reconnectRecord,
} from '../../test/fixtures/reconnect.ts';
import { milliseconds } from '../units.ts';
import { summarise } from '../stats/summarise.ts';
import type { Claim } from './claim.ts';
import { reconnection, selfHealing } from './reconnection.ts';

const findingOf = (claim: Claim, steps: readonly MadeStep[]) => claim.evaluate(summarise(reconnectRecord(steps)));
const wordOf = (claim: Claim, steps: readonly MadeStep[]) => findingOf(claim, steps).verdict.word;

const BACK = [cutOf(), cutOf()];
const SSE: MadeStep = { client: 'eventsource', buffer: 'replay', cuts: BACK };
const WS: MadeStep = { client: 'ws', cuts: [NEVER], lost: 90 };

describe('built-in reconnection', () => {
  it('is confirmed when SSE is back by itself with nothing lost, and WebSocket never', () => {
    expect(wordOf(reconnection, [SSE, WS])).toBe('confirmed');
  });

  it('is refuted when SSE needs its application and WebSocket does not', () => {
    expect(
      wordOf(reconnection, [
        { client: 'eventsource', cuts: [cutOf(), STREAM_ONLY] },
        { client: 'ws', cuts: BACK },
      ]),
    ).toBe('refuted');
  });

  it('depends on the buffer: without one the stream is back, and its session is the application’s to open', () => {
    const { verdict, measured } = findingOf(reconnection, [
      SSE,
      { client: 'eventsource', cuts: [STREAM_ONLY, STREAM_ONLY], lost: 26 },
      WS,
      { client: 'ws-resume', buffer: 'replay', cuts: [BY_APPLICATION] },
      { client: 'streamable-http-2026-07-28', cuts: [BY_APPLICATION], lost: 13 },
    ]);
    expect(verdict).toEqual({
      word: 'depends',
      because:
        'on the server’s buffer and the revision: true for SSE with a buffer (lost 0 of 100), WebSocket’s no (back after 0 of 1 cut); ' +
        'not for SSE without a buffer (stream back by itself, session by its application after 2 of 2 cuts, lost 26 of 100), ' +
        'Streamable HTTP 2026-07-28 (back by its application after 1 of 1 cut, lost 13 of 100)',
    });
    expect(measured['websocket']).toEqual([
      'back after 0 of 1 cut, lost 90 of 100',
      'own code, with a buffer: back by its application after 1 of 1 cut, lost 0 of 100',
    ]);
  });

  it('holds a single lost event against SSE', () => {
    expect(wordOf(reconnection, [{ ...SSE, lost: 1 }, WS])).toBe('depends');
  });

  it('leaves killed servers, silent losses and other waits out', () => {
    const others: readonly MadeStep[] = [
      { client: 'eventsource', cut: 'restart', buffer: 'replay', cuts: [STREAM_ONLY], lost: 5 },
      { client: 'eventsource', cut: 'black-hole', cuts: [NEVER], lost: 50 },
      { client: 'eventsource', retry: 'default', buffer: 'replay', cuts: [NEVER], lost: 5 },
    ];
    expect(wordOf(reconnection, [SSE, WS, ...others])).toBe('confirmed');
  });

  it('is not judged without one of the two', () => {
    expect(wordOf(reconnection, [SSE])).toBe('not measured');
    expect(wordOf(reconnection, [WS])).toBe('not measured');
  });
});

describe('self-healing', () => {
  const RESUMED: MadeStep = { client: 'ws-resume', buffer: 'replay', cuts: [BY_APPLICATION, BY_APPLICATION] };

  const KILLED: MadeStep = { ...SSE, cut: 'restart' };
  const SILENT: MadeStep = { ...SSE, cut: 'black-hole' };

  it('is confirmed when SSE heals after every kind of cut, and says what the events could not show', () => {
    const { verdict } = findingOf(selfHealing, [SSE, { ...SSE, cut: 'rst' }, KILLED, SILENT, RESUMED]);
    expect(verdict).toMatchObject({ word: 'confirmed' });
    expect(verdict.because).toContain(
      'after an orderly end 10.0 ms beyond the wait against 10.0 ms (no difference that events this far apart could show)',
    );
  });

  it('names what is policy where a longer wait is all that differs', () => {
    const patient: MadeStep = {
      client: 'ws-resume',
      buffer: 'replay',
      cuts: [cutOf({ reconnectedBy: 'application', policyNs: milliseconds(1_250), firstEventNs: milliseconds(1_260) })],
    };
    expect(findingOf(selfHealing, [SSE, patient]).verdict.because).toContain('(what differs is policy, not transport)');
  });

  it('depends on the kind of cut when a silent loss is not noticed', () => {
    const silent: MadeStep = { client: 'eventsource', cut: 'black-hole', cuts: [NEVER], lost: 50 };
    expect(findingOf(selfHealing, [SSE, KILLED, silent]).verdict).toEqual({
      word: 'depends',
      because:
        'on the kind of cut: true for an orderly end (lost 0 of 100), a killed server (lost 0 of 100); ' +
        'not for a silent loss (back after 0 of 1 cut, lost 50 of 100 within 2.00 s)',
    });
  });

  it('is not confirmed by a run without the harder cuts', () => {
    expect(findingOf(selfHealing, [SSE]).verdict).toEqual({
      word: 'depends',
      because:
        'on the kind of cut: true for an orderly end (lost 0 of 100); undecided for a killed server (not in this run), a silent loss (not in this run)',
    });
  });

  it('is refuted when SSE heals after none', () => {
    const stream: MadeStep = { client: 'eventsource', cuts: [STREAM_ONLY], lost: 13 };
    expect(wordOf(selfHealing, [stream, { ...stream, cut: 'restart' }, { ...stream, cut: 'black-hole' }])).toBe(
      'refuted',
    );
  });

  it('says where the two differ beyond their waits', () => {
    const slow = cutOf({ firstEventNs: milliseconds(350) });
    const { verdict } = findingOf(selfHealing, [{ ...SSE, cuts: [slow, slow] }, RESUMED]);
    expect(verdict.because).toContain('they differ beyond their waits after an orderly end');
  });

  it('takes the buffer where there are both', () => {
    const without: MadeStep = { client: 'eventsource', cuts: [STREAM_ONLY], lost: 13 };
    expect(wordOf(selfHealing, [without, SSE, KILLED, SILENT])).toBe('confirmed');
  });
});
