/** Either end of the control workload: lines of JSON over bare TCP, read and sent back. No protocol, nothing that is under test. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Handlers } from '../child/serve.ts';
import type { Clock } from '../measure/clock.ts';
import { minus, type Nanoseconds, nanoseconds, plus } from '../units.ts';
import type { ControlCommands, Exchanged } from './commands.ts';

const LOOPBACK = '127.0.0.1';
/** As long as a small call. */
const TEXT = 'x'.repeat(128);
/** More than any machine does in a second; what it bounds is memory and time. */
const MOST_EXCHANGES = 200_000;

export function controlHandlers(clock: Clock): Handlers<ControlCommands> {
  let socket: Socket | undefined;
  return {
    listen: async () => ({ port: await listen() }),
    connect: async ({ port }) => {
      socket = connect({ host: LOOPBACK, port, noDelay: true });
      await once(socket, 'connect');
      return undefined;
    },
    exchange: ({ forNs }) => {
      if (socket === undefined) throw new Error('there is no connection yet');
      return exchange(socket, clock, forNs);
    },
    processorTime: () => {
      const { user, system } = process.cpuUsage();
      return { us: user + system };
    },
  };
}

/** Every line is parsed and written anew. */
async function listen(): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    onLines(socket, (line) => socket.write(`${JSON.stringify(JSON.parse(line))}\n`));
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function onLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

/** Rejects when the connection goes, or an answer is not what was sent. */
function exchange(socket: Socket, clock: Clock, forNs: Nanoseconds): Promise<Exchanged> {
  const roundTrips = new Float64Array(MOST_EXCHANGES);
  const endNs = plus(clock.now(), forNs);
  let id = 0;
  let sentNs = clock.now();
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('the connection of the control was closed'));
    const send = (): void => {
      sentNs = clock.now();
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, text: TEXT })}\n`);
    };
    socket.removeAllListeners('data');
    onLines(socket, (line) => {
      const answer = JSON.parse(line) as { readonly id?: unknown };
      const nowNs = clock.now();
      if (answer.id !== id) {
        reject(new Error('the control answered out of order'));
        return;
      }
      roundTrips[id] = minus(nowNs, sentNs);
      id += 1;
      if (nowNs < endNs && id < MOST_EXCHANGES) send();
      else {
        socket.off('close', onClose);
        resolve(summaryOf(roundTrips.subarray(0, id)));
      }
    });
    socket.once('close', onClose);
    send();
  });
}

/** Of at least one. */
function summaryOf(roundTrips: Float64Array): Exchanged {
  const sorted = roundTrips.toSorted();
  return { exchanges: sorted.length, p50Ns: nanoseconds(sorted[Math.ceil(sorted.length / 2) - 1] ?? 0) };
}
