/** The floor: so many bytes to another process and so many back, one exchange after the other, and nothing that knows what they are. */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pinnedArgv } from '../../child/pin.ts';
import { type Supervised, startSupervised } from '../../child/supervised.ts';
import type { Clock } from '../../measure/clock.ts';
import { readTrees, useBetween } from '../../measure/process-tree.ts';
import { type Nanoseconds, minus, nanoseconds, plus } from '../../units.ts';

const PROGRAM = fileURLToPath(new URL('../../../bin/echo.js', import.meta.url));
const LOOPBACK = '127.0.0.1';
const READY_MS = 5_000;
/** More than any machine does in the longest window; what it bounds is memory. */
const MOST_EXCHANGES = 1_000_000;

export interface EchoOrder {
  readonly way: 'tcp' | 'pipe';
  readonly upBytes: number;
  readonly downBytes: number;
  readonly warmupNs: Nanoseconds;
  readonly windowNs: Nanoseconds;
  /** The core of the other end; absent: wherever. */
  readonly cpu: number | undefined;
  readonly clock: Clock;
}

export interface Echoed {
  readonly exchanges: number;
  readonly p50Ns: Nanoseconds;
  /** Of this process, in microseconds, over all exchanges. */
  readonly ownUs: number;
  /** Of the other; `null` where the system does not tell. */
  readonly otherUs: number | null;
}

/** Rejects when the other end does not start, or goes. Leaves no process behind. */
export async function measureEcho(order: EchoOrder): Promise<Echoed> {
  const { way, upBytes, downBytes, cpu } = order;
  const argv = [process.execPath, PROGRAM, way, String(upBytes), String(downBytes)];
  const other = await startSupervised(pinnedArgv(argv, cpu));
  try {
    const ends = way === 'pipe' ? { to: other.stdin, from: other.stdout } : await overTcp(other);
    return await exchange(order, ends, other.pid);
  } finally {
    await other.end();
  }
}

interface Ends {
  readonly to: Socket;
  readonly from: Socket;
}

async function overTcp(other: Supervised): Promise<Ends> {
  const [chunk] = (await once(other.stdout, 'data', { signal: AbortSignal.timeout(READY_MS) })) as [Buffer];
  const socket = connect({ host: LOOPBACK, port: Number(chunk.toString('latin1')), noDelay: true });
  await once(socket, 'connect', { signal: AbortSignal.timeout(READY_MS) });
  return { to: socket, from: socket };
}

async function exchange(order: EchoOrder, ends: Ends, otherPid: number): Promise<Echoed> {
  const loop = new ExchangeLoop(order, ends);
  await loop.run(order.warmupNs);
  const [own, other] = [process.cpuUsage(), readTrees([otherPid])];
  const times = await loop.run(order.windowNs);
  const { user, system } = process.cpuUsage(own);
  const after = readTrees([otherPid]);
  const used = other === undefined || after === undefined ? undefined : useBetween(other, after);
  ends.to.destroy();
  const sorted = times.toSorted();
  return {
    exchanges: sorted.length,
    p50Ns: nanoseconds(sorted[Math.ceil(sorted.length / 2) - 1] ?? 0),
    ownUs: user + system,
    otherUs: used?.cpuUs ?? null,
  };
}

class ExchangeLoop {
  readonly #message: Buffer;
  readonly #downBytes: number;
  readonly #clock: Clock;
  readonly #ends: Ends;
  #received = 0;
  #onAnswer: () => void = () => undefined;
  #onLost: (error: Error) => void = () => undefined;

  constructor({ upBytes, downBytes, clock }: EchoOrder, ends: Ends) {
    this.#message = Buffer.alloc(upBytes, 'x');
    this.#downBytes = downBytes;
    this.#clock = clock;
    this.#ends = ends;
    ends.from.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      if (this.#received < this.#downBytes) return;
      this.#received -= this.#downBytes;
      this.#onAnswer();
    });
    for (const end of new Set([ends.from, ends.to])) {
      end.on('error', () => undefined); // Followed by 'close'.
      end.once('close', () => this.#onLost(new Error('the other end of the bare exchange went')));
    }
  }

  /** For so long; at least one exchange. */
  run(forNs: Nanoseconds): Promise<Float64Array> {
    const times = new Float64Array(MOST_EXCHANGES);
    let count = 0;
    const endNs = plus(this.#clock.now(), forNs);
    return new Promise((resolve, reject) => {
      let sentNs = this.#clock.now();
      const send = (): void => {
        sentNs = this.#clock.now();
        this.#ends.to.write(this.#message);
      };
      this.#onLost = reject;
      this.#onAnswer = () => {
        const nowNs = this.#clock.now();
        times[count] = minus(nowNs, sentNs);
        count += 1;
        if (nowNs < endNs && count < MOST_EXCHANGES) send();
        else resolve(times.subarray(0, count));
      };
      send();
    });
  }
}
