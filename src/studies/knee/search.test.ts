import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../scenario/random.ts';
import { type Answer, type Asked, CURVE_SHARES, type Found, PRECISION, type Reply, searchKnee } from './search.ts';

const RANGE = { fromPerSec: 500, mostPerSec: 100_000 };
/** More than any search makes. */
const BOUND = 200;

interface Run {
  readonly found: Found;
  readonly asked: readonly Asked[];
}

/** Searches to its end, or to the bound of probes, which answers `'stop'`. */
function run(probe: (asked: Asked, number: number) => Reply, range = RANGE, most = BOUND): Run {
  const search = searchKnee(range);
  const asked: Asked[] = [];
  let step = search.next();
  while (step.done !== true) {
    const number = asked.length;
    if (number >= most) step = search.next('stop');
    else {
      asked.push(step.value);
      step = search.next(probe(step.value, number));
    }
  }
  return { found: step.value, asked };
}

/** Without noise: kept up to the true rate. */
const exactly =
  (knee: number) =>
  ({ ratePerSec }: Asked): Answer =>
    ratePerSec <= knee ? 'ok' : 'not-ok';

describe('a search without noise', () => {
  test('brackets the true rate, as closely as it promises', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 90_000 }), (knee) => {
        const { found, asked } = run(exactly(knee));
        expect(found.ending).toBe('confirmed');
        const { lowPerSec, highPerSec } = found;
        if (lowPerSec === null || highPerSec === null) throw new Error('a confirmed search has both');
        expect(lowPerSec).toBeLessThanOrEqual(knee);
        expect(highPerSec).toBeGreaterThan(knee);
        expect(highPerSec / lowPerSec).toBeLessThanOrEqual(PRECISION);
        expect(asked.length).toBeLessThan(60);
      }),
    );
  });

  test('looks along the way there once it is confirmed', () => {
    const { found, asked } = run(exactly(7_000));
    const curve = asked.filter(({ purpose }) => purpose === 'curve').map(({ ratePerSec }) => ratePerSec);
    expect(curve).toEqual(CURVE_SHARES.map((share) => share * (found.lowPerSec ?? 0)));
    expect(asked.slice(-curve.length).every(({ purpose }) => purpose === 'curve')).toBe(true);
  });

  test('says so where nothing is sustained, and where everything is', () => {
    expect(run(() => 'not-ok').found).toEqual({ lowPerSec: null, highPerSec: 500 / 64, ending: 'never-kept' });
    expect(run(() => 'ok').found).toEqual({ lowPerSec: 100_000, highPerSec: null, ending: 'always-kept' });
    const { asked } = run(() => 'ok');
    expect(Math.max(...asked.map(({ ratePerSec }) => ratePerSec))).toBe(100_000);
  });

  test('wherever it is stopped, it keeps what it knows by then, and asks no more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (most) => {
        const { found, asked } = run(exactly(7_000), RANGE, most);
        expect(asked.length).toBeLessThanOrEqual(most);
        if (found.lowPerSec !== null) expect(found.lowPerSec).toBeLessThanOrEqual(7_000);
        if (found.highPerSec !== null) expect(found.highPerSec).toBeGreaterThan(7_000);
        if (most < 20) expect(found.ending).toBe('out-of-bounds');
      }),
    );
  });
});

describe('a search among disturbances', () => {
  test('one stall does not decide a rate: the third probe does', () => {
    for (let stalled = 0; stalled < 24; stalled += 1) {
      const { found } = run((asked, number) => (number === stalled ? 'not-ok' : exactly(7_000)(asked)));
      expect(found.ending).toBe('confirmed');
      expect(found.lowPerSec).toBeGreaterThan(7_000 / PRECISION);
    }
  });

  test('a probe that is known to have been disturbed is made again, but not for ever', () => {
    const { found, asked } = run((one, number) => (number % 2 === 0 ? 'disturbed' : exactly(7_000)(one)));
    expect(found.lowPerSec).toBeGreaterThan(7_000 / PRECISION);
    expect(asked.length).toBeLessThan(120);
    expect(run(() => 'disturbed').found.ending).toBe('never-kept');
  });

  test('what cannot be confirmed is said not to be', () => {
    const { found, asked } = run((one) => (one.purpose === 'confirm' ? 'not-ok' : exactly(7_000)(one)));
    expect(found.ending).toBe('unconfirmed');
    expect(asked.filter(({ purpose }) => purpose === 'curve')).toEqual([]);
  });
});

/**
 * One server, exponential service times, Poisson arrivals (Lindley's recursion for the waiting time), looked at as a probe
 * is: a warm-up, a window, and the nearest rank of its response times. One of twenty windows is hit by a stall.
 */
class SimulatedServer {
  readonly #random;
  readonly #servedPerSec: number;

  constructor(seed: number, servedPerSec: number) {
    this.#random = seededRandom(seed);
    this.#servedPerSec = servedPerSec;
  }

  probe({ ratePerSec }: Asked): Answer {
    const { windowS, warmupS, limitS, stallShare, stallS } = QUEUE;
    const stallAt = this.#random.uniform() < stallShare ? warmupS + this.#random.uniform() * windowS : Infinity;
    const times: number[] = [];
    let [now, waited, previous, isStalled] = [0, 0, 0, false];
    while (now < warmupS + windowS) {
      const gap = this.#random.exponential() / ratePerSec;
      now += gap;
      waited = Math.max(0, waited + previous - gap);
      previous = this.#random.exponential() / this.#servedPerSec;
      if (!isStalled && now >= stallAt) {
        isStalled = true;
        previous += stallS;
      }
      if (now >= warmupS) times.push(waited + previous);
      // A queue that has grown this long does not come back within the window.
      if (waited > 20 * limitS + stallS) return 'not-ok';
    }
    times.sort((a, b) => a - b);
    return (times[Math.ceil(0.99 * times.length) - 1] ?? 0) <= limitS ? 'ok' : 'not-ok';
  }
}

const QUEUE = { windowS: 1, warmupS: 0.3, limitS: 0.01, stallShare: 0.05, stallS: 0.3 };

/** Response times of M/M/1 are exponential with rate µ − λ: p99 = ln 100 ÷ (µ − λ). */
const trueKnee = (servedPerSec: number): number => servedPerSec - Math.log(100) / QUEUE.limitS;

test(
  'on a queue of which one window in twenty is stalled, 95 of 100 searches end within 5 % of the truth',
  { timeout: 60_000 },
  () => {
    const seeds = 60;
    const servedPerSec = 10_000;
    const truth = trueKnee(servedPerSec);
    const errors = Array.from({ length: seeds }, (_, seed) => {
      const server = new SimulatedServer(seed + 1, servedPerSec);
      const { found } = run((asked) => server.probe(asked));
      return (found.lowPerSec ?? 0) / truth - 1;
    });
    const within = errors.filter((error) => Math.abs(error) <= 0.05).length;
    const sorted = errors.toSorted((a, b) => a - b).map((error) => error.toFixed(3));
    expect(within, `errors: ${sorted.join(' ')}`).toBeGreaterThanOrEqual(0.95 * seeds);
  },
);
