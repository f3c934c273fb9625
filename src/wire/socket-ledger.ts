/** Counts what crosses sockets, at whichever end it is kept: sums over all sockets there ever were, without growing with their number. */
import type { Socket } from 'node:net';
import { type Bytes, bytes } from '../units.ts';
import type { SocketReport, WireCounts } from '../transports/contract.ts';

/** One socket and the messages that travelled on it. */
export interface LedgerEntry {
  messagesUp: number;
  messagesDown: number;
}

interface Entry extends LedgerEntry {
  readonly socket: Socket;
  readonly clientPort: number;
}

/** Closed sockets are remembered one by one up to this many, so that a report can show them; beyond, only their sums. */
const MAX_REMEMBERED = 1_000;

export class SocketLedger {
  readonly #side: 'client' | 'server';
  readonly #open = new Map<Socket, Entry>();
  readonly #closed: SocketReport[] = [];
  #closedUp = 0;
  #closedDown = 0;
  #opened = 0;

  constructor(side: 'client' | 'server') {
    this.#side = side;
  }

  /**
   * From now on this socket's bytes count, those it has carried already included. TLS and HTTP/2 take over the handle of the
   * TCP socket below them, which goes on counting: that socket is the one to add.
   */
  add(socket: Socket): LedgerEntry {
    const known = this.#open.get(socket);
    if (known !== undefined) return known;
    const clientPort = (this.#side === 'client' ? socket.localPort : socket.remotePort) ?? 0;
    const entry: Entry = { socket, clientPort, messagesUp: 0, messagesDown: 0 };
    this.#open.set(socket, entry);
    this.#opened += 1;
    socket.once('close', () => this.#close(entry));
    return entry;
  }

  /** The entry of a socket that was added; a throw-away one for any other. */
  entry(socket: Socket | undefined): LedgerEntry {
    return (socket && this.#open.get(socket)) ?? { messagesUp: 0, messagesDown: 0 };
  }

  /** How many sockets there ever were. */
  get opened(): number {
    return this.#opened;
  }

  wire(): WireCounts {
    let up = this.#closedUp;
    let down = this.#closedDown;
    for (const { socket } of this.#open.values()) {
      const counts = this.#countsOf(socket);
      up += counts.upBytes;
      down += counts.downBytes;
    }
    return { upBytes: bytes(up), downBytes: bytes(down) };
  }

  reports(): readonly SocketReport[] {
    return [...this.#closed, ...[...this.#open.values()].map((entry) => this.#report(entry, true))];
  }

  #report(entry: Entry, open: boolean): SocketReport {
    const { clientPort, messagesUp, messagesDown } = entry;
    return {
      clientPort,
      open,
      messagesUp,
      messagesDown,
      noDelay: noDelayOf(entry.socket),
      ...this.#countsOf(entry.socket),
    };
  }

  #countsOf(socket: Socket): WireCounts {
    const written = socket.bytesWritten as Bytes;
    const read = socket.bytesRead as Bytes;
    return this.#side === 'client' ? { upBytes: written, downBytes: read } : { upBytes: read, downBytes: written };
  }

  #close(entry: Entry): void {
    this.#open.delete(entry.socket);
    const report = this.#report(entry, false);
    this.#closedUp += report.upBytes;
    this.#closedDown += report.downBytes;
    if (this.#closed.length < MAX_REMEMBERED) this.#closed.push(report);
  }
}

/**
 * Whether TCP_NODELAY is set. Node has no getter and no getsockopt; it keeps the last value it set under a private
 * symbol, which is read here, and what cannot be read is `undefined` rather than guessed.
 */
function noDelayOf(socket: Socket): boolean | undefined {
  const key = Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === 'kSetNoDelay');
  const value: unknown = key === undefined ? undefined : Reflect.get(socket, key);
  return typeof value === 'boolean' ? value : undefined;
}
