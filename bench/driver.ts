/**
 * What does measuring cost? The tool's drivers beside bare ping-pong loops of the same bytes over the same libraries,
 * interleaved, both ends in processes of their own. Prints ratios; absolute times are the machine's.
 * `npm run bench:driver [-- <arm,arm> <rounds>]`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measure } from './support/measure.js';
import { decodeHistogram } from '#dist/measure/histogram.js';
import { isValid } from '#dist/result/record.js';
import { pinProcess } from '#dist/child/pin.js';
import { choosePlacement } from '#dist/trial/placement.js';

/** Arms of the handshake era: the bare loops know no envelope. */
const ARMS = process.argv[2]?.split(',') ?? [
  'websocket',
  'sse',
  'streamable-http',
  'streamable-http+json',
  'stdio',
  'sse+h2',
  'streamable-http+h2',
];
const ROUNDS = Number(process.argv[3] ?? 6);
const WARMUP_MS = 1_000;
const WINDOW_MS = 1_500;

interface Speed {
  readonly p50Ns: number;
  readonly perSec: number;
}

/** JSON-RPC bytes of an echo of 128 bytes and of its answer; checked against what the tool sends. */
const SIZES = { up: 229, down: 207 };

/** The tool: one trial with fresh processes. */
async function tool(arm: string, clients: number, seed: number): Promise<Speed> {
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
  const record = await measure({ arms: [arm], scenario, trials: 1, seed });
  const measurement = record.trials[0]?.measurements.find(isValid);
  if (measurement === undefined) throw new Error(`no valid measurement over ${arm}`);
  const { payloadUp, payloadDown, messagesUp, messagesDown } = measurement.bytes;
  const sizes = { up: Math.round(payloadUp / messagesUp), down: Math.round(payloadDown / messagesDown) };
  if (sizes.up !== SIZES.up || sizes.down !== SIZES.down)
    throw new Error(`the bare loops have other bytes: ${sizes.up} up, ${sizes.down} down`);
  return {
    p50Ns: decodeHistogram(measurement.responseTime).valueAtQuantile(0.5) ?? Number.NaN,
    perSec: measurement.achievedPerSec,
  };
}

const placement = choosePlacement();

/** The same cores that the tool gives its processes. */
function place(pid: number, role: 'endpoint' | 'driver'): void {
  if (placement.kind === 'pinned') pinProcess(pid, role === 'endpoint' ? placement.endpointCpu : placement.driverCpu);
}

/** A child and the first thing it says; ended by its own id whatever happens. */
async function started<T>(
  file: string,
  args: readonly (string | number)[],
  role: 'endpoint' | 'driver',
): Promise<{ readonly said: T; end(): void }> {
  const child: ChildProcess = fork(fileURLToPath(new URL(`./bare/${file}`, import.meta.url)), args.map(String), {
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
      child.once('exit', (code) =>
        reject(new Error(`${file} ended with ${code ?? 'a signal'} before it said anything`)),
      );
    });
    return { said, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** With JSON, a bare loop does what every MCP exchange must; without, only what its library must. */
type Mode = 'json' | 'bytes';

/** The bare loop, as long and as warm. */
async function bare(arm: string, mode: Mode, clients: number): Promise<Speed> {
  // A stdio client starts its own servers.
  const server =
    arm === 'stdio'
      ? undefined
      : await started<{ readonly port: number }>('server.js', [arm, mode, SIZES.down], 'endpoint');
  try {
    const core = placement.kind === 'pinned' ? placement.endpointCpu : '';
    // The tool's processes warm up for 0.8 s before the scenario's own warm-up.
    const times = [WARMUP_MS + 800, WINDOW_MS];
    const args = [arm, mode, server?.said.port ?? 0, SIZES.up, SIZES.down, clients, ...times, core];
    const client = await started<Speed>('client.js', args, 'driver');
    client.end();
    return client.said;
  } finally {
    server?.end();
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const range = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(2)} – ${Math.max(...values).toFixed(2)}`;

interface Ratios {
  readonly json: number[];
  readonly bytes: number[];
}

/** The tool between its two bare loops, in an order that turns with every round. */
async function compare(arm: string, clients: number, ratioOf: (tool: Speed, bare: Speed) => number): Promise<Ratios> {
  const ratios: Ratios = { json: [], bytes: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const seen = new Map<string, Speed>();
    const turns = ['tool', 'json', 'bytes'] as const;
    for (let turn = 0; turn < turns.length; turn += 1) {
      const what = turns[(turn + round) % turns.length] ?? 'tool';
      seen.set(what, what === 'tool' ? await tool(arm, clients, round + 1) : await bare(arm, what, clients));
    }
    const measured = seen.get('tool');
    if (measured === undefined) throw new Error('the tool had no turn');
    for (const mode of ['json', 'bytes'] as const) ratios[mode].push(ratioOf(measured, seen.get(mode) ?? measured));
  }
  return ratios;
}

let failures = 0;

function report(what: string, { json, bytes }: Ratios, bound: string, passes: (ratio: number) => boolean): void {
  const pass = passes(median(json));
  if (!pass) failures += 1;
  console.log(
    `${pass ? 'pass' : 'FAIL'}  ${what.padEnd(58)} ${median(json).toFixed(2)}  (${range(json)}; wanted ${bound})`,
  );
  console.log(
    `      ${'… against loops that do not even read and write JSON'.padEnd(58)} ${median(bytes).toFixed(2)}  (${range(bytes)})`,
  );
}

for (const arm of ARMS) {
  const roundTrips = await compare(arm, 1, (ours, theirs) => ours.p50Ns / theirs.p50Ns);
  report(`${arm}: driver's median round trip ÷ bare ping-pong`, roundTrips, '≤ 1.25', (ratio) => ratio <= 1.25);
  const rates = await compare(arm, 64, (ours, theirs) => ours.perSec / theirs.perSec);
  report(`${arm}: rate at 64 clients ÷ bare loops' rate`, rates, '≥ 0.80', (ratio) => ratio >= 0.8);
}
process.exitCode = failures === 0 ? 0 : 1;
