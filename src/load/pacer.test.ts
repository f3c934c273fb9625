import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clock, monotonicClock } from '../measure/clock.ts';
import { milliseconds, nanoseconds, plus } from '../units.ts';
import { type Pacer, spinPacer, timerPacer } from './pacer.ts';

/** Goes on by so much whenever somebody looks: a spinning loop ends by itself. */
function lookedAtClock(stepNs: number): Clock {
  let now = 0;
  return {
    now: () => nanoseconds((now += stepNs)),
    at: () => () => undefined,
  };
}

/** Announces arrivals in groups of these sizes, one group per turn of the event loop. */
function sleeperOf(groups: readonly number[]): Pick<Pacer, 'pace'> {
  return {
    pace: async (offsets, _startNs, signal, onDue) => {
      let index = 0;
      for (const size of [...groups, offsets.length]) {
        for (let left = size; left > 0 && index < offsets.length; left -= 1) onDue(index++);
        if (signal.aborted) return;
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    },
  };
}

const START = milliseconds(1);

async function paced(offsets: readonly number[], groups: readonly number[], clock = lookedAtClock(700)) {
  const met: { readonly index: number; readonly lateNs: number }[] = [];
  const pacer = spinPacer(clock, sleeperOf(groups));
  await pacer.pace(Float64Array.from(offsets), START, new AbortController().signal, (index) => {
    met.push({ index, lateNs: clock.now() - (START + (offsets[index] ?? 0)) });
  });
  return met;
}

describe('a pacer that spins', () => {
  test('calls once for every arrival, in order, never early, however it is woken', async () => {
    const gaps = fc.array(fc.nat(200_000), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(gaps, fc.array(fc.nat(5), { maxLength: 6 }), async (waits, groups) => {
        let sum = 0;
        const offsets = waits.map((wait) => (sum += wait));
        const met = await paced(offsets, groups);
        expect(met.map(({ index }) => index)).toEqual(offsets.map((_, index) => index));
        for (const { lateNs } of met) expect(lateNs).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 40 },
    );
  });

  test('is late by no more than a look or two, where it was woken in time', async () => {
    const met = await paced([1_000_000, 1_500_000, 9_000_000], []);
    for (const { lateNs } of met) expect(lateNs).toBeLessThan(3 * 700);
  });

  test('lets the event loop go on while it waits', async () => {
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    await paced([3_000_000], [1]);
    over = true;
    expect(turns).toBeGreaterThan(100);
  });

  test('asks to be woken a millisecond before', async () => {
    const asked: number[] = [];
    const sleeper: Pick<Pacer, 'pace'> = {
      pace: (offsets, startNs) => {
        asked.push(startNs + (offsets[0] ?? 0));
        return Promise.resolve();
      },
    };
    const pacer = spinPacer(lookedAtClock(100), sleeper);
    await pacer.pace(Float64Array.of(500_000), milliseconds(7), new AbortController().signal, () => undefined);
    expect(asked).toEqual([6_500_000]);
  });

  test('ends at the signal, with nothing more called', async () => {
    const aborter = new AbortController();
    const met: number[] = [];
    const pacer = spinPacer(lookedAtClock(1_000), sleeperOf([9]));
    await pacer.pace(Float64Array.of(0, 1e6, 2e6), START, aborter.signal, (index) => {
      met.push(index);
      if (index === 1) aborter.abort();
    });
    expect(met).toEqual([0, 1]);
  });
});

describe('on the real clock', () => {
  const clock = monotonicClock();
  const timer = timerPacer(clock);

  test.each([
    ['timer', timer],
    ['spin', spinPacer(clock, timer)],
  ])('%s calls once for each, in order, never early', async (_name, pacer) => {
    const offsets = Float64Array.from([0, 1, 1, 4, 4.5, 9].map((ms) => ms * 1e6));
    const startNs = plus(clock.now(), milliseconds(2));
    const met: { readonly index: number; readonly lateNs: number }[] = [];
    await pacer.pace(offsets, startNs, new AbortController().signal, (index) => {
      met.push({ index, lateNs: clock.now() - startNs - (offsets[index] ?? 0) });
    });
    expect(met.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { lateNs } of met) expect(lateNs).toBeGreaterThanOrEqual(0);
  });
});
