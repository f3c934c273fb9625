import { describe, expect, it } from 'vitest';
import {
  ALWAYS_CUT,
  CUT_IN_SILENCE,
  EVENTS_HELD,
  type HopStep,
  type HopSteps,
  NOT_INSTALLED,
  NO_SESSION,
  PASSES,
  measured,
  proxiesRecord,
  withLines,
} from '../../test/fixtures/proxies-record.ts';
import { summarise } from '../stats/summarise.ts';
import { proxyCompatibility, statefulProxies } from './proxies.ts';

type Data = Parameters<typeof measured>[0];
type Hops = Parameters<typeof proxiesRecord>[0];

const both = (sse: Data, websocket: Data): HopSteps => ({ sse: [measured(sse)], websocket: [measured(websocket)] });
const same = (data: Data): HopSteps => both(data, data);
const absent: HopSteps = { sse: [NOT_INSTALLED], websocket: [NOT_INSTALLED] };
const repeated = (...data: readonly Data[]): readonly HopStep[] => data.map(measured);

const row = (hops: Hops) => proxyCompatibility.evaluate(summarise(proxiesRecord(hops)));
const prose = (hops: Hops) => statefulProxies.evaluate(summarise(proxiesRecord(hops)));

/** Five that count, all of them passed. */
const FIVE = {
  'strip-upgrade': same(PASSES),
  buffering: same(PASSES),
  'connect-proxy': same(PASSES),
  'tls-terminator': same(PASSES),
  'idle-timeout': same(PASSES),
} satisfies Hops;

describe('proxy-compatibility', () => {
  it('is confirmed where SSE passes 4 of 5 and WebSocket 3', () => {
    const { verdict, measured: seen } = row({
      ...FIVE,
      'strip-upgrade': both(PASSES, NO_SESSION),
      buffering: both(NO_SESSION, NO_SESSION),
    });
    expect(verdict).toEqual({
      word: 'confirmed',
      because: 'SSE: 4 of 5, 80 %; not: buffering; WebSocket: 3 of 5, 60 %; not: strips Upgrade, buffering',
    });
    expect(seen['sse']?.[0]).toBe('4 of 5 as they come');
    expect(seen['websocket']?.[0]).toBe('3 of 5 as they come');
  });

  it('counts a hop where one side failed as undecided, and is no better for it', () => {
    const failed: HopStep = { status: 'failed', error: 'it fell over' };
    const { verdict } = row({ ...FIVE, 'strip-upgrade': { sse: [measured(PASSES)], websocket: [failed] } });
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toContain('SSE (5 of 5, 100 %)');
    expect(verdict.because).toContain('WebSocket (4 of 5, 80 %; 1 undecided)');
    expect(verdict.because).toContain('undecided for 1 of 10 things to look at');
  });

  it('is refuted where SSE passes 3 of 5 and WebSocket all', () => {
    const { verdict } = row({
      ...FIVE,
      buffering: both(EVENTS_HELD, PASSES),
      'strip-upgrade': both(NO_SESSION, PASSES),
    });
    expect(verdict.word).toBe('refuted');
  });

  it('depends where it holds for one of the two', () => {
    expect(row(FIVE).verdict).toEqual({
      word: 'depends',
      because: 'true for SSE (5 of 5, 100 %); not for WebSocket (5 of 5, 100 %)',
    });
  });

  it('asks of the idle timeout, and of no other hop, that a silence is survived without heartbeats', () => {
    expect(row({ ...FIVE, 'idle-timeout': same(CUT_IN_SILENCE) }).verdict.because).toContain(
      '4 of 5, 80 %; not: idle timeout',
    );
    expect(row({ ...FIVE, 'tls-terminator': same(CUT_IN_SILENCE) }).verdict.because).not.toContain('not: ');
  });

  it('counts neither controls nor what was tuned or stands beside', () => {
    const more = { 'black-hole': same(NO_SESSION), 'nginx-tuned': same(NO_SESSION), balancer: same(NO_SESSION) };
    expect(row({ ...FIVE, ...more, 'nginx-unhinted': same(NO_SESSION) }).verdict).toEqual(row(FIVE).verdict);
  });

  it('leaves out a program that is not there, and says so', () => {
    const { verdict } = row({ ...FIVE, 'nginx-bare': absent });
    expect(verdict.because).toContain('5 of 5');
    expect(verdict.because).toMatch(/; nginx is not installed$/);
  });

  it('counts a hop for neither side where only one was measured', () => {
    expect(
      row({ ...FIVE, 'nginx-bare': { sse: [measured(NO_SESSION)], websocket: [NOT_INSTALLED] } }).verdict.because,
    ).toContain('SSE (5 of 5');
  });

  it('is undecided where repetitions that differ would decide', () => {
    const wavering = { sse: repeated(PASSES, NO_SESSION), websocket: repeated(NO_SESSION, NO_SESSION) };
    const stripped = { sse: repeated(PASSES, PASSES), websocket: repeated(NO_SESSION, NO_SESSION) };
    const { verdict } = row({ 'tls-terminator': wavering, 'connect-proxy': stripped });
    expect(verdict).toEqual({
      word: 'depends',
      because:
        'not for WebSocket (0 of 2, 0 %; not: CONNECT proxy, TLS terminator); undecided for SSE (1 of 2, 50 %; 1 undecided)',
    });
  });

  it('is not measured where nothing is, with how to change that', () => {
    expect(row({ 'nginx-bare': absent }).verdict).toMatchObject({
      word: 'not measured',
      because: 'nginx is not installed',
      wouldAnswer: 'apt-get install nginx-light haproxy',
    });
    expect(row({ 'tcp-relay': same(PASSES) }).verdict.word).toBe('not measured');
  });

  it('shows the first event as it came at proxies as they come, and the lines that each program took', () => {
    const { measured: seen } = row({
      ...FIVE,
      'black-hole': same(EVENTS_HELD),
      'nginx-bare': both(PASSES, NO_SESSION),
      'nginx-tuned': both(withLines(PASSES, 1), withLines(PASSES, 4)),
      'haproxy-bare': same(NO_SESSION),
      'haproxy-tuned': both(withLines(PASSES, 2), withLines(NO_SESSION, 1)),
    });
    expect(seen).toEqual({
      sse: ['6 of 7 as they come', 'first event 1.00 ms', 'lines to add: nginx 0, HAProxy 2'],
      websocket: ['5 of 7 as they come', 'first event 1.00 ms', 'lines to add: nginx 4, HAProxy not even tuned'],
    });
  });
});

