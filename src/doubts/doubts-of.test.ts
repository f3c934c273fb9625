/** Doubts about a measurement by itself: what makes them, and which numbers they take away. */
import { describe, expect, test } from 'vitest';
import { distributionOf, fixtureMeasurement } from '../../test/fixtures/record.ts';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import type { EndpointReading } from '../endpoint/commands.ts';
import type { Doubt, Measurement } from '../result/record.ts';
import { isValid } from '../result/record.ts';
import { bytes, milliseconds, nanoseconds } from '../units.ts';
import { type DoubtContext, doubtsOf, driftOf } from './doubts-of.ts';

const cell = FIXTURE_CELLS.find(({ id }) => id === 'tool-calls')!;
const COMPARABLE = {
  comparable: true,
  offsetLowNs: nanoseconds(-1),
  offsetHighNs: nanoseconds(1),
  evidence: 'same clock',
};

/** A measurement that nothing speaks against. */
const CLEAN: Measurement = {
  ...fixtureMeasurement(cell, 'websocket', 1),
  partMedians: Array.from({ length: 10 }, () => milliseconds(1)),
  hiccups: { maxNs: nanoseconds(0), totalNs: nanoseconds(0) },
};

function doubts(special: Partial<Measurement> = {}, context: Partial<DoubtContext> = {}): Doubt[] {
  const measurement = { ...CLEAN, ...special };
  const openAtEndpoint = {
    messagesUp: measurement.bytes.messagesUp,
    messagesDown: measurement.bytes.messagesDown,
  } as EndpointReading;
  return doubtsOf(measurement, {
    clock: COMPARABLE,
    openAtEndpoint,
    latestPublicationNs: nanoseconds(0),
    sessionsReopened: 0,
    lostBecause: undefined,
    ...context,
  });
}

const calls = (special: Partial<Measurement['calls']>) => ({
  calls: {
    ...CLEAN.calls,
    due: CLEAN.calls.ok,
    rejected: 0,
    disconnected: 0,
    wrong: 0,
    timedOut: 0,
    dropped: 0,
    ...special,
  },
});
const { ok } = CLEAN.calls;

test('a clean measurement has no doubts', () => {
  expect(doubts()).toEqual([]);
});

