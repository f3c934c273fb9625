/** The driver's books, with an endpoint in the same process and no wire between the two. */
import { expect, test } from 'vitest';
import { echo, scenarioOf } from '../../test/fixtures/cells.ts';
import { endpointHandlers } from '../endpoint/host.ts';
import { timerPacer } from '../load/pacer.ts';
import { monotonicClock } from '../measure/clock.ts';
import type { Publication } from '../scenario/scenario.ts';
import { defaultVariant } from '../scenario/variant.ts';
import { bytes, milliseconds, minus, nanoseconds, perSecond } from '../units.ts';
import { driverHandlers } from './host.ts';

const SEED = 4;
const MAX_MESSAGE = bytes(2 ** 20);
const feed: Publication = {
  topic: 'feed',
  arrivals: 'constant',
  ratePerSec: perSecond(200),
  payloadBytes: bytes(16),
  subscribers: 2,
};

/** Two clients that call and listen. */
async function opened() {
  const clock = monotonicClock();
  const endpoint = endpointHandlers(clock, () => undefined);
  const driver = driverHandlers(
    clock,
    () => timerPacer(clock),
    () => Promise.reject(new Error('nobody starts a server here')),
  );
  const variant = defaultVariant('loopback');
  const { address, certificate } = await endpoint.start({ variant, seed: SEED, maxMessageBytes: MAX_MESSAGE });
  await driver.start({ variant, address, certificate, seed: SEED, maxMessageBytes: MAX_MESSAGE, coldServerCalls: 0 });
  await driver.open({
    scenario: scenarioOf({
      name: 'both',
      clients: 2,
      scripts: [{ name: 'ask', weight: 1, steps: [echo(16)] }],
      load: { kind: 'open', arrivals: 'constant', ratePerSec: perSecond(100), maxInFlight: 10 },
      publish: [feed],
      window: { timeNs: milliseconds(50), calls: undefined },
    }),
  });
  return { clock, endpoint, driver };
}

test('what was published before the order to run came is in the books, on a machine that is late with everything', async () => {
  const { clock, endpoint, driver } = await opened();
  const startNs = minus(clock.now(), milliseconds(60));
  await driver.prepare({ kind: 'window', startNs, run: 2, seed: SEED, pacing: 'timer' });
  await endpoint.begin({ stall: undefined, startNs });
  // Everything is due at once: it all goes out before the driver is told to run.
  const published = await endpoint.publish({
    run: 2,
    publications: [feed],
    seed: SEED,
    startNs,
    durationNs: milliseconds(50),
  });
  expect(published).toMatchObject({ published: 20, events: [10] });
  await driver.run(undefined);
  const reading = await driver.collect(published);
  expect(reading.notifications).toEqual({ published: 20, delivered: 20, lost: 0, duplicated: 0, reordered: 0 });
  expect(reading.fanOut).toMatchObject({ events: 10, complete: 10, deliveries: 20 });
  expect(reading.calls).toMatchObject({ due: 5, ok: 5 });
  expect(reading.messagesDown).toBe((await endpoint.read(undefined)).messagesDown);
  await driver.release(undefined);
});

test('a phase is prepared before it is run, and clients are opened before that', async () => {
  const { driver } = await opened();
  await expect(driver.run(undefined)).rejects.toThrow('no phase was prepared');
  await driver.release(undefined);
  expect(() =>
    driver.prepare({ kind: 'window', startNs: nanoseconds(0), run: 2, seed: SEED, pacing: 'timer' }),
  ).toThrow('no scenario was opened');
});
