import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ManualClock, monotonicClock } from '../measure/clock.ts';
import { milliseconds } from '../units.ts';
import { controlHandlers } from './host.ts';
import { measureControl } from './measure-control.ts';

/** Children of this process that are ends of a control. */
const controls = (): readonly string[] =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '' && cmdline(pid).includes('bin/control.js'));

function cmdline(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

test('is measured, says what an exchange takes, and leaves nobody behind', async () => {
  const { signal } = new AbortController();
  const measured = measureControl({ block: 3, attempt: 1, cores: undefined, signal });
  await expect.poll(() => controls().length, { timeout: 20_000, interval: 2 }).toBe(2);
  const control = await measured;
  expect(control).toMatchObject({ block: 3, attempt: 1 });
  expect(control!.exchanges).toBeGreaterThan(10);
  expect(control!.p50Ns).toBeGreaterThan(0);
  expect(control!.cpuUs).toBeGreaterThan(0);
  expect(controls()).toEqual([]);
});

test('ends at once, both ends of it, when the run is interrupted, and is not begun after', async () => {
  const aborter = new AbortController();
  const interrupted = measureControl({ block: 0, attempt: 0, cores: undefined, signal: aborter.signal });
  await expect.poll(() => controls().length, { timeout: 20_000, interval: 2 }).toBe(2);
  aborter.abort();
  expect(await interrupted).toBeUndefined();
  expect(controls()).toEqual([]);
  expect(await measureControl({ block: 0, attempt: 0, cores: undefined, signal: aborter.signal })).toBeUndefined();
});

test('on a core that there is not, it is not measured', async () => {
  const { signal } = new AbortController();
  const cores = { server: 99_999, client: 99_999 };
  expect(await measureControl({ block: 0, attempt: 0, cores, signal })).toBeUndefined();
  expect(controls()).toEqual([]);
});

test('without a connection there is nothing to exchange', () => {
  expect(() => controlHandlers(new ManualClock()).exchange({ forNs: milliseconds(1) })).toThrow('no connection yet');
});

test('every answer is awaited before the next is sent', async () => {
  const clock = monotonicClock();
  const [server, client] = [controlHandlers(clock), controlHandlers(clock)];
  const { port } = await server.listen(undefined);
  await client.connect({ port });
  const beganNs = clock.now();
  const { exchanges, p50Ns } = await client.exchange({ forNs: milliseconds(20) });
  const tookNs = clock.now() - beganNs;
  expect(exchanges).toBeGreaterThan(1);
  // One after the other: the slower half of the round trips fits into the time that all took.
  expect((p50Ns * exchanges) / 2).toBeLessThanOrEqual(tookNs);
  expect((await client.exchange({ forNs: milliseconds(0) })).exchanges).toBe(1);
});
