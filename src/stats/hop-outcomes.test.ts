import { describe, expect, it } from 'vitest';
import { CUT_IN_SILENCE, EVENTS_HELD, NO_SESSION, PASSES } from '../../test/fixtures/proxies-record.ts';
import { milliseconds } from '../units.ts';
import { addedNs, agreed, callRatio, firstEventNs, hopOutcomes, passesThrough } from './hop-outcomes.ts';

const { calls, events } = PASSES;

describe('hopOutcomes', () => {
  it('passes what came in time, and fails whatever needs a session that there is not', () => {
    const all = { session: 'pass', calls: 'pass', events: 'pass', silent: 'pass', beating: 'pass' };
    expect(hopOutcomes(PASSES)).toEqual(all);
    expect(hopOutcomes(NO_SESSION)).toEqual(Object.fromEntries(Object.keys(all).map((key) => [key, 'fail'])));
  });

  it.each([
    { what: 'all answered, as fast', hopNs: [1, 2, 3], outcome: 'pass' },
    { what: 'slower by less than the bound', hopNs: [101, 102, 103], outcome: 'pass' },
    { what: 'slower by more', hopNs: [102, 103, 104], outcome: 'held' },
    { what: 'one of three missing', hopNs: [1, 2], outcome: 'fail' },
  ])('calls, $what: $outcome', ({ hopNs, outcome }) => {
    expect(hopOutcomes({ ...PASSES, calls: { ...calls, hopNs: hopNs.map(milliseconds) } }).calls).toBe(outcome);
  });

  it.each([
    { delays: [1, 1, 500], pushed: false, outcome: 'pass' },
    { delays: [1, 100, 500], pushed: false, outcome: 'pass' },
    { delays: [1, 101, 500], pushed: false, outcome: 'held' },
    { delays: [1, 1, 1], pushed: true, outcome: 'held' },
    { delays: [1, 1, null], pushed: true, outcome: 'fail' },
  ])('events after $delays ms, pushed: $pushed: $outcome', ({ delays, pushed, outcome }) => {
    const delaysNs = delays.map((delay) => (delay === null ? null : milliseconds(delay)));
    expect(hopOutcomes({ ...PASSES, events: { ...events, delaysNs, pushed } }).events).toBe(outcome);
  });

  it('a silence is survived by an event and a call together', () => {
    expect(hopOutcomes(CUT_IN_SILENCE)).toMatchObject({ silent: 'fail', beating: 'pass' });
    for (const half of [{ called: false }, { eventNs: null }]) {
      const beating = { eventNs: milliseconds(1), called: true, lost: null, newSockets: 0, ...half };
      expect(hopOutcomes({ ...PASSES, idle: { ...PASSES.idle, beating } }).beating).toBe('fail');
    }
  });

  it('only what is not held back passes through', () => {
    expect([PASSES, CUT_IN_SILENCE, EVENTS_HELD, NO_SESSION].map((data) => passesThrough(hopOutcomes(data)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('what a hop costs', () => {
  it('is the difference and the ratio of medians, and nothing without calls', () => {
    expect([addedNs(PASSES), callRatio(PASSES)]).toEqual([milliseconds(1), 1.5]);
    expect([addedNs(NO_SESSION), callRatio(NO_SESSION)]).toEqual([undefined, undefined]);
  });

  it('the first event counts when it came by itself', () => {
    expect(firstEventNs(EVENTS_HELD)).toBe(milliseconds(1));
    expect(firstEventNs({ ...PASSES, events: { ...events, pushed: true } })).toBeUndefined();
    expect(firstEventNs(NO_SESSION)).toBeUndefined();
  });
});

it('agreed is what all say, and nothing where they differ or say nothing', () => {
  expect([agreed([1, 1]), agreed([1, 2]), agreed([])]).toEqual([1, undefined, undefined]);
});
