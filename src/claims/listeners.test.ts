import { describe, expect, it } from 'vitest';
import { type ListenerCost, type ListenersFixture, listenersRecord, SAME_COST } from '../../test/fixtures/listeners.ts';
import { summarise } from '../stats/summarise.ts';
import type { Claim, Finding } from './claim.ts';
import { manyListeners, passiveListener } from './listeners.ts';

const findingOf = (claim: Claim, fixture: ListenersFixture): Finding =>
  claim.evaluate(summarise(listenersRecord(fixture)));

/** SSE with other costs than WebSocket, which has the usual ones. */
const against = (claim: Claim, sse: Partial<ListenerCost>, more: Partial<ListenersFixture> = {}): Finding =>
  findingOf(claim, { costs: { sse: { ...SAME_COST, ...sse }, websocket: SAME_COST }, ...more });

const CHEAP = { connectedBytes: 3_000, restingBytes: 3_000, cpuPerUpdateUs: 10 };
const DEAR = { connectedBytes: 12_000, restingBytes: 9_000, sockets: 2, cpuPerUpdateUs: 40 };

describe('many listeners', () => {
  it('is confirmed where SSE costs little, and less than WebSocket', () => {
    const { verdict, measured } = against(manyListeners, CHEAP);
    expect(verdict).toMatchObject({ word: 'confirmed' });
    expect(verdict.because).toContain('true of both');
    expect(measured['sse']).toHaveLength(3);
    expect(measured['websocket']?.[1]).toMatch(
      /^per listener: 1\.0 sockets, [56],\d{3} B; at rest 1\.0, [56],\d{3} B$/,
    );
  });

  it('is refuted where SSE costs much, and more than WebSocket', () => {
    const greedy = { ...DEAR, connectedBytes: 2e6, restingBytes: 1.9e6, cpuPerUpdateUs: 4_000 };
    expect(against(manyListeners, greedy).verdict).toMatchObject({ word: 'refuted' });
  });

  it('depends where little is not less, and says both', () => {
    const { verdict } = against(manyListeners, DEAR);
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toMatch(
      /^true for next to nothing \(SSE 48 listeners at most \d+ KiB and [\d.]+ % of a core/,
    );
    expect(verdict.because).toMatch(
      /not for memory just connected \(SSE (?:1\.9|2\.0)\d× \[\d\.\d+–\d\.\d+\] WebSocket\)/,
    );
  });

  it('depends on the sockets that wait for a further request, where they decide', () => {
    const { verdict } = against(manyListeners, { ...CHEAP, connectedBytes: 9_000 });
    expect(verdict.because).toMatch(/true for next to nothing .*, memory at rest .*; not for memory just connected/);
  });

  it.each([
    ['too much memory', { ...CHEAP, connectedBytes: 60e6 / 48 }],
    ['too much time', { ...CHEAP, cpuPerUpdateUs: 200 }],
  ])('%s is not next to nothing', (_what, cost) => {
    expect(against(manyListeners, cost).verdict.because).toMatch(/not for next to nothing/);
  });

  it('does not make a line of what is none', () => {
    const { verdict, measured } = against(manyListeners, {}, { noise: 1.5 });
    expect(verdict.because).toMatch(/undecided for memory just connected \(no straight line to compare\)/);
    expect(measured['sse']?.[1]).toContain('no line');
  });

  it('does not call equals less, nor a difference within the margin', () => {
    expect(against(manyListeners, {}).verdict.because).toMatch(/not for memory just connected/);
    expect(against(manyListeners, { restingBytes: 5_850 }).verdict.because).toMatch(/not for .*memory at rest/);
  });

  it('needs dozens for dozens, and repetitions for a word on processor time', () => {
    const { verdict } = against(manyListeners, CHEAP, { connections: [0, 10, 20, 40], repeats: 1 });
    expect(verdict.because).toMatch(/undecided for next to nothing \(no step had 48 listeners\), CPU per update/);
  });

  it('is not judged without one of the two', () => {
    const { verdict } = findingOf(manyListeners, { costs: { sse: SAME_COST } });
    expect(verdict).toMatchObject({ word: 'not measured', lacks: 'data' });
  });

  it('shows other ways beside them', () => {
    const { measured } = findingOf(manyListeners, {
      costs: { sse: SAME_COST, websocket: SAME_COST, 'sse+h2': SAME_COST },
    });
    expect(Object.keys(measured)).toEqual(['sse', 'websocket', 'SSE (HTTP/2)']);
  });
});

describe('passive listeners', () => {
  it('is confirmed where SSE is worse in nothing', () => {
    expect(against(passiveListener, {}).verdict).toMatchObject({ word: 'confirmed' });
    expect(against(passiveListener, CHEAP).verdict).toMatchObject({ word: 'confirmed' });
  });

  it('is refuted where SSE is worse in everything', () => {
    const worse = { ...DEAR, bytesPerUpdate: 500, deliveryNs: 4_000_000, lostWhenCut: 9 };
    expect(against(passiveListener, worse).verdict).toMatchObject({ word: 'refuted' });
  });

  it.each([
    ['memory at rest', { restingBytes: 9_000 }],
    ['CPU per update', { cpuPerUpdateUs: 30 }],
    ['bytes per update', { bytesPerUpdate: 421 }],
    ['delivery', { deliveryNs: 2_500_000 }],
    ['loss when cut off', { lostWhenCut: 5 }],
    ['loss when cut off', { lostByOthers: 1 }],
  ])('depends where it is worse in %s alone', (part, cost) => {
    const { verdict } = against(passiveListener, cost);
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toMatch(new RegExp(`; not for ${part} \\([^;]*\\)$`));
  });

  it('is not sure where the interval lies on both sides of the margin', () => {
    const { verdict } = against(passiveListener, { restingBytes: 6_300 }, { noise: 0.08 });
    expect(verdict.because).toMatch(
      /undecided for memory at rest \(SSE 1\.0\d× \[(?:0\.9|1\.0)\d–1\.[01]\d\] WebSocket\)/,
    );
    const less = against(manyListeners, { restingBytes: 5_700 }, { noise: 0.08 });
    expect(less.verdict.because).toMatch(/undecided for .*memory at rest \(SSE 0\.9\d× \[0\.\d\d–1\.0\d\] WebSocket\)/);
  });

  it('lets bytes differ by the margin', () => {
    expect(against(passiveListener, { bytesPerUpdate: 420 }).verdict).toMatchObject({ word: 'confirmed' });
  });

  it('does not take one lost update more for a difference', () => {
    const { verdict } = against(passiveListener, { lostWhenCut: 2 }, { connections: [0, 48], repeats: 6, noise: 0 });
    expect(verdict.because).toMatch(/undecided for loss when cut off \(SSE 12 of 60, WebSocket 6 of 60/);
  });

  it('cannot say what a cut does where none was made', () => {
    const { verdict, measured } = against(passiveListener, {}, { withCut: false });
    expect(verdict.because).toMatch(/undecided for loss when cut off \(no listener was cut off\)/);
    expect(measured['sse']?.join(' ')).not.toContain('cut off');
  });
});
