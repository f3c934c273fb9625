/** [spec] 2025-03-26 … 2025-11-25, resumability: streams that outlive their connections, and the log that they are taken up again from. */
import type { EncodedMessage } from '../../mcp/contract.ts';
import { EventStream, type EventStreamOptions } from '../../wire/event-stream.ts';
import type { LedgerEntry } from '../../wire/socket-ledger.ts';
import { MESSAGE_EVENT } from './endpoint.replies.ts';

/** How soon a client may come back: on loopback there is nobody to spare. */
const RETRY_MS = 100;

/** What a session keeps for those who come back. The newest message is always kept. */
const MAX_KEPT_MESSAGES = 1_024;
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** Digits of each half of an event's id: ids have one width, so that equal messages cost equal bytes. */
const HALF = 6;
const digits = (value: number): string => value.toString(36).padStart(HALF, '0');

/** Which event of which stream. */
export interface EventPosition {
  readonly stream: number;
  readonly sequence: number;
}

/** Reads an event's id; `undefined` for one that no stream of ours has sent. */
export function readEventId(id: string): EventPosition | undefined {
  if (!/^[0-9a-z]{12}$/.test(id)) return undefined;
  return { stream: Number.parseInt(id.slice(0, HALF), 36), sequence: Number.parseInt(id.slice(HALF), 36) };
}

interface Kept extends EventPosition {
  readonly message: EncodedMessage;
}

/** The latest messages of a session, over all of its streams. */
export class ReplayLog {
  readonly #kept = new Map<number, Kept>();
  #oldest = 0;
  #next = 0;
  #bytes = 0;

  add(stream: number, sequence: number, message: EncodedMessage): void {
    this.#kept.set(this.#next, { stream, sequence, message });
    this.#next += 1;
    this.#bytes += message.size;
    while (this.#kept.size > MAX_KEPT_MESSAGES || (this.#bytes > MAX_KEPT_BYTES && this.#kept.size > 1)) {
      this.#bytes -= this.#kept.get(this.#oldest)?.message.size ?? 0;
      this.#kept.delete(this.#oldest);
      this.#oldest += 1;
    }
  }

  /** What the stream has sent after this event; `undefined` when some of it is no longer kept. */
  after({ stream, sequence }: EventPosition): readonly Kept[] | undefined {
    const later = [...this.#kept.values()].filter((one) => one.stream === stream && one.sequence > sequence);
    const [first] = later;
    return first === undefined || first.sequence === sequence + 1 ? later : undefined;
  }
}

/** Where a stream is carried: one response at a time. */
export interface Carrier extends EventStreamOptions {
  readonly entry: LedgerEntry;
}

/** A stream of messages with ids, on whichever connection its client has for it. */
export class ResumableStream {
  readonly number: number;
  readonly #log: ReplayLog;
  readonly #prefix: string;
  /** What is sent before the first connection is there, within one turn; the log keeps what comes while there is none. */
  #held: Kept[] | undefined = [];
  #live: EventStream | undefined;
  #entry: LedgerEntry | undefined;
  /** Of the last message, and of the last that was written to a connection. The position before the first has the number 0. */
  #sequence = 0;
  #written = 0;

  constructor(number: number, log: ReplayLog) {
    this.number = number;
    this.#log = log;
    this.#prefix = digits(number);
  }

  get live(): boolean {
    return this.#live !== undefined;
  }

  send(message: EncodedMessage): void {
    this.#sequence += 1;
    this.#log.add(this.number, this.#sequence, message);
    if (this.#live !== undefined) this.#write(this.#live, this.#sequence, message);
    else this.#held?.push({ stream: this.number, sequence: this.#sequence, message });
  }

  /** Begins on this response. [spec] 2025-11-25: the client is told at once where it stands; older ones could not read it. */
  begin(carrier: Carrier, primed: boolean): void {
    const stream = this.#carry(carrier);
    const waiting = this.#held ?? [];
    this.#held = undefined;
    if (primed) stream.prime(this.#prefix + digits(this.#written), RETRY_MS);
    else if (waiting.length === 0) stream.open();
    for (const { sequence, message } of waiting) this.#write(stream, sequence, message);
  }

  /** Begins, with whatever the log has that was never on a connection. For streams that nobody waits for in the same turn. */
  listen(carrier: Carrier, primed: boolean): void {
    this.#held = [...(this.#log.after({ stream: this.number, sequence: this.#written }) ?? [])];
    this.begin(carrier, primed);
  }

  /** Goes on after this event on another response. Answers whether it can: not when something in between is lost. */
  resume(carrier: Carrier, sequence: number): boolean {
    const missed = this.#log.after({ stream: this.number, sequence });
    if (missed === undefined || missed.length !== this.#sequence - sequence) return false;
    this.replay(carrier, missed);
    return true;
  }

  /** Writes these again, on another response. */
  replay(carrier: Carrier, missed: readonly Kept[]): void {
    // The connection before may not have been seen to break yet.
    this.#live?.end();
    this.#held = undefined;
    const stream = this.#carry(carrier);
    stream.open();
    for (const one of missed) this.#write(stream, one.sequence, one.message);
  }

  end(): void {
    this.#live?.end();
    this.#live = undefined;
  }

  #carry(carrier: Carrier): EventStream {
    const stream = new EventStream(carrier);
    this.#live = stream;
    this.#entry = carrier.entry;
    carrier.reply.on('close', () => {
      if (this.#live === stream) this.#live = undefined;
    });
    return stream;
  }

  #write(stream: EventStream, sequence: number, message: EncodedMessage): void {
    if (this.#entry !== undefined) this.#entry.messagesDown += 1;
    this.#written = Math.max(this.#written, sequence);
    stream.send(MESSAGE_EVENT, message.text, this.#prefix + digits(sequence));
  }
}
