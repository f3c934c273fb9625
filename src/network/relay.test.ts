/** What a relay does to connections. Times on the real clock are bounded from one side only. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ManualClock, monotonicClock } from '../measure/clock.ts';
import { milliseconds, nanoseconds } from '../units.ts';
import { timerAlarm } from './alarm.ts';
import { DelayLine } from './delay-line.ts';
import { carryOneWay, Relay } from './relay.ts';

const clock = monotonicClock();
const ONE_WAY = milliseconds(10);

/** A relay to a server that does what it is told with each connection; answers the port to connect to. */
async function relayTo(onConnection: (socket: Socket) => void): Promise<number> {
  return relayToPort(await listen(createServer({ allowHalfOpen: true }, onConnection)));
}

async function relayToPort(target: number): Promise<number> {
  const alarm = timerAlarm(clock);
  const line = new DelayLine(clock, alarm);
  line.setDelay(ONE_WAY);
  const relay = new Relay(line);
  onTestFinished(async () => {
    relay.close();
    await alarm.close();
  });
  return relay.open(target);
}

async function listen(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => open.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const codeOf = async (socket: Socket): Promise<string | undefined> =>
  ((await once(socket, 'error')) as [NodeJS.ErrnoException])[0].code;

describe('connections', () => {
  test('the first answer takes two round trips, the opening and its own; the second one', async () => {
    const port = await relayTo((socket) => void socket.pipe(socket));
    const beganNs = clock.now();
    const socket = await open(port);
    socket.write('a');
    await once(socket, 'data');
    const firstNs = clock.now();
    expect(firstNs - beganNs).toBeGreaterThanOrEqual(4 * ONE_WAY);
    socket.write('b');
    await once(socket, 'data');
    expect(clock.now() - firstNs).toBeGreaterThanOrEqual(2 * ONE_WAY);
  });

  test('a million bytes come back as they went', async () => {
    const port = await relayTo((socket) => void socket.pipe(socket));
    const socket = await open(port);
    const sent = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 7919) % 251));
    const back: Buffer[] = [];
    socket.on('data', (chunk) => back.push(chunk));
    socket.end(sent);
    await once(socket, 'end');
    expect(Buffer.concat(back).equals(sent)).toBe(true);
  });

  test('an end travels alone: the other direction goes on', async () => {
    const port = await relayTo((socket) => {
      socket.resume().once('end', () => socket.end('after your end'));
    });
    const socket = await open(port);
    socket.end('x');
    const [text] = (await once(socket, 'data')) as [Buffer];
    expect(text.toString()).toBe('after your end');
    await once(socket, 'end');
  });

  test('an end is as long under way as a byte', async () => {
    const port = await relayTo((socket) => void socket.resume().once('end', () => socket.end()));
    const socket = await open(port);
    const beganNs = clock.now();
    socket.end();
    await once(socket.resume(), 'end');
    expect(clock.now() - beganNs).toBeGreaterThanOrEqual(2 * ONE_WAY);
  });

  test('a client that breaks off breaks off at the server, and the other way round', async () => {
    const accepted: Socket[] = [];
    const port = await relayTo((socket) => {
      accepted.push(socket);
      socket.pipe(socket);
    });
    for (const side of ['client', 'server'] as const) {
      const client = await open(port);
      client.write('x');
      await once(client, 'data');
      const server = accepted.at(-1)!;
      const [breaking, other] = side === 'client' ? [client, server] : [server, client];
      breaking.resetAndDestroy();
      expect(await codeOf(other), side).toBe('ECONNRESET');
    }
  });

  test('a server that is not there is a connection that breaks off', async () => {
    const gone = createServer();
    const port = await listen(gone);
    gone.close();
    await once(gone, 'close');
    const client = await open(await relayToPort(port));
    expect(await codeOf(client)).toBe('ECONNRESET');
  });

  test('what is closed leaves nobody waiting', async () => {
    const line = new DelayLine(clock, timerAlarm(clock));
    const relay = new Relay(line);
    const port = await relay.open(await listen(createServer((socket) => void socket.pipe(socket))));
    const socket = await open(port);
    socket.write('x');
    await once(socket, 'data');
    relay.close();
    await once(socket, 'end');
    const again = connect({ port, host: '127.0.0.1' });
    expect(await codeOf(again)).toBe('ECONNREFUSED');
  });
});

/** What a socket is to the relay; keeps what is written to it, and takes it only when told to. */
class Stub extends Duplex {
  readonly written: Buffer[] = [];
  readonly #accepted: (() => void)[] = [];
  wasReset = false;

  override _read(): void {
    // What comes in is pushed by the test.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk);
    this.#accepted.push(done);
  }

  /** The receiver has taken everything that was written, and what is written for that. */
  takeAll(): void {
    for (let done = this.#accepted.shift(); done !== undefined; done = this.#accepted.shift()) done();
  }

  resetAndDestroy(): void {
    this.wasReset = true;
    this.destroy();
  }
}

describe('one direction', () => {
  /** Streams hand on what they have in a turn of their own. */
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  const carrying = async () => {
    const manual = new ManualClock();
    const line = new DelayLine(manual, timerAlarm(manual));
    line.setDelay(ONE_WAY);
    const [from, to] = [new Stub(), new Stub({ writableHighWaterMark: 1 })];
    carryOneWay(line, from, to);
    from.resume();
    await turn();
    return { manual, from, to };
  };

  test('each chunk goes out by itself, however many are under way', async () => {
    const { manual, from, to } = await carrying();
    const chunks = ['one', 'two', 'a third'];
    for (const chunk of chunks) {
      from.push(chunk);
      await turn();
      await manual.advanceTo(nanoseconds(manual.now() + 1_000));
    }
    expect(to.written).toEqual([]);
    await manual.advanceTo(milliseconds(20));
    for (let n = 0; n < chunks.length; n += 1) {
      to.takeAll();
      await turn();
    }
    expect(to.written.map(String)).toEqual(chunks);
  });

  test('a receiver that takes nothing stops the sender, and one that takes again lets it go on', async () => {
    const { manual, from, to } = await carrying();
    const chunk = Buffer.alloc(1024 * 1024);
    let read = 0;
    for (; read < 20 && !from.isPaused(); read += 1) {
      from.push(chunk);
      await turn();
      await manual.advanceTo(nanoseconds(manual.now() + 1_000));
    }
    expect(read).toBe(5);
    await manual.advanceTo(milliseconds(20));
    expect(from.isPaused()).toBe(true);
    for (let n = 0; n < 3; n += 1) {
      to.takeAll();
      await turn();
    }
    expect(from.isPaused()).toBe(false);
  });

  test('a connection that broke off breaks off after what was under way', async () => {
    const { manual, from, to } = await carrying();
    from.push('last words');
    await turn();
    await manual.advanceTo(nanoseconds(1_000));
    // As a socket says it; a stream of another kind does not.
    from.emit('close', true);
    expect(to.wasReset).toBe(false);
    await manual.advanceTo(milliseconds(20));
    expect(to.written.map(String)).toEqual(['last words']);
    expect(to.wasReset).toBe(true);
  });
});