describe('stateful-proxies', () => {
  const CONFIRMED: Hops = {
    'strip-upgrade': both(PASSES, NO_SESSION),
    balancer: both(PASSES, NO_SESSION),
    'idle-timeout': both(PASSES, ALWAYS_CUT),
    'nginx-bare': both(PASSES, NO_SESSION),
    'nginx-tuned': both(withLines(PASSES, 1), withLines(PASSES, 4)),
  };

  it('is confirmed where WebSocket fails and SSE passes everywhere, and takes more lines', () => {
    expect(prose(CONFIRMED).verdict).toEqual({
      word: 'confirmed',
      because:
        'a stripped Upgrade: only SSE passes; no affinity: only SSE passes; an idle timeout without heartbeats: only SSE passes; ' +
        'an idle timeout with heartbeats: only SSE passes; nginx: lines to add: WebSocket 4, SSE 0',
    });
  });

  it('is refuted where WebSocket fares no worse anywhere', () => {
    const { verdict } = prose({
      'strip-upgrade': same(PASSES),
      balancer: both(NO_SESSION, PASSES),
      'idle-timeout': same(CUT_IN_SILENCE),
      'haproxy-bare': both(EVENTS_HELD, PASSES),
      'haproxy-tuned': both(withLines(PASSES, 2), withLines(PASSES, 1)),
    });
    expect(verdict.word).toBe('refuted');
    expect(verdict.because).toContain(
      'an idle timeout without heartbeats: both fail; an idle timeout with heartbeats: both pass',
    );
    expect(verdict.because).toContain('HAProxy: lines to add: WebSocket 0, SSE 2');
  });

  it('the lines are those until a silence is survived too', () => {
    const hops: Hops = {
      'nginx-bare': same(CUT_IN_SILENCE),
      'nginx-tuned': both(withLines(PASSES, 1), withLines(PASSES, 2)),
    };
    expect(prose(hops).verdict).toEqual({ word: 'confirmed', because: 'nginx: lines to add: WebSocket 2, SSE 1' });
    const unhelped = { ...hops, 'nginx-tuned': both(withLines(PASSES, 1), withLines(CUT_IN_SILENCE, 2)) };
    expect(prose(unhelped).verdict.because).toBe('nginx: lines to add: WebSocket not even tuned, SSE 1');
  });

  it('as many lines for both, or none that help either, are not more', () => {
    const four = same(withLines(PASSES, 4));
    expect(prose({ 'nginx-bare': same(NO_SESSION), 'nginx-tuned': four }).verdict.word).toBe('refuted');
    expect(prose({ 'nginx-bare': same(NO_SESSION), 'nginx-tuned': same(NO_SESSION) }).verdict.word).toBe('refuted');
  });

  it('depends where some hops say so and others not', () => {
    const { verdict, measured: seen } = prose({ ...CONFIRMED, balancer: both(NO_SESSION, PASSES) });
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toContain('not for no affinity (only WebSocket passes)');
    expect(seen['sse']).toEqual(['idle timeout: survived, with heartbeats survived', 'lines to add: nginx 0']);
    expect(seen['websocket']).toEqual(['idle timeout: cut, with heartbeats cut', 'lines to add: nginx 4']);
  });

  it('is undecided at a hop whose repetitions differ', () => {
    const wavering = { sse: repeated(PASSES, PASSES), websocket: repeated(PASSES, NO_SESSION) };
    expect(prose({ balancer: wavering }).verdict).toEqual({
      word: 'depends',
      because: 'undecided for no affinity (now so, now so)',
    });
  });
});
