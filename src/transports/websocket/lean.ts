/** A WebSocket client on a bare socket: frames written by hand, read in place, corked by turn. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ChannelEvents, EncodedMessage } from '../../mcp/contract.ts';
import { bytes } from '../../units.ts';
import { Dialer } from '../../wire/dialer.ts';
import type { ReadBytes } from '../../wire/lean/read-buffer.ts';
import type { SocketLedger } from '../../wire/socket-ledger.ts';
import { type Channel, ChannelError, type ConnectOptions, type Handshake } from '../contract.ts';
import { CLOSE_CODES, FrameParser } from './frame-parser.ts';
import { writeClose, writePong, writeText } from './frame-writer.ts';
import { readUpgrade, upgradeRequest } from './upgrade.ts';

/** How long a closing handshake may take before the socket is cut. */
const CLOSE_GRACE_MS = 1_000;
/** [RFC 6455] 7.1.5: what a connection that ended without a close frame is said to have closed with, or with one that gave no code. */
const CLOSED_ABNORMALLY = 1006;
const CLOSED_WITHOUT_CODE = 1005;
/** Pings in one piece of what comes in that are answered, and bytes that may wait for a server when it asks for more. */
const MOST_PONGS = 60;
const MOST_WAITING_BYTES = 65_536;
const KEY_BYTES = 16;

export async function connectLeanWebSocket(address: string, options: ConnectOptions): Promise<Channel> {
  if (options.proxy !== undefined) throw new ChannelError('the lean client does not go through a forward proxy');
  return new Opening().open(new URL(address), options);
}

/** What is needed until the connection is open, and held by nobody afterwards: ten thousand of them wait at a time. */
interface Handshaking {
  readonly options: ConnectOptions;
  readonly dialer: Dialer;
  readonly key: string;
  readonly request: string;
  /** Of the response's head. */
  received: Buffer;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (channel: Channel) => void;
  readonly reject: (error: Error) => void;
}

/** A connection up to the end of the opening handshake; after it, the way of what is read to its channel. */
class Opening {
  #handshaking: Handshaking | undefined;
  #channel: LeanWebSocket | undefined;
  #socket: Socket | undefined;

  open(url: URL, options: ConnectOptions): Promise<Channel> {
    const { certificate, localAddress, timeoutMs, sharing } = options;
    const key = randomBytes(KEY_BYTES).toString('base64');
    const dialer = new Dialer({ url, certificate, localAddress, timeoutMs, alpn: 'http/1.1', sharing });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#refuse('WebSocket: Opening handshake has timed out'), timeoutMs);
      const request = upgradeRequest(url, key, options.headers);
      const received = Buffer.alloc(0);
      this.#handshaking = { options, dialer, key, request, received, timer, resolve, reject };
      dialer.dial((error, socket) => {
        if (socket === null) this.#refuse(`WebSocket: ${error?.message ?? 'no connection'}`);
        else this.#ask(socket);
      }, this.#reader());
    });
  }

  /** Made by itself: it lives as long as the socket, and would keep whatever else was in sight where it was made. */
  #reader(): ReadBytes {
    return (buffer, length) => this.#read(buffer, length);
  }

  #ask(socket: Socket): void {
    this.#socket = socket;
    // Once the channel is there these find nobody to tell.
    socket.on('error', (error) => this.#refuse(`WebSocket: ${error.message}`));
    socket.once('close', () => this.#refuse('WebSocket: socket hang up'));
    if (this.#handshaking === undefined) socket.destroy();
    else socket.write(this.#handshaking.request, 'latin1');
  }

  #refuse(why: string): void {
    this.#end()?.reject(new ChannelError(why));
    if (this.#channel === undefined) this.#socket?.destroy();
  }

  #end(): Handshaking | undefined {
    const ended = this.#handshaking;
    this.#handshaking = undefined;
    clearTimeout(ended?.timer);
    return ended;
  }

  /** Frames that came with the response are read before any promise goes on. */
  #read(buffer: Buffer, length: number): void {
    if (this.#channel !== undefined) {
      this.#channel.read(buffer, 0, length);
      return;
    }
    const handshaking = this.#handshaking;
    if (handshaking === undefined) return;
    const received = Buffer.concat([handshaking.received, buffer.subarray(0, length)]);
    const answer = readUpgrade(received, handshaking.key);
    if (answer.kind === 'more') handshaking.received = received;
    else if (answer.kind === 'refused') this.#refuse(answer.why);
    else this.#open(answer.established, received, answer.headBytes);
  }

  #open(established: string, received: Buffer, from: number): void {
    const socket = this.#socket;
    const ended = this.#end();
    if (socket === undefined || ended === undefined) return;
    const { options, dialer, resolve } = ended;
    options.sharing?.onMilestone?.('http');
    const httpRequests = 1; // The upgrade. Everything after it is frames.
    const handshake = {
      established,
      httpRequests,
      roundTripsToOpen: dialer.roundTrips + httpRequests,
      compression: '',
      tls: '',
    };
    this.#channel = new LeanWebSocket(socket, dialer.ledger, handshake, options);
    resolve(this.#channel);
    this.#channel.read(received, from, received.length);
  }
}

