/**
 * HTTP tool calls at 100 connections against a mirror of raw sockets: lean and stock clients of the bench, wrk (Debian's) and
 * autocannon (npm's), interleaved, each on one core with the mirror on another; and the lean WebSocket and SSE clients against
 * their libraries, against the mirror that ceilings are measured with.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinProcess, pinnedArgv } from '#dist/child/pin.js';
import type { RunRecord } from '#dist/result/record.js';
import { choosePlacement } from '#dist/trial/placement.js';
import { atLeast, gateLine, median } from '../support/gate-line.js';
import { measure } from '../support/measure.js';

const CONNECTIONS = 100;
const WINDOW_MS = 2_500;
const LIMIT_MS = 60_000;

interface Speed {
  readonly perSec: number;
  /** Of the driver, per call, in microseconds. */
  readonly cpuUs: number;
}

const placement = choosePlacement();
const [mirrorCpu, driverCpu] =
  placement.kind === 'pinned' ? [placement.endpointCpu, placement.driverCpu] : [undefined, undefined];

const pathOf = (file: string): string => fileURLToPath(new URL(`../bare/${file}`, import.meta.url));

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The first thing that a child says; it stays until it is ended. */
async function said<T>(
  file: string,
  args: readonly string[],
  cpu: number | undefined,
): Promise<{ said: T; child: ChildProcess }> {
  const child = fork(pathOf(file), args);
  running.add(child);
  child.once('exit', () => running.delete(child));
  if (cpu !== undefined) pinProcess(child.pid ?? 0, cpu);
  const words = await new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code ?? 'a signal'} before it said anything`)));
  });
  return { said: words, child };
}

async function ours(stack: 'lean' | 'stock', port: number): Promise<Speed> {
  const args = [stack, String(port), String(CONNECTIONS), String(WINDOW_MS)];
  const { said: speed, child } = await said<Speed>('json-driver.js', args, driverCpu);
  child.kill('SIGKILL');
  return speed;
}

const BODY = `{"jsonrpc":"2.0","id":1000000,"method":"tools/call","params":{"name":"echo","arguments":{"text":"n0000000000:${'x'.repeat(116)}"}}}`;
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Runs a command to its end on the driver's core; its output and its processor time in microseconds, `undefined` where it is not there or fails. */
function timed(argv: readonly string[]): { readonly out: string; readonly cpuUs: number } | undefined {
  const [command = '', ...args] = pinnedArgv(['bash', '-c', 'time "$@"', 'bash', ...argv], driverCpu);
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT_MS });
  const minutes = [...stderr.matchAll(/^(?:user|sys)\s+(\d+)m([\d.]+)s$/gm)];
  const cpuUs = minutes.reduce((sum, [, m, s]) => sum + (Number(m) * 60 + Number(s)) * 1e6, 0);
  return status === 0 ? { out: stdout + stderr, cpuUs } : undefined;
}

function wrk(port: number, folder: string): Speed | undefined {
  const script = join(folder, 'post.lua');
  const headers = Object.entries(HEADERS).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`);
  writeFileSync(script, ['wrk.method = "POST"', ...headers, `wrk.body = [[${BODY}]]`].join('\n'));
  const seconds = Math.ceil((WINDOW_MS + 1_000) / 1_000);
  const argv = ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}/mcp`];
  const found = timed(argv);
  const perSec = Number(/Requests\/sec:\s+([\d.]+)/.exec(found?.out ?? '')?.[1]);
  return found === undefined || !(perSec > 0) ? undefined : { perSec, cpuUs: found.cpuUs / (perSec * seconds) };
}

/** Installed into a folder of the run's own, once; `undefined` where the registry is out of reach. */
function installAutocannon(folder: string): string | undefined {
  const { status } = spawnSync(
    'npm',
    ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, 'autocannon'],
    {
      timeout: LIMIT_MS,
    },
  );
  return status === 0 ? join(folder, 'node_modules', 'autocannon', 'autocannon.js') : undefined;
}

function autocannon(port: number, program: string): Speed | undefined {
  const seconds = Math.ceil((WINDOW_MS + 1_000) / 1_000);
  const headers = Object.entries(HEADERS).flatMap(([name, value]) => ['-H', `${name}=${value}`]);
  const load = ['-c', String(CONNECTIONS), '-d', String(seconds), '-m', 'POST', '-b', BODY, '-j', '-n'];
  const found = timed([process.execPath, program, ...load, ...headers, `http://127.0.0.1:${port}/mcp`]);
  const perSec = Number(/"requests":\{"average":([\d.]+)/.exec(found?.out ?? '')?.[1]);
  return found === undefined || !(perSec > 0) ? undefined : { perSec, cpuUs: found.cpuUs / (perSec * seconds) };
}