describe('numbers that are wrong', () => {
  test.each([
    ['calls', calls({ due: ok + 1 }), `calls due ${ok + 1}, accounted for ${ok}`],
    [
      'events',
      { notifications: { published: 3, delivered: 4, lost: -1, duplicated: 0, reordered: 0 } },
      'events sent 3, arrived 4',
    ],
    [
      'receivers',
      { fanOut: { deliveries: 5 } as Measurement['fanOut'] },
      'events arrived 0, receivers of what was sent 5',
    ],
    [
      'progress',
      { progress: { published: 3, delivered: 4, lost: -1, duplicated: 0, reordered: 0 } },
      'progress promised 3, arrived 4',
    ],
    [
      'bytes up',
      { bytes: { ...CLEAN.bytes, wireUp: bytes(7), driverWireUp: bytes(8) } },
      'bytes up: endpoint 7, driver 8',
    ],
    [
      'bytes down',
      { bytes: { ...CLEAN.bytes, wireDown: bytes(7), driverWireDown: bytes(8) } },
      'bytes down: endpoint 7, driver 8',
    ],
  ] as const)('%s that do not balance', (_, special, detail) => {
    expect(doubts(special)).toContainEqual({ kind: 'books-do-not-balance', detail });
    expect(isValid({ ...CLEAN, doubts: doubts(special) })).toBe(false);
  });

  test('messages that the endpoint counted otherwise', () => {
    const { messagesUp, messagesDown } = CLEAN.bytes;
    const openAtEndpoint = { messagesUp: messagesUp + 1, messagesDown: messagesDown - 1 } as EndpointReading;
    expect(doubts({}, { openAtEndpoint })).toEqual([
      { kind: 'books-do-not-balance', detail: `messages up: endpoint ${messagesUp + 1}, driver ${messagesUp}` },
      { kind: 'books-do-not-balance', detail: `messages down: endpoint ${messagesDown - 1}, driver ${messagesDown}` },
    ]);
  });

  test('of somebody else’s server only the driver has counted: there is nothing to differ from', () => {
    const theirs = {
      endpoint: null,
      bytes: { ...CLEAN.bytes, wireUp: null, wireDown: null, driverWireUp: bytes(8), driverWireDown: bytes(9) },
    };
    expect(doubts(theirs, { openAtEndpoint: null })).toEqual([]);
    // What the driver has counted must balance all the same.
    expect(doubts({ ...theirs, ...calls({ due: ok + 1 }) }, { openAtEndpoint: null })).toEqual([
      { kind: 'books-do-not-balance', detail: `calls due ${ok + 1}, accounted for ${ok}` },
    ]);
    // An endpoint of ours that has not counted is another matter.
    expect(doubts(theirs)).toEqual([
      { kind: 'books-do-not-balance', detail: 'bytes up: endpoint null, driver 8' },
      { kind: 'books-do-not-balance', detail: 'bytes down: endpoint null, driver 9' },
    ]);
  });

  test('without a wire neither end has counted bytes, and both agree', () => {
    const none = { wireUp: null, wireDown: null, driverWireUp: null, driverWireDown: null };
    expect(doubts({ bytes: { ...CLEAN.bytes, ...none } })).toEqual([]);
  });

  test.each(['wrong', 'misrouted', 'duplicated', 'unreadable'] as const)('one answer that was %s', (kind) => {
    const due = kind === 'wrong' ? ok + 1 : ok;
    expect(doubts(calls({ due, [kind]: 1 }))).toEqual([{ kind: 'wrong-answers', count: 1 }]);
  });

  test('nothing at all', () => {
    const none = {
      notifications: { published: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0 },
      offeredPerSec: null,
    };
    expect(doubts({ ...calls({ due: 0, ok: 0 }), ...none })).toEqual([
      { kind: 'nothing-measured', detail: 'nothing fell due' },
    ]);
    expect(doubts({ ...calls({ due: 0, ok: 0, errors: [] }), ...none }, { lostBecause: 'cut' })).toEqual([
      { kind: 'nothing-measured', detail: 'nothing fell due: cut' },
    ]);
    expect(doubts({ ...calls({ due: 2, ok: 0, rejected: 2, errors: ['no'] }), ...none })).toContainEqual({
      kind: 'nothing-measured',
      detail: 'no',
    });
    const lost = { published: 3, delivered: 0, lost: 3, duplicated: 0, reordered: 0 };
    expect(doubts({ ...calls({ due: 0, ok: 0, errors: [] }), ...none, notifications: lost })).toContainEqual({
      kind: 'nothing-measured',
      detail: 'nothing arrived',
    });
    const one = { ...lost, delivered: 1, lost: 2 };
    expect(doubts({ ...calls({ due: 0, ok: 0 }), ...none, notifications: one })).toEqual([
      { kind: 'lost-notifications', count: 2 },
    ]);
  });
});

