/**
 * Clients that come back after an outage: the server goes, nothing listens for a while, it comes again on the same port.
 * What a client waits by its own choice is told apart from what the network costs it.
 */
import http from 'node:http';
import type { Socket } from 'node:net';
import { EventSource } from 'eventsource';
import { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../measure/clock.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { StepOutcome } from '../../result/study.ts';
import { type Nanoseconds, minus, toMilliseconds } from '../../units.ts';
import type { StepContext } from '../contract.ts';

type Context = StepContext<'published'>;
type Outcome = StepOutcome<StudyData['published']>;

const LIMIT_MS = 60_000;
/** A doubling delay goes no further than this many times the first. */
const LARGEST_FACTOR = 8;

/** A server that greets whoever comes, by stream or by socket, and that can go away and come again. */
class Greeter {
  readonly #clock: Clock;
  readonly #retryMs: number;
  readonly #sockets = new Set<Socket>();
  #server: http.Server | undefined;
  #port = 0;
  /** When somebody first connected since it listens. */
  visitedNs: Nanoseconds | undefined;

  constructor(clock: Clock, retryMs: number) {
    this.#clock = clock;
    this.#retryMs = retryMs;
  }

  get port(): number {
    return this.#port;
  }

  /** On the port that it had before. Rejects when that has gone to somebody else. */
  async listen(): Promise<void> {
    const server = http.createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`retry: ${this.#retryMs}\ndata: hello\n\n`);
    });
    this.visitedNs = undefined;
    server.on('connection', (socket) => {
      this.visitedNs ??= this.#clock.now();
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (webSocket) => {
      webSocket.on('error', () => undefined); // It is cut on purpose.
      webSocket.send('hello');
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
  }

  /** Every connection is cut, and nothing listens any more. */
  async leave(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => void server.close(resolve));
  }
}

interface Greeted {
  /** When the client was greeted for the nth time, from 1. */
  nth(count: number): Promise<Nanoseconds>;
  readonly greet: () => void;
}

function greetings(clock: Clock): Greeted {
  const times: Nanoseconds[] = [];
  let wake: () => void = () => undefined;
  return {
    greet: () => {
      times.push(clock.now());
      wake();
    },
    nth: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('the client did not come back')), LIMIT_MS);
        wake = () => {
          const time = times[count - 1];
          if (time === undefined) return;
          clearTimeout(timer);
          resolve(time);
        };
        wake();
      }),
  };
}

/** From the server's return to the greeting; of that, until somebody knocked the client was waiting by its own choice. */
async function timeReturn(
  { clock, settings }: Context,
  start: (port: number, greet: () => void) => { readonly stop: () => void },
): Promise<Outcome> {
  const greeter = new Greeter(clock, toMilliseconds(settings.retry));
  await greeter.listen();
  const greeted = greetings(clock);
  const client = start(greeter.port, greeted.greet);
  try {
    await greeted.nth(1);
    await greeter.leave();
    await new Promise((resolve) => setTimeout(resolve, toMilliseconds(settings.outage)));
    await greeter.listen();
    const backNs = clock.now();
    const greetedNs = await greeted.nth(2);
    const waitedNs = minus(greeter.visitedNs ?? greetedNs, backNs);
    return { status: 'measured', data: { timesNs: [minus(greetedNs, backNs)], bytes: null, waitedNs: [waitedNs] } };
  } finally {
    client.stop();
    await greeter.leave();
  }
}

/** The stock `eventsource`: reconnects by itself, with the delay that the server named. */
export const timeEventSource = (context: Context): Promise<Outcome> =>
  timeReturn(context, (port, greet) => {
    const stream = new EventSource(`http://127.0.0.1:${port}/`);
    stream.addEventListener('message', greet);
    return { stop: () => stream.close() };
  });

/** The stock `ws` does not come back: a few lines of application code do it, with a delay of their own. */
export const timeWebSocket =
  (delay: 'fixed' | 'doubling') =>
  (context: Context): Promise<Outcome> =>
    timeReturn(context, (port, greet) => {
      const { retry } = context.settings;
      let timer: NodeJS.Timeout | undefined;
      let webSocket: WebSocket | undefined;
      let factor = 1;
      const connect = (): void => {
        webSocket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
        webSocket.on('message', greet);
        webSocket.on('error', () => undefined); // `close` follows.
        webSocket.once('close', again);
      };
      const again = (): void => {
        timer = setTimeout(connect, toMilliseconds(retry) * factor);
        if (delay === 'doubling') factor = Math.min(LARGEST_FACTOR, factor * 2);
      };
      connect();
      return {
        stop: () => {
          webSocket?.removeAllListeners('close');
          webSocket?.terminate();
          clearTimeout(timer);
        },
      };
    });
