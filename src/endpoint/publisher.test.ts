import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../measure/clock.ts';
import { derivedSeed } from '../scenario/random.ts';
import { scheduleArrivals, TIMER_GRID_NS } from '../scenario/arrivals.ts';
import type { Publication } from '../scenario/scenario.ts';
import { bytes, milliseconds, type Nanoseconds, nanoseconds, perSecond, plus, seconds } from '../units.ts';
import type { PublishOrder, PublishReport } from './commands.ts';
import { type Publish, runPublications } from './publisher.ts';

const START_NS = milliseconds(8);
const publication = (special: Partial<Publication> = {}): Publication => ({
  topic: 'feed',
  arrivals: 'constant',
  ratePerSec: perSecond(100),
  payloadBytes: bytes(64),
  subscribers: 2,
  ...special,
});
const order = (publications: readonly Publication[], durationMs = 100): PublishOrder => ({
  run: 2,
  publications,
  seed: 9,
  startNs: START_NS,
  durationNs: milliseconds(durationMs),
});

type Sent = Parameters<Publish>[0] & { readonly atNs: number; readonly size: number };

interface Published {
  readonly clock: ManualClock;
  readonly sent: Sent[];
  readonly aborter: AbortController;
  readonly report: Promise<PublishReport>;
}

function start(asked: PublishOrder, reached = 2): Published {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const aborter = new AbortController();
  const publish: Publish = (event, payload) => {
    sent.push({ ...event, atNs: clock.now(), size: payload });
    return reached;
  };
  return { clock, sent, aborter, report: runPublications(asked, publish, clock, aborter.signal) };
}

test('every event goes out when its calendar says so, numbered, and each subscriber counts', async () => {
  const { clock, sent, report } = start(
    order([publication(), publication({ topic: 'other', arrivals: 'poisson', ratePerSec: perSecond(300) })]),
  );
  await clock.advanceTo(seconds(1));
  for (const topic of ['feed', 'other']) {
    const own = sent.filter((event) => event.topic === topic);
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, index) => index));
    expect(own.every(({ atNs, dueNs, run, size }) => atNs === dueNs && run === 2 && size === 64)).toBe(true);
  }
  expect(sent.filter(({ topic }) => topic === 'feed').map(({ dueNs }) => (dueNs - START_NS) / 1e6)).toEqual([
    5, 15, 25, 35, 45, 55, 65, 75, 85, 95,
  ]);
  expect(await report).toEqual({
    published: 2 * sent.length,
    events: ['feed', 'other'].map((topic) => sent.filter((event) => event.topic === topic).length),
    latestNs: 0,
  });
});

test('what goes out late keeps the instant it was due at, and the worst lateness is told', async () => {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const late = {
    now: () => clock.now(),
    at: (instant: Nanoseconds, callback: () => void) => clock.at(plus(instant, milliseconds(7)), callback),
  };
  const publish: Publish = (event, size) => sent.push({ ...event, atNs: clock.now(), size });
  const report = runPublications(order([publication()]), publish, late, new AbortController().signal);
  await clock.advanceTo(seconds(1));
  expect(sent.map(({ dueNs, atNs }) => [dueNs - START_NS, atNs - dueNs].map((ns) => ns / 1e6))[9]).toEqual([95, 7]);
  expect((await report).latestNs).toBe(milliseconds(7));
});

test('nobody is reached: what was meant for the listeners counts all the same', async () => {
  const { clock, sent, report } = start(order([publication()]), 0);
  await clock.advanceTo(seconds(1));
  expect(sent).toHaveLength(10);
  expect(await report).toEqual({ published: 20, events: [10], latestNs: 0 });
});

test('a publication without listeners here keeps its place, and its events are none', async () => {
  const { clock, report } = start({ ...order([]), publications: [null, publication({ subscribers: 3 })] });
  await clock.advanceTo(seconds(1));
  expect(await report).toEqual({ published: 30, events: [0, 10], latestNs: 0 });
});

test('told to stop, it answers at once and sends nothing more', async () => {
  const { clock, sent, aborter, report } = start(order([publication({ ratePerSec: perSecond(1) })], 60_000));
  await clock.advanceTo(milliseconds(1_000));
  expect(sent).toHaveLength(1);
  aborter.abort();
  expect(await report).toEqual({ published: 2, events: [1], latestNs: 0 }); // No turn of the clock was needed.
  await clock.advanceTo(seconds(10));
  expect(sent).toHaveLength(1);
});

test('told to stop before it began, it sends nothing', async () => {
  const { clock, sent, aborter, report } = start(order([publication()]));
  aborter.abort();
  expect(await report).toEqual({ published: 0, events: [0], latestNs: 0 });
  await clock.advanceTo(seconds(1));
  expect(sent).toEqual([]);
});

test('no publications, nothing to wait for', async () => {
  expect(await start(order([])).report).toEqual({ published: 0, events: [], latestNs: 0 });
});

test('counts and instants are the schedule’s, for any rate, seed and arrivals', async () => {
  const asked = fc.record({
    rate: fc.integer({ min: 1, max: 400 }),
    arrivals: fc.constantFrom('constant', 'poisson'),
    seed: fc.nat(1e6),
    durationMs: fc.integer({ min: 1, max: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ rate, arrivals, seed, durationMs }) => {
      const one = { ...order([publication({ arrivals, ratePerSec: perSecond(rate) })], durationMs), seed };
      const { clock, sent, report } = start(one);
      await clock.advanceTo(seconds(2));
      const expected = scheduleArrivals({
        arrivals,
        ratePerSec: perSecond(rate),
        durationNs: milliseconds(durationMs),
        seed: derivedSeed(seed, 'publication 0'),
        gridNs: TIMER_GRID_NS,
      });
      expect(sent.map(({ dueNs }) => dueNs)).toEqual(
        [...expected].map((offset) => plus(START_NS, nanoseconds(offset))),
      );
      expect((await report).published).toBe(2 * expected.length);
    }),
    { numRuns: 40 },
  );
});
