/** The pipes of a launched server for the SDK's client: its own framing and read buffer, without its way of starting processes. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Sdk, SdkMessage, SdkTransport } from '../../sdk/package.ts';
import type { ConnectOptions, SdkConnection, ServerPipes } from '../contract.ts';
import { HANDSHAKE, LAST_WORDS_MS, launchInTime } from './driver.ts';
import { PipeLedger } from './pipe-ledger.ts';

/** Rejects with a `ChannelError`, with no process left, when the server cannot be started in time. */
export async function connectStdioSdk(
  sdk: Sdk,
  _address: string,
  options: Omit<ConnectOptions, 'events'>,
): Promise<SdkConnection> {
  const pipes = await launchInTime(options);
  const ledger = new PipeLedger('client', pipes.pid, pipes);
  const transport = new PipesClientTransport(sdk, pipes, options.maxMessageBytes);
  return {
    transport,
    isFatal: () => false,
    listen: () => Promise.resolve(),
    wire: () => ledger.wire(),
    sockets: () => ledger.reports(),
    handshake: () => HANDSHAKE,
    close: () => transport.close(),
  };
}

class PipesClientTransport implements SdkTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: SdkTransport['onmessage'];
  readonly #sdk: Sdk;
  readonly #pipes: ServerPipes;
  readonly #buffer: InstanceType<Sdk['ReadBuffer']>;
  #closed = false;

  constructor(sdk: Sdk, pipes: ServerPipes, maxMessageBytes: number) {
    this.#sdk = sdk;
    this.#pipes = pipes;
    this.#buffer = new sdk.ReadBuffer({ maxBufferSize: maxMessageBytes });
  }

  start(): Promise<void> {
    const { stdin, stdout, gone } = this.#pipes;
    stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    const outputOver = new Promise<void>((resolve) => {
      stdout.once('close', resolve);
    });
    const end = (sign: string) => (): void => void this.#lost(sign, outputOver);
    stdout.once('close', end('the server closed its output')).on('error', () => undefined);
    stdin.once('close', end('the server closed its input')).on('error', () => undefined);
    void gone.then(end('the server is gone'));
    return Promise.resolve();
  }

  #read(chunk: Buffer): void {
    try {
      this.#buffer.append(chunk);
    } catch (error) {
      this.onerror?.(error as Error);
      void this.close();
      return;
    }
    for (let message = this.#next(); message !== null; message = this.#next()) {
      if (message !== undefined) this.onmessage?.(message);
    }
  }

  /** `null` at the end of what has come; `undefined` for a line that is no message. */
  #next(): SdkMessage | null | undefined {
    try {
      return this.#buffer.readMessage();
    } catch (error) {
      this.onerror?.(error as Error);
      return undefined;
    }
  }

  send(message: SdkMessage): Promise<void> {
    const { stdin } = this.#pipes;
    const text = this.#sdk.serializeMessage(message);
    // As the SDK's own: the promise waits for the pipe only when the pipe is full.
    if (stdin.write(text)) return Promise.resolve();
    return new Promise((resolve) => {
      stdin.once('drain', resolve);
    });
  }

  /** How the process ended says more than that a pipe is closed, and what it wrote before may still be on its way. */
  async #lost(sign: string, outputOver: Promise<void>): Promise<void> {
    const how = await Promise.race([
      Promise.all([this.#pipes.gone, outputOver]).then(([reason]) => reason),
      pause(LAST_WORDS_MS, sign, { ref: false }),
    ]);
    if (this.#closed) return;
    this.onerror?.(new Error(how));
    await this.close();
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.onclose?.();
    }
    await this.#pipes.end();
  }
}