const each = (name: string, speeds: readonly Speed[]): void =>
  console.log(
    `      ${name.padEnd(12)} ${Math.round(median(speeds.map(({ perSec }) => perSec)))} calls/s, ${median(speeds.map(({ cpuUs }) => cpuUs)).toFixed(1)} µs of the driver's processor per call`,
  );

/** Calls per second of each, round after round. */
async function overHttp(folder: string, rounds: number): Promise<readonly boolean[]> {
  const cannon = installAutocannon(folder);
  const { said: mirror, child } = await said<{ readonly port: number }>('json-mirror.js', [], mirrorCpu);
  const seen = { lean: [] as Speed[], stock: [] as Speed[], wrk: [] as Speed[], autocannon: [] as Speed[] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      const other = wrk(mirror.port, folder);
      if (other !== undefined) seen.wrk.push(other);
      seen.lean.push(await ours('lean', mirror.port));
      const third = cannon === undefined ? undefined : autocannon(mirror.port, cannon);
      if (third !== undefined) seen.autocannon.push(third);
      seen.stock.push(await ours('stock', mirror.port));
    }
  } finally {
    child.kill('SIGKILL');
  }
  console.log(`HTTP tools/call, ${CONNECTIONS} connections, against a mirror of raw sockets:`);
  for (const [name, speeds] of Object.entries(seen)) if (speeds.length > 0) each(name, speeds);
  const over = (speeds: readonly Speed[]): number[] =>
    speeds.flatMap(({ perSec }, round) => (seen.lean[round]?.perSec ?? Number.NaN) / perSec);
  if (seen.wrk.length === 0) console.log('      wrk is not installed: apt-get install wrk');
  return [
    gateLine('lean ÷ wrk', over(seen.wrk), atLeast(0.9)),
    gateLine('lean ÷ autocannon', over(seen.autocannon), atLeast(2.2)),
  ];
}

const SCENARIO = `
name: chatty
title: As fast as it goes
shows: what a driver can
clients: 64
scripts: [{ name: echo, steps: [{ call: echo, send: 128B }] }]
load: { model: closed }
warmup: { time: 300ms }
window: { time: 300ms }
`;

type Ceiling = Extract<NonNullable<RunRecord['ceilings']>[number], { status: 'measured' }>;

/** What drivers can against the mirror before the real endpoint, and how busy both were. */
async function ceilingsOf(arms: readonly string[]): Promise<readonly Ceiling[]> {
  const record = await measure({ arms, scenario: SCENARIO, trials: 1, seed: 1, ceiling: true });
  return arms.map((arm) => {
    const found = record.ceilings?.find(({ armId }) => armId === arm);
    if (found?.status !== 'measured') throw new Error(`${arm}: ${found?.because ?? 'not measured'}`);
    return found;
  });
}

/** Where the mirror is the busier one a ratio says how much faster the driver is at least. */
function ceilingLine(name: string, ceilings: readonly Ceiling[]): void {
  const share = (read: (one: Ceiling) => number | null): string =>
    `${Math.round(100 * median(ceilings.map((one) => read(one) ?? Number.NaN)))} %`;
  const perSec = Math.round(median(ceilings.map((one) => one.perSec)));
  console.log(
    `      ${name.padEnd(26)} ${perSec} calls/s, driver ${share((one) => one.driverBusy)} busy, mirror ${share((one) => one.mirrorBusy)}`,
  );
}

async function overStreams(rounds: number): Promise<readonly boolean[]> {
  const passed: boolean[] = [];
  console.log('64 connections, against a mirror before the real endpoint:');
  for (const [arm, wanted] of [
    ['websocket', 2],
    ['sse', 3],
    ['streamable-http+json', 2],
  ] as const) {
    const seen = { stock: [] as Ceiling[], lean: [] as Ceiling[] };
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 === 0 ? [arm, `${arm}+lean`] : [`${arm}+lean`, arm];
      for (const found of await ceilingsOf(order)) seen[found.armId === arm ? 'stock' : 'lean'].push(found);
    }
    ceilingLine(arm, seen.stock);
    ceilingLine(`${arm}+lean`, seen.lean);
    const ratios = seen.lean.map(({ perSec }, round) => perSec / (seen.stock[round]?.perSec ?? Number.NaN));
    passed.push(gateLine(`${arm}: lean ÷ its library`, ratios, atLeast(wanted)));
  }
  return passed;
}

/** Answers whether each bound holds. */
export async function rates(rounds: number): Promise<readonly boolean[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-lean-'));
  try {
    return [...(await overHttp(folder, rounds)), ...(await overStreams(rounds))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