class LeanWebSocket implements Channel {
  readonly #socket: Socket;
  readonly #ledger: SocketLedger;
  readonly #handshake: Handshake;
  readonly #events: ChannelEvents;
  readonly #frames: FrameParser;
  /** `closing` from the first close frame, whoever sent it. */
  #state: 'open' | 'closing' | 'closed' = 'open';
  #onPurpose = false;
  #toldLost = false;
  /** Of the close frame that came. */
  #closedBy: { readonly code: number; readonly reason: string } | undefined;
  #cut: NodeJS.Timeout | undefined;
  /** Pings answered out of the bytes at hand. */
  #pongs = 0;
  /** Everyone who closes waits for the same end. */
  #whenClosed: { readonly promise: Promise<void>; resolve(): void } | undefined;

  constructor(socket: Socket, ledger: SocketLedger, handshake: Handshake, { events, maxMessageBytes }: ConnectOptions) {
    this.#socket = socket;
    this.#ledger = ledger;
    this.#handshake = handshake;
    this.#events = events;
    this.#frames = new FrameParser(maxMessageBytes, {
      onText: textTaker(events),
      // A binary frame is no MCP message; it is passed on as an unreadable one so that it is counted.
      onBinary: (length) => events.onMessage('', bytes(length)),
      onPing: (payload) => this.#pong(payload),
      onClose: (code, reason) => {
        this.#closedBy = { code: code ?? CLOSED_WITHOUT_CODE, reason };
        this.#answerClose(code, reason);
      },
      onFault: (code) => this.#answerClose(code),
    });
    socket.on('error', () => undefined); // Always followed by 'close', which tells it.
    socket.once('close', () => this.#closed());
  }

  read(buffer: Buffer, start: number, length: number): void {
    this.#pongs = 0;
    this.#frames.push(buffer, start, length);
  }

  send(message: EncodedMessage): void {
    if (this.#state === 'open') writeText(this.#socket, message);
    // It is closing, and 'close' is still to come. Nothing will go out any more: whoever calls at every answer must know now.
    else if (!this.#onPurpose) this.#tellLost('the WebSocket is closing');
  }

  cancel(_id: number | string, notice: EncodedMessage): boolean {
    this.send(notice);
    return true;
  }

  negotiated(): undefined {}

  listen(): Promise<void> {
    return Promise.resolve();
  }

  wire(): ReturnType<Channel['wire']> {
    return this.#ledger.wire();
  }

  sockets(): ReturnType<Channel['sockets']> {
    return this.#ledger.reports();
  }

  handshake(): Handshake {
    return this.#handshake;
  }

  close(): Promise<void> {
    this.#onPurpose = true;
    if (this.#state === 'closed') return Promise.resolve();
    this.#whenClosed ??= waited();
    if (this.#state === 'open') writeClose(this.#socket, CLOSE_CODES.normal);
    this.#state = 'closing';
    this.#cutSoon();
    return this.#whenClosed.promise;
  }

  /**
   * [RFC 6455] 5.5.1: a close frame is answered by one that says the same. Nothing follows it, so that the socket is ended,
   * behind what has been written in this turn; a server that does not end its half is cut off.
   */
  #answerClose(code: number | undefined, reason = ''): void {
    if (this.#state === 'open') writeClose(this.#socket, code, reason);
    this.#state = 'closing';
    process.nextTick(() => this.#socket.end());
    this.#cutSoon();
  }

  /** A server that asks for more answers than it reads would have them kept for it without end; it is cut off, as `ws` does. */
  #pong(payload: Buffer): void {
    if (this.#state !== 'open') return;
    this.#pongs += 1;
    if (this.#pongs > MOST_PONGS || this.#socket.writableLength > MOST_WAITING_BYTES) this.#socket.destroy();
    else writePong(this.#socket, payload);
  }

  #cutSoon(): void {
    this.#cut ??= setTimeout(() => this.#socket.destroy(), CLOSE_GRACE_MS);
  }

  #closed(): void {
    this.#state = 'closed';
    clearTimeout(this.#cut);
    this.#frames.stop();
    const { code, reason } = this.#closedBy ?? { code: CLOSED_ABNORMALLY, reason: '' };
    if (!this.#onPurpose)
      this.#tellLost(`the WebSocket closed with code ${code}${reason === '' ? '' : ` (${reason})`}`);
    this.#whenClosed?.resolve();
  }

  /** [contract] `onClosed` is called at most once. */
  #tellLost(reason: string): void {
    if (this.#toldLost) return;
    this.#toldLost = true;
    this.#events.onClosed(reason);
  }
}

function waited(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

type TextTaker = (buffer: Buffer, start: number, end: number) => void;

function textTaker(events: ChannelEvents): TextTaker {
  if (events.onBytes !== undefined) return events.onBytes.bind(events);
  return (buffer, start, end) => events.onMessage(buffer.toString('utf8', start, end), bytes(end - start));
}