describe('numbers that deserve a second look', () => {
  test.each(['rejected', 'disconnected', 'timedOut', 'dropped'] as const)('one call that was %s', (kind) => {
    expect(doubts(calls({ due: ok + 1, [kind]: 1, errors: ['why'] }))).toEqual([
      { kind: 'errors', count: 1, example: 'why' },
    ]);
    expect(isValid({ ...CLEAN, doubts: doubts(calls({ due: ok + 1, [kind]: 1 })) })).toBe(true);
  });

  test('dropped calls leave no error of their own', () => {
    expect(doubts(calls({ due: ok + 1, dropped: 1, errors: [] }))).toEqual([
      { kind: 'errors', count: 1, example: 'dropped: too many were in flight' },
    ]);
  });

  test('lost progress counts as lost events do', () => {
    const lossy = { published: 3, delivered: 2, lost: 1, duplicated: 0, reordered: 0 };
    expect(doubts({ notifications: lossy, progress: lossy })).toEqual([{ kind: 'lost-notifications', count: 2 }]);
  });

  test('clocks that cannot be compared matter where something was delivered', () => {
    const clock = { ...COMPARABLE, comparable: false, evidence: 'exclude 0' };
    expect(doubts({}, { clock })).toEqual([]);
    const delivered = { published: 1, delivered: 1, lost: 0, duplicated: 0, reordered: 0 };
    expect(doubts({ notifications: delivered }, { clock })).toEqual([
      { kind: 'clock-not-comparable', detail: 'exclude 0' },
    ]);
  });

  test('a driver above 80 % of what it can against a mirror', () => {
    const perSec = (CLEAN.calls.ok * 1e9) / CLEAN.elapsedNs;
    expect(doubts({}, { ceilingPerSec: perSec / 0.8 })).toEqual([]);
    const [found, ...more] = doubts({}, { ceilingPerSec: perSec / 0.81 });
    expect(more).toEqual([]);
    expect(found).toMatchObject({ kind: 'driver-saturated', utilisation: CLEAN.driver.utilisation });
    expect(found).toHaveProperty('ceilingShare', expect.closeTo(0.81));
  });

  test('send lag: p99 above 3 ms', () => {
    const lag = (ms: number) => ({ sendLag: distributionOf(Array.from({ length: 100 }, () => ms * 1e6)) });
    expect(doubts(lag(3))).toEqual([]);
    expect(doubts(lag(3.1))).toEqual([{ kind: 'send-lag', p99Ns: 3.1e6, limitNs: 3e6 }]);
    // One in a hundred may be late.
    expect(doubts({ sendLag: distributionOf([...Array<number>(99).fill(0), 50e6]) })).toEqual([]);
    expect(doubts({ sendLag: distributionOf([]) })).toEqual([]);
  });

  test.each([
    [
      'driver-saturated',
      0.7,
      0.701,
      (value: number) => ({ driver: { ...CLEAN.driver, utilisation: value } }),
      'utilisation',
    ],
    [
      'hiccup',
      25e6,
      25e6 + 1,
      (value: number) => ({ hiccups: { maxNs: nanoseconds(value), totalNs: nanoseconds(value) } }),
      'maxNs',
    ],
    [
      'gc-pause',
      50e6,
      50e6 + 1,
      (value: number) => ({ driver: { ...CLEAN.driver, gcMaxNs: nanoseconds(value) } }),
      'maxNs',
    ],
    [
      'gc-pause',
      50e6,
      50e6 + 1,
      (value: number) => ({ endpoint: { ...CLEAN.endpoint!, gcMaxNs: nanoseconds(value) } }),
      'maxNs',
    ],
  ] as const)('%s: at %d not yet, at %d', (kind, within, beyond, special, key) => {
    expect(doubts(special(within))).toEqual([]);
    expect(doubts(special(beyond))).toMatchObject([{ kind, [key]: beyond }]);
  });

  test('sessions that had to be opened again are said', () => {
    expect(doubts({}, { sessionsReopened: 2 })).toEqual([{ kind: 'sessions-reopened', count: 2 }]);
  });

  test('events that went out more than 20 ms late', () => {
    const limitNs = milliseconds(20);
    expect(doubts({}, { latestPublicationNs: limitNs })).toEqual([]);
    const latestNs = nanoseconds(limitNs + 1);
    expect(doubts({}, { latestPublicationNs: latestNs })).toEqual([{ kind: 'late-publications', latestNs, limitNs }]);
  });

  test('a rate that was not reached: below nine tenths of what was offered', () => {
    expect(doubts({ offeredPerSec: 100, achievedPerSec: 90 })).toEqual([]);
    expect(doubts({ offeredPerSec: 100, achievedPerSec: 89.9 })).toEqual([
      { kind: 'rate-not-reached', offeredPerSec: 100, achievedPerSec: 89.9 },
    ]);
    expect(doubts({ offeredPerSec: null, achievedPerSec: 0 })).toEqual([]);
  });

  test('a transport without an endpoint process has no garbage collection there', () => {
    expect(doubts({ endpoint: null })).toEqual([]);
  });

  const parts = (...values: (number | null)[]) => values.map((value) => (value === null ? null : nanoseconds(value)));
  /** From 1000 − half to 1000 + half. */
  const ramp = (half: number) => parts(...Array.from({ length: 11 }, (_, index) => 1_000 + (half * (index - 5)) / 5));

  test('a relay that adds more than a tenth of its round trip, by its own ping', () => {
    const relayed = (addedP50Ns: number) =>
      doubts(
        {},
        {
          relayCheck: {
            roundTripNs: milliseconds(10),
            pings: 50,
            addedP50Ns: nanoseconds(addedP50Ns),
            addedP90Ns: nanoseconds(9e6),
          },
        },
      );
    expect(relayed(1_000_000)).toEqual([]);
    expect(relayed(1_000_001)).toEqual([{ kind: 'relay-error', addedNs: 1_000_001, roundTripNs: 10_000_000 }]);
    // One that is too quick is as wrong.
    expect(relayed(-1_000_001)).toEqual([{ kind: 'relay-error', addedNs: -1_000_001, roundTripNs: 10_000_000 }]);
  });

  test.each([
    ['lan', 0.5, 2],
    ['wan', 40, 4],
  ])('a relay that is late under load, over %s', (_, roundTripMs, limitMs) => {
    const addedP50Ns = nanoseconds(0);
    const relayCheck = { roundTripNs: milliseconds(roundTripMs), pings: 50, addedP50Ns, addedP90Ns: addedP50Ns };
    const late = (p99Ns: number) =>
      doubts(
        { relay: { chunks: 100, p50Ns: nanoseconds(5e6), p99Ns: nanoseconds(p99Ns), maxNs: nanoseconds(9e9) } },
        { relayCheck },
      );
    const limitNs = milliseconds(limitMs);
    expect(late(limitNs)).toEqual([]);
    expect(late(limitNs + 1)).toEqual([{ kind: 'relay-late', p99Ns: limitNs + 1, limitNs }]);
  });

  test('drift over the window: a quarter of the median', () => {
    expect(doubts({ partMedians: ramp(125) })).toEqual([]);
    expect(doubts({ partMedians: ramp(126) })).toMatchObject([{ kind: 'not-steady' }]);
    expect(doubts({ partMedians: ramp(-200) })).toMatchObject([{ kind: 'not-steady', driftShare: -0.4 }]);
  });

  test('drift is the slope of the middle, blind to an outlier and to holes', () => {
    expect(driftOf(ramp(100))).toBeCloseTo(0.2);
    expect(driftOf(parts(1_000, 1_000, 50_000, 1_000, 1_000, 1_000, 1_000))).toBe(0);
    expect(driftOf(parts(900, null, 950, null, 1_000, null, 1_050, null, 1_100))).toBeCloseTo(0.2);
    expect(driftOf(parts(1, 2, 3, 4))).toBeUndefined();
    expect(driftOf(parts(null, 1, 2, 3, 4))).toBeUndefined();
    expect(driftOf(parts(0, 0, 0, 0, 0))).toBeUndefined();
  });
});

