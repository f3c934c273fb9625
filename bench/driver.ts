/**
 * What does measuring cost? The tool's drivers beside bare ping-pong loops of the same bytes over the same libraries,
 * interleaved, both ends in processes of their own. Prints ratios; absolute times are the machine's. `npm run bench:driver`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measure } from './support/measure.js';
import { decodeHistogram } from '#dist/measure/histogram.js';
import { isValid } from '#dist/result/record.js';
import { choosePlacement, pinProcess } from '#dist/trial/placement.js';

const ROUNDS = 7;
const WARMUP_MS = 1_000;
const WINDOW_MS = 1_500;

interface Speed {
  readonly p50Ns: number;
  readonly perSec: number;
}

interface Sizes {
  readonly up: number;
  readonly down: number;
}

/** The tool: one trial with fresh processes. */
async function tool(transport: string, clients: number, seed: number): Promise<Speed & Sizes> {
  const scenario = `
name: ping-pong
title: Small echoes
shows: the cost of measuring
clients: ${clients}
scripts: [{ name: echo, steps: [{ call: echo, send: 128B }] }]
load: { model: closed }
warmup: { time: ${WARMUP_MS}ms }
window: { time: ${WINDOW_MS}ms }
`;
  const record = await measure({ transports: [transport], scenario, trials: 1, seed });
  const measurement = record.trials[0]?.measurements.find(isValid);
  if (measurement === undefined) throw new Error(`no valid measurement over ${transport}`);
  const { payloadUp, payloadDown, messagesUp, messagesDown } = measurement.bytes;
  return {
    p50Ns: decodeHistogram(measurement.responseTime).valueAtQuantile(0.5) ?? Number.NaN,
    perSec: measurement.achievedPerSec,
    up: Math.round(payloadUp / messagesUp),
    down: Math.round(payloadDown / messagesDown),
  };
}

const placement = choosePlacement();

/** The same cores that the tool gives its processes. */
function place(pid: number, role: 'endpoint' | 'driver'): void {
  if (placement.kind === 'pinned') pinProcess(pid, role === 'endpoint' ? placement.endpointCpu : placement.driverCpu);
}

/** A child and the first thing it says; ended by its own id whatever happens. */
async function started<T>(file: string, args: readonly (string | number)[], role: 'endpoint' | 'driver'): Promise<{ readonly said: T; end(): void }> {
  const child: ChildProcess = fork(fileURLToPath(new URL(`./support/${file}`, import.meta.url)), args.map(String), {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const end = (): void => {
    process.off('exit', end);
    child.kill('SIGKILL');
  };
  process.once('exit', end);
  place(child.pid ?? 0, role);
  try {
    const said = await new Promise<T>((resolve, reject) => {
      child.once('message', (message) => resolve(message as T));
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code ?? 'a signal'} before it said anything`)));
    });
    return { said, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** The bare loop, as long and as warm. */
async function bare(transport: string, clients: number, sizes: Sizes): Promise<Speed> {
  const server = await started<{ readonly port: number }>('bare-server.js', [transport, sizes.down], 'endpoint');
  try {
    // The tool's processes warm up for 0.8 s before the scenario's own warm-up.
    const client = await started<Speed>('bare-client.js', [transport, server.said.port, sizes.up, clients, WARMUP_MS + 800, WINDOW_MS], 'driver');
    client.end();
    return client.said;
  } finally {
    server.end();
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const range = (values: readonly number[]): string => `${Math.min(...values).toFixed(2)} – ${Math.max(...values).toFixed(2)}`;

async function compare(transport: string, clients: number, ratioOf: (tool: Speed, bare: Speed) => number): Promise<number[]> {
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Balanced order: neither goes second more often.
    let bareFirst: Speed | undefined;
    const sizes = { up: 229, down: 207 };
    if (round % 2 === 1) bareFirst = await bare(transport, clients, sizes);
    const measured = await tool(transport, clients, round + 1);
    if (measured.up !== sizes.up || measured.down !== sizes.down) throw new Error(`the bare loop has other bytes: ${measured.up} up, ${measured.down} down`);
    ratios.push(ratioOf(measured, bareFirst ?? (await bare(transport, clients, sizes))));
  }
  return ratios;
}

let failures = 0;

function report(what: string, ratios: readonly number[], bound: string, pass: boolean): void {
  if (!pass) failures += 1;
  console.log(`${pass ? 'pass' : 'FAIL'}  ${what.padEnd(66)} ${median(ratios).toFixed(2)}  (${range(ratios)}; wanted ${bound})`);
}

for (const transport of ['websocket', 'sse']) {
  const roundTrips = await compare(transport, 1, (ours, theirs) => ours.p50Ns / theirs.p50Ns);
  report(`${transport}: driver's median round trip ÷ bare ping-pong, 1 client`, roundTrips, '≤ 1.25', median(roundTrips) <= 1.25);
  const rates = await compare(transport, 64, (ours, theirs) => ours.perSec / theirs.perSec);
  report(`${transport}: closed loop's rate ÷ bare loops' rate, 64 clients`, rates, '≥ 0.80', median(rates) >= 0.8);
}
process.exitCode = failures === 0 ? 0 : 1;
