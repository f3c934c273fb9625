/**
 * Stands before an endpoint and answers calls in its place with the least work that can be done: what a call was answered with
 * once is patched and sent again. Whatever it has not seen before passes through to the endpoint, which thereby opens sessions
 * and gives the first answer to every kind of call. It knows bytes, frames of a WebSocket, and nothing of HTTP: a call is what
 * arrives as one chunk. How fast a driver is against it is how fast the driver can be.
 */
import { type Socket, connect, createServer } from 'node:net';
import type { Variant } from '../scenario/variant.ts';
import type { OwnPipes } from '../transports/contract.ts';
import { type Call, callIn, ReplyTemplate, RequestTemplate } from './mirror-template.ts';
import { ClientFrames } from './mirror-frames.ts';

const LOOPBACK = '127.0.0.1';
const UPGRADED = Buffer.from('HTTP/1.1 101 ');
/** Calls that differ each time in more than id and nonce are not tried for ever. */
const MOST_LEARNT_PER_LEG = 64;

/** Why no mirror can stand before an endpoint of this variant, a whole sentence without its full stop; `undefined` where one can. */
export function mirrorObstacle({ transport, http, tls, compression, network }: Variant): string | undefined {
  if (transport === 'loopback') return 'there is no wire that a mirror could stand on';
  if (tls) return 'a mirror cannot repeat what is encrypted';
  if (http === '2') return 'a mirror cannot repeat headers that HTTP/2 compresses';
  if (compression !== 'off') return 'a mirror cannot repeat what is compressed';
  return network === 'lo' ? undefined : 'over a network it is the network that is waited for';
}

/** What came back for one request. */
interface Learnt {
  readonly request: RequestTemplate;
  readonly replies: readonly { readonly leg: Leg; readonly template: ReplyTemplate }[];
}

/** A call on its way through the endpoint, and what has come back since. */
interface Lesson {
  readonly call: Call;
  readonly request: RequestTemplate;
  readonly heard: Map<Leg, Buffer[]>;
}

/** One connection of a client, and the one to the endpoint that it goes through to. */
interface Leg {
  readonly frames: ClientFrames;
  readonly toClient: Socket;
  readonly learnt: Learnt[];
  isUpgraded: boolean;
  lesson: Lesson | undefined;
  lessons: number;
}

interface LegOrder {
  readonly fromClient: Socket;
  readonly toClient: Socket;
  readonly upstream: Socket;
}

class Mirror {
  /** Those with a lesson under way. */
  readonly #learning = new Set<Leg>();

  join({ fromClient, toClient, upstream }: LegOrder): void {
    const frames = new ClientFrames();
    const leg: Leg = { frames, toClient, learnt: [], isUpgraded: false, lesson: undefined, lessons: 0 };
    fromClient.on('data', (chunk: Buffer) => {
      if (!this.#answer(leg, chunk)) upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      toClient.write(chunk);
      if (chunk.indexOf(UPGRADED) === 0) leg.isUpgraded = true;
      if (this.#learning.size > 0) this.#hear(leg, chunk);
    });
    const part = (): void => {
      this.#learning.delete(leg);
      upstream.destroy();
      toClient.destroy();
    };
    fromClient.on('end', () => upstream.end());
    upstream.on('end', () => toClient.end());
    for (const socket of new Set([fromClient, toClient, upstream])) socket.on('error', part).on('close', part);
  }

  /** Whether the chunk was a call that is known, and is answered. */
  #answer(leg: Leg, chunk: Buffer): boolean {
    // Whoever asks again over the same connection has the whole of the last answer, or did not wait for it: then nothing is learnt.
    if (leg.lesson !== undefined) this.#conclude(leg, leg.lesson);
    const message = leg.isUpgraded ? leg.frames.payloadOf(chunk) : chunk;
    if (message === undefined) return false;
    const known = leg.learnt.find(({ request }) => request.fits(message));
    if (known === undefined) {
      this.#begin(leg, message);
      return false;
    }
    for (const { leg: to, template } of known.replies) to.toClient.write(known.request.answered(template, message));
    return true;
  }

  #begin(leg: Leg, message: Buffer): void {
    if (leg.lessons >= MOST_LEARNT_PER_LEG) return;
    const call = callIn(message);
    const request = call === undefined ? undefined : RequestTemplate.of(message, call);
    if (call === undefined || request === undefined) return;
    leg.lessons += 1;
    leg.lesson = { call, request, heard: new Map() };
    this.#learning.add(leg);
  }

  /** What comes over the call's own connection belongs to it, and what carries its nonce, wherever it comes. */
  #hear(leg: Leg, chunk: Buffer): void {
    for (const { lesson } of this.#learning) {
      if (lesson === undefined || (lesson !== leg.lesson && !chunk.includes(lesson.call.nonce))) continue;
      lesson.heard.set(leg, [...(lesson.heard.get(leg) ?? []), Buffer.from(chunk)]);
    }
  }

  #conclude(leg: Leg, { call, request, heard }: Lesson): void {
    this.#learning.delete(leg);
    leg.lesson = undefined;
    const replies = [...heard].map(([to, chunks]) => ({
      leg: to,
      template: new ReplyTemplate(Buffer.concat(chunks), call),
    }));
    const answers = replies.filter(({ template }) => template.isAnswer).length;
    const messages = replies.reduce((sum, { template }) => sum + template.messages, 0);
    if (answers === 1 && messages === 1) leg.learnt.push({ request, replies });
  }
}

/** Listens on a port of its own in place of the endpoint at the address, and answers its own. Rejects when it cannot. */
export function mirrorBefore(address: string): Promise<string> {
  const url = new URL(address);
  const port = Number(url.port);
  const mirror = new Mirror();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: LOOPBACK, port, noDelay: true });
    mirror.join({ fromClient: client, toClient: client, upstream });
  });
  return listening(server, () => {
    url.port = String(portOf(server));
    return url.href;
  });
}

/** Stands between the process's own pipes and the server that is to be given the pipes in its place. */
export function mirrorOnPipes({ stdin, stdout }: OwnPipes): Promise<OwnPipes> {
  const mirror = new Mirror();
  // The system gives no pair of connected sockets: a connection to oneself is one.
  const server = createServer({ noDelay: true });
  return listening(
    server,
    () =>
      new Promise((resolve, reject) => {
        server.once('connection', (near) => {
          server.close();
          mirror.join({ fromClient: stdin, toClient: stdout, upstream: near });
        });
        const far = connect({ host: LOOPBACK, port: portOf(server), noDelay: true }, () =>
          resolve({ stdin: far, stdout: far }),
        );
        far.once('error', reject);
      }),
  );
}

function listening<T>(server: ReturnType<typeof createServer>, then: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => resolve(then()));
  });
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a mirror listens on a port');
  return address.port;
}
