/** How late the driver itself is in an open loop, and what of a core it takes to be no later; by each way of keeping a calendar. */
import { threadPacer } from '#dist/load/pacer.js';
import { monotonicClock } from '#dist/measure/clock.js';
import { decodeHistogram } from '#dist/measure/histogram.js';
import { isValid } from '#dist/result/record.js';
import { scheduleArrivals } from '#dist/scenario/arrivals.js';
import { milliseconds, nanoseconds, perSecond, plus } from '#dist/units.js';
import { atMost, gateLine, median } from '../support/gate-line.js';
import { measure } from '../support/measure.js';

const WINDOW_MS = 5_000;

interface Lag {
  readonly p50Us: number;
  readonly p99Us: number;
  /** Of the driver's process, in cores. */
  readonly cores: number;
}

async function lagOf(pacing: string, perSec: number, seed: number): Promise<Lag> {
  const scenario = `
name: paced
title: By the calendar
shows: how late the driver is
clients: 8
scripts: [{ name: echo, steps: [{ call: echo, send: 64B }] }]
load: { model: open, rate: ${perSec}/s }
pacing: ${pacing}
warmup: { time: 3s }
window: { time: ${WINDOW_MS}ms }
`;
  const record = await measure({ arms: ['websocket+lean'], scenario, trials: 1, seed });
  const measurement = record.trials[0]?.measurements.find(isValid);
  if (measurement === undefined) throw new Error(`no valid measurement, ${pacing} at ${perSec} a second`);
  const { sendLag, driver, elapsedNs } = measurement;
  const lag = decodeHistogram(sendLag);
  return {
    p50Us: (lag.valueAtQuantile(0.5) ?? Number.NaN) / 1_000,
    p99Us: (lag.valueAtQuantile(0.99) ?? Number.NaN) / 1_000,
    cores: ((driver.cpuUserUs + driver.cpuSystemUs) * 1_000) / elapsedNs,
  };
}

/** What the thread that keeps a calendar takes of a core, and how late it is, where nothing is called. */
async function pacerAlone(perSec: number, seed: number): Promise<Pick<Lag, 'p50Us' | 'cores'>> {
  const clock = monotonicClock();
  const pacer = threadPacer();
  const options = { arrivals: 'poisson', ratePerSec: perSecond(perSec), gridNs: nanoseconds(0) } as const;
  const offsets = scheduleArrivals({ ...options, durationNs: milliseconds(WINDOW_MS), seed });
  const lateUs: number[] = [];
  const startNs = plus(clock.now(), milliseconds(100));
  const begin = process.cpuUsage();
  await pacer.pace(offsets, startNs, new AbortController().signal, (index) => {
    lateUs.push((clock.now() - startNs - (offsets[index] ?? 0)) / 1_000);
  });
  const { user, system } = process.cpuUsage(begin);
  await pacer.close();
  return { p50Us: median(lateUs), cores: (user + system) / (1_000 * WINDOW_MS) };
}

/** Answers whether each bound holds. */
export async function sendLag(rounds: number): Promise<readonly boolean[]> {
  console.log('Send lag of an open loop over WebSocket, lean client, with a core of its own:');
  const passed: boolean[] = [];
  for (const perSec of [1_000, 10_000]) {
    const seen: Record<'spin' | 'thread' | 'timer', Lag[]> = { spin: [], thread: [], timer: [] };
    for (let round = 0; round < rounds; round += 1)
      for (const pacing of ['spin', 'thread', 'timer'] as const)
        seen[pacing].push(await lagOf(pacing, perSec, round + 1));
    for (const [pacing, lags] of Object.entries(seen))
      console.log(
        `      ${perSec}/s ${pacing}: p50 ${median(lags.map((lag) => lag.p50Us)).toFixed(1)} µs, p99 ${median(lags.map((lag) => lag.p99Us)).toFixed(0)} µs, ${(100 * median(lags.map((lag) => lag.cores))).toFixed(0)} % of a core`,
      );
    const { spin, thread } = seen;
    passed.push(
      gateLine(
        `${perSec}/s spin: p50 in µs`,
        spin.map((lag) => lag.p50Us),
        atMost(1),
      ),
      gateLine(
        `${perSec}/s spin: p99 in µs`,
        spin.map((lag) => lag.p99Us),
        atMost(200),
        0,
      ),
      gateLine(
        `${perSec}/s thread: p50 in µs`,
        thread.map((lag) => lag.p50Us),
        atMost(120),
        0,
      ),
    );
    if (perSec === 1_000) passed.push(await threadShare(perSec, rounds));
  }
  return passed;
}

/** Of the pacing: what the calls take of the core is theirs, and stands in the lines above. */
async function threadShare(perSec: number, rounds: number): Promise<boolean> {
  const alone: Pick<Lag, 'p50Us' | 'cores'>[] = [];
  for (let round = 0; round < rounds; round += 1) alone.push(await pacerAlone(perSec, round + 1));
  console.log(`      ${perSec}/s thread, nothing called: p50 ${median(alone.map((lag) => lag.p50Us)).toFixed(1)} µs`);
  return gateLine(
    `${perSec}/s thread: share of a core`,
    alone.map((lag) => lag.cores),
    atMost(0.1),
  );
}
