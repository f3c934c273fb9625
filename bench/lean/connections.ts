/**
 * Ten thousand connections in one process: what each takes of the driver's memory, and how long one notification to all of
 * them takes to its last receiver, over what a bare loop of the same library needs.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pinProcess } from '#dist/child/pin.js';
import { clientSlope } from '#dist/stats/listeners.js';
import { choosePlacement } from '#dist/trial/placement.js';
import { atMost, gateLine } from '../support/gate-line.js';
import { listenerSteps } from '../support/listeners.js';

const CONNECTIONS = 10_000;
/** A second apart. */
const EVENTS = 3;
const KIB = 1_024;
const LIMIT_MS = 120_000;
const placement = choosePlacement();

async function bytesEach(arm: string): Promise<number> {
  const steps = await listenerSteps({
    arm,
    connections: [0, CONNECTIONS / 2, CONNECTIONS],
    repeats: 1,
    seed: 1,
    rate: '1/s',
  });
  return (clientSlope(steps)?.slope ?? Number.NaN) / KIB;
}

/** How long the last of the listeners waited for an event, the slowest of a few events, in milliseconds. */
async function lastReceiver(arm: string): Promise<number> {
  const [step] = await listenerSteps({
    arm,
    connections: [CONNECTIONS],
    repeats: 1,
    seed: 1,
    rate: '1/s',
    receive: `${EVENTS}s`,
  });
  return (step?.data.receiving.delivery?.maxNs ?? Number.NaN) / 1e6;
}

/** The same by a server and clients that are `ws` and nothing else. */
async function bareLastReceiver(): Promise<number> {
  const file = fileURLToPath(new URL('../bare/broadcast.js', import.meta.url));
  const children: ChildProcess[] = [];
  const started = <T>(args: readonly string[], cpu: number | undefined): Promise<T> => {
    const child = fork(file, args, { env: { ...process.env, NODE_ENV: 'production' } });
    children.push(child);
    if (cpu !== undefined) pinProcess(child.pid ?? 0, cpu);
    return new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as T));
      child.once('exit', (code) => reject(new Error(`a bare loop ended with ${code ?? 'a signal'}`)));
      setTimeout(() => reject(new Error('a bare loop took too long')), LIMIT_MS).unref();
    });
  };
  try {
    const [server, clients] =
      placement.kind === 'pinned' ? [placement.endpointCpu, placement.driverCpu] : [undefined, undefined];
    const { port } = await started<{ readonly port: number }>(['server', String(CONNECTIONS), String(EVENTS)], server);
    const { lastMs } = await started<{ readonly lastMs: number }>(
      ['clients', String(CONNECTIONS), String(EVENTS), String(port)],
      clients,
    );
    return lastMs;
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

/** Answers whether each bound holds. */
export async function connections(rounds: number): Promise<readonly boolean[]> {
  console.log(`${CONNECTIONS} connections of one driver:`);
  const stock = [await bytesEach('websocket')];
  const lean = [await bytesEach('websocket+lean')];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0;
    const before = order ? await bareLastReceiver() : undefined;
    const ours = await lastReceiver('websocket');
    const theirs = before ?? (await bareLastReceiver());
    console.log(`      last of ${CONNECTIONS} receivers: ${ours.toFixed(0)} ms; bare ws ${theirs.toFixed(0)} ms`);
    ratios.push(ours / theirs);
  }
  return [
    gateLine('websocket: KiB of the driver for each, stock', stock, atMost(14), 1),
    gateLine('websocket: KiB of the driver for each, lean', lean, atMost(6), 1),
    gateLine('websocket: last receiver ÷ bare ws', ratios, atMost(1.5)),
  ];
}
