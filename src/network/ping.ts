/** How long a few bytes take to an echo and back: what a relay is measured by before anything else is. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Clock, until } from '../measure/clock.ts';
import { minus, type Nanoseconds, plus } from '../units.ts';

const LOOPBACK = '127.0.0.1';
/** About as long as a small message. */
const PING = Buffer.alloc(128, 'p');

export interface EchoServer {
  readonly port: number;
  close(): void;
}

/** Sends back what it is sent. */
export async function startEcho(): Promise<EchoServer> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    socket.on('data', (chunk) => void socket.write(chunk));
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

export interface PingOptions {
  readonly clock: Clock;
  readonly pings: number;
  /** Between one that came back and the next. */
  readonly pauseNs: Nanoseconds;
  /** For all of them. */
  readonly timeoutMs: number;
}

/** The round trips of that many pings, one after the other over one connection. Rejects when one does not come back, at once if the connection goes. */
export async function pingThrough(
  port: number,
  { clock, pings, pauseNs, timeoutMs }: PingOptions,
): Promise<Nanoseconds[]> {
  const socket = connect({ host: LOOPBACK, port, noDelay: true });
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), gone.signal]);
  try {
    await once(socket, 'connect', { signal: limit });
    // The first one waits until the connection is open at the other end too.
    await ping(socket, limit);
    const roundTrips: Nanoseconds[] = [];
    while (roundTrips.length < pings) {
      if (pauseNs > 0) await until(clock, plus(clock.now(), pauseNs));
      const sentNs = clock.now();
      await ping(socket, limit);
      roundTrips.push(minus(clock.now(), sentNs));
    }
    return roundTrips;
  } catch (error) {
    throw gone.signal.aborted ? new Error('the connection of a ping was closed') : error;
  } finally {
    socket.destroy();
  }
}

async function ping(socket: Socket, signal: AbortSignal): Promise<void> {
  socket.write(PING);
  for (let got = 0; got < PING.length;) {
    const [chunk] = (await once(socket, 'data', { signal })) as [Buffer];
    got += chunk.length;
  }
}
