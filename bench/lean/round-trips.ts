/**
 * One connection: the median round trip of a lean client against the mirror, over that of bare sockets that exchange as many
 * bytes and know nothing of them. Two processes on the same two cores each time, in an order that turns.
 */
import { monotonicClock } from '#dist/measure/clock.js';
import { decodeHistogram } from '#dist/measure/histogram.js';
import { HiccupMeter } from '#dist/measure/hiccup-meter.js';
import { expandCells } from '#dist/scenario/cells.js';
import { parseScenario } from '#dist/scenario/parse-scenario.js';
import { measureEcho } from '#dist/studies/attribution/bare-echo.js';
import { loadTransport } from '#dist/transports/discover.js';
import { checkClocks } from '#dist/trial/clock-handshake.js';
import { measureCell, warmUpProcesses } from '#dist/trial/measure-cell.js';
import { choosePlacement } from '#dist/trial/placement.js';
import { startProcesses } from '#dist/trial/processes.js';
import { processWarmup } from '#dist/trial/run-trial.js';
import { pinProcess } from '#dist/child/pin.js';
import { milliseconds, seconds } from '#dist/units.js';
import { armsOf } from '../support/arms.js';
import { atMost, gateLine, median } from '../support/gate-line.js';

const ARMS = ['websocket+lean', 'sse+lean', 'streamable-http+lean', 'streamable-http+json+lean', 'stdio+lean'];
const SCENARIO = `
name: one
title: One call after the other
shows: a round trip
scripts: [{ name: echo, steps: [{ call: echo, send: 128B }] }]
load: { model: closed }
warmup: { time: 500ms }
window: { time: 1500ms }
`;

const clock = monotonicClock();
const placement = choosePlacement();

interface RoundTrip {
  readonly p50Us: number;
  readonly upBytes: number;
  readonly downBytes: number;
}

async function lean(word: string): Promise<RoundTrip> {
  const [arm] = await armsOf([word]);
  const [cell] = expandCells(parseScenario(SCENARIO, 'bench'), { quick: false });
  if (arm === undefined || cell === undefined) throw new Error(`no arm ${word}`);
  const transport = await loadTransport(arm.variant.transport);
  const processes = await startProcesses({
    arm,
    transport,
    clock,
    seed: 1,
    readyTimeoutNs: seconds(10),
    placement,
    isMirrored: true,
    coldServerCalls: 1_000,
  });
  const hiccups = new HiccupMeter(clock);
  hiccups.start();
  try {
    const clockCheck = await checkClocks(processes, clock);
    const context = { processes, clock, clockCheck, hiccups, seed: 1, pacingOf: () => 'thread' as const };
    await warmUpProcesses(processWarmup({ timeNs: milliseconds(500), calls: 2_000 }), context);
    const { calls, responseTime, bytes } = await measureCell(cell, context);
    if (calls.ok < calls.due || calls.ok === 0) throw new Error(`${word}: ${calls.due - calls.ok} calls failed`);
    return {
      p50Us: (decodeHistogram(responseTime).valueAtQuantile(0.5) ?? Number.NaN) / 1_000,
      upBytes: (bytes.driverWireUp ?? 0) / calls.ok,
      downBytes: (bytes.driverWireDown ?? 0) / calls.ok,
    };
  } finally {
    hiccups.stop();
    await processes.end();
  }
}

async function bare(word: string, { upBytes, downBytes }: RoundTrip): Promise<number> {
  const pinned = placement.kind === 'pinned' ? placement : undefined;
  const { p50Ns } = await measureEcho({
    way: word.startsWith('stdio') ? 'pipe' : 'tcp',
    upBytes: Math.round(upBytes),
    downBytes: Math.round(downBytes),
    warmupNs: seconds(1),
    windowNs: milliseconds(1_500),
    cpu: pinned?.endpointCpu,
    clock,
  });
  return p50Ns / 1_000;
}

/** Answers whether each bound holds. The bare loop's client is this process. */
export async function roundTrips(rounds: number): Promise<readonly boolean[]> {
  if (placement.kind === 'pinned') pinProcess(process.pid, placement.driverCpu);
  const passed: boolean[] = [];
  console.log('One connection, median round trip against the mirror, over bare sockets with as many bytes:');
  for (const word of ARMS) {
    const seen = { lean: [] as number[], bare: [] as number[] };
    let last = await lean(word);
    for (let round = 0; round < rounds; round += 1) {
      if (round % 2 === 0) seen.bare.push(await bare(word, last));
      last = await lean(word);
      seen.lean.push(last.p50Us);
      if (round % 2 === 1) seen.bare.push(await bare(word, last));
    }
    const ratios = seen.lean.map((us, round) => us / (seen.bare[round] ?? Number.NaN));
    console.log(`      ${word}: ${median(seen.lean).toFixed(1)} µs; bare ${median(seen.bare).toFixed(1)} µs`);
    passed.push(gateLine(`${word} ÷ bare sockets`, ratios, atMost(1.1)));
  }
  return passed;
}
