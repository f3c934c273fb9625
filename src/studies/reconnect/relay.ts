/**
 * The hop between client and endpoint where connections are cut. It carries bytes and knows no protocol; but it reads the
 * events' numbers as they pass, so that what crossed the wire is known apart from what a client says it got.
 */
import { type AddressInfo, type Socket, connect, createServer, type Server } from 'node:net';
import { once } from 'node:events';

/** `fin`: both ends are told in an orderly way. `rst`: both are reset. `black-hole`: nobody is told anything any more. */
export type CutKind = 'fin' | 'rst' | 'black-hole';

export interface RelayOptions {
  /** Where connections go at first. */
  readonly port: number;
  /** A connection that is silent for so long is ended; `undefined` for never. */
  readonly idleMs: number | undefined;
  /** An event with this number goes on to the client. */
  readonly onEvent: (sequence: number) => void;
  /** A connection that had carried events was ended for its silence. */
  readonly onIdle: () => void;
}

/** As `mcp/events.ts` writes it: of constant width. */
const SEQUENCE = /"bench\/sequence":"(\d{8})"/g;
const SEQUENCE_LENGTH = '"bench/sequence":"00000000"'.length;

export class CuttingRelay {
  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #port: number;

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#server = createServer({ noDelay: true }, (client) => this.#accept(client));
  }

  static async start(options: RelayOptions): Promise<CuttingRelay> {
    const relay = new CuttingRelay(options);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  /** What clients connect to. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections from now on go there. Where nobody listens, the client is reset. */
  set target(port: number) {
    this.#port = port;
  }

  /** Every connection that is open. Those to come are not affected. */
  cut(kind: CutKind): void {
    for (const pair of this.#pairs) pair.cut(kind);
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) pair.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const pair = new Pair(client, connect({ port: this.#port, host: '127.0.0.1', noDelay: true }), this.#options, () =>
      this.#pairs.delete(pair),
    );
    this.#pairs.add(pair);
  }
}

/** One connection: both of its sockets. */
class Pair {
  readonly #client: Socket;
  readonly #endpoint: Socket;
  readonly #options: RelayOptions;
  #idle: NodeJS.Timeout | undefined;
  #cut = false;
  #carriedEvents = false;
  #tail = '';

  constructor(client: Socket, endpoint: Socket, options: RelayOptions, onGone: () => void) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#carry(client, endpoint);
    this.#carry(endpoint, client);
    let open = 2;
    for (const socket of [client, endpoint]) {
      socket.on('close', () => {
        open -= 1;
        if (open === 0) onGone();
      });
    }
    if (options.idleMs !== undefined) this.#idle = setTimeout(() => this.#endIdle(), options.idleMs);
  }

  #carry(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (this.#cut) return;
      this.#idle?.refresh();
      if (from === this.#endpoint) this.#read(chunk);
      to.write(chunk);
    });
    from.on('end', () => {
      if (!this.#cut) to.end();
    });
    // One end was reset, or was never there: so is the other.
    from.on('error', () => {
      if (!this.#cut) to.resetAndDestroy();
    });
    from.on('close', () => {
      clearTimeout(this.#idle);
      if (!this.#cut) to.end();
    });
  }

  /** Numbers may be cut in two by the pieces that they come in. */
  #read(chunk: Buffer): void {
    const text = this.#tail + chunk.toString('latin1');
    let end = 0;
    for (const found of text.matchAll(SEQUENCE)) {
      end = found.index + SEQUENCE_LENGTH;
      this.#carriedEvents = true;
      this.#options.onEvent(Number(found[1]));
    }
    this.#tail = text.slice(Math.max(end, text.length - SEQUENCE_LENGTH + 1));
  }

  cut(kind: CutKind): void {
    if (this.#cut) return;
    this.#cut = true;
    clearTimeout(this.#idle);
    for (const socket of [this.#client, this.#endpoint]) {
      if (kind === 'fin') socket.end();
      else if (kind === 'rst') socket.resetAndDestroy();
    }
  }

  #endIdle(): void {
    const told = this.#carriedEvents;
    this.cut('fin');
    if (told) this.#options.onIdle();
  }

  destroy(): void {
    this.#cut = true;
    clearTimeout(this.#idle);
    this.#client.destroy();
    this.#endpoint.destroy();
  }
}
