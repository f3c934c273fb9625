/**
 * The client's half: starts its server, writes a line per message to its input and reads its output. Pipes need no library,
 * so that the lean client differs in two things only: it hands over bytes instead of texts, and corks what it writes.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { EncodedMessage } from '../../mcp/contract.ts';
import type { ClientStack } from '../../scenario/variant.ts';
import { bytes } from '../../units.ts';
import { turnWriter } from '../../wire/lean/turn-writer.ts';
import { type Channel, ChannelError, type ConnectOptions, type Handshake, type ServerPipes } from '../contract.ts';
import { LineReader } from './lines.ts';
import { PipeLedger } from './pipe-ledger.ts';

/** From the first sign that a server is gone to the last: how it ended, and what it wrote before that. */
export const LAST_WORDS_MS = 1_000;
/** A server that lets so many largest messages wait has stopped reading. */
const MOST_WAITING_MESSAGES = 16;

const NEWLINE = 0x0a;

export const HANDSHAKE: Handshake = {
  established: 'pipes',
  httpRequests: 0,
  roundTripsToOpen: 0,
  compression: '',
  tls: '',
};

/** Rejects with a `ChannelError`, with no process left, when the server cannot be started in time. */
export async function connectStdio(_address: string, options: ConnectOptions): Promise<Channel> {
  const pipes = await launchInTime(options);
  return new StdioChannel(pipes, options);
}

export async function launchInTime({
  launch,
  timeoutMs,
}: Pick<ConnectOptions, 'launch' | 'timeoutMs'>): Promise<ServerPipes> {
  if (launch === undefined)
    throw new ChannelError('a stdio server is started by its client: there is nothing to connect to');
  const launching = launch();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    const pipes = await Promise.race([launching, late]);
    if (pipes !== undefined) return pipes;
  } catch (error) {
    throw new ChannelError(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
  // It may still come up, and must not stay.
  void launching.then(
    (pipes) => pipes.end(),
    () => undefined,
  );
  throw new ChannelError(`the server was not started within ${timeoutMs} ms`);
}

type LineTaker = (buffer: Buffer, start: number, end: number) => void;

function lineTaker(events: ConnectOptions['events'], client: ClientStack): LineTaker {
  if (client === 'lean' && events.onBytes !== undefined) return events.onBytes.bind(events);
  return (buffer, start, end) => events.onMessage(buffer.toString('utf8', start, end), bytes(end - start));
}

function cork(stdin: ServerPipes['stdin'], message: EncodedMessage): void {
  const at = turnWriter.reserve(stdin, message.size + 1);
  turnWriter.put(message, at);
  turnWriter.buffer[at + message.size] = NEWLINE;
}

class StdioChannel implements Channel {
  readonly #pipes: ServerPipes;
  readonly #events: ConnectOptions['events'];
  readonly #ledger: PipeLedger;
  readonly #lines: LineReader;
  readonly #mostWaiting: number;
  readonly #corks: boolean;
  /** `open`; `losing` from the first sign that the server is gone; `over` when the owner knows, or has closed it. */
  #state: 'open' | 'losing' | 'over' = 'open';

  constructor(pipes: ServerPipes, { events, maxMessageBytes, variant }: ConnectOptions) {
    const { stdin, stdout, gone, pid } = pipes;
    this.#pipes = pipes;
    this.#events = events;
    this.#ledger = new PipeLedger('client', pid, pipes);
    this.#mostWaiting = MOST_WAITING_MESSAGES * maxMessageBytes;
    this.#corks = variant.client === 'lean';
    this.#lines = new LineReader(maxMessageBytes, {
      onLine: lineTaker(events, variant.client),
      onOverlong: () => this.#lost(`the server wrote a line of more than ${maxMessageBytes} bytes`),
    });
    stdout.on('data', (chunk: Buffer) => this.#lines.push(chunk));
    const outputOver = new Promise<void>((resolve) => {
      stdout.once('close', resolve);
    });
    stdout.on('error', () => undefined); // Always followed by 'close'.
    const unless = (sign: string) => (): void => void this.#losing(sign, outputOver);
    stdout.once('close', unless('the server closed its output'));
    stdin.on('error', unless('the server does not read its input any more'));
    stdin.once('close', unless('the server closed its input'));
    void gone.then(unless('the server is gone'));
  }

  send(message: EncodedMessage): void {
    if (this.#state !== 'open') return; // Disconnected, as soon as it is known why.
    const { stdin } = this.#pipes;
    // [spec] stdio: one message per line, and no newline within: JSON escapes them.
    if (this.#corks) cork(stdin, message);
    else stdin.write(`${message.text}\n`);
    if (stdin.writableLength > this.#mostWaiting) this.#lost('the server does not read its input');
  }

  cancel(_id: number | string, notice: EncodedMessage): boolean {
    this.send(notice);
    return this.#state === 'open';
  }

  negotiated(): undefined {}

  wire(): ReturnType<Channel['wire']> {
    return this.#ledger.wire();
  }

  sockets(): ReturnType<Channel['sockets']> {
    return this.#ledger.reports();
  }

  handshake(): Handshake {
    return HANDSHAKE;
  }

  listen(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#state = 'over';
    this.#lines.stop();
    await this.#pipes.end();
  }

  /** How the process ended says more than that a pipe is closed, and what it wrote before may still be on its way. */
  async #losing(sign: string, outputOver: Promise<void>): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'losing';
    const enough = new AbortController();
    const how = await Promise.race([
      Promise.all([this.#pipes.gone, outputOver]).then(([reason]) => reason),
      pause(LAST_WORDS_MS, sign, { signal: enough.signal, ref: false }).catch(() => sign),
    ]);
    enough.abort();
    this.#lost(how);
  }

  /** Tells the owner, once, and leaves no process behind. */
  #lost(reason: string): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#lines.stop();
    this.#events.onClosed(reason);
    void this.#pipes.end();
  }
}