describe('several drivers and their probe', () => {
  const share = ({ clients, calls: books, serviceTime }: Measurement) => ({
    clients,
    calls: books,
    serviceTime,
    cpuUs: 1,
    utilisation: 0.1,
  });
  const probed = (special: Partial<Measurement['calls']>): Partial<Measurement> => ({
    team: {
      drivers: [share(CLEAN), share(CLEAN)],
      probe: { calls: { ...CLEAN.calls, ...special }, serviceTime: CLEAN.serviceTime },
    },
  });

  test('that agree raise none', () => {
    expect(doubts(probed({}))).toEqual([]);
  });

  test.each(['wrong', 'misrouted', 'duplicated', 'unreadable'] as const)(
    'one answer to the probe that was %s makes the numbers wrong, though it is in none of them',
    (kind) => {
      const found = doubts(probed({ [kind]: 1 }));
      expect(found).toEqual([{ kind: 'wrong-answers', count: 1 }]);
      expect(isValid({ ...CLEAN, doubts: found })).toBe(false);
    },
  );

  test.each(['rejected', 'disconnected', 'timedOut', 'dropped'] as const)(
    'one call of the probe that was %s',
    (kind) => {
      const found = doubts({
        ...calls({ timedOut: 2, due: CLEAN.calls.ok + 2 }),
        ...probed({ [kind]: 1, errors: ['cut'] }),
      });
      expect(found).toEqual([{ kind: 'errors', count: 3, example: 'of the probe: cut' }]);
    },
  );
});
