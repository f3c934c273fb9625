/** [spec] 2025-03-26 … 2025-11-25, resumability: streams that outlive their connections, and the log that they are taken up again from. */
import type { EncodedMessage } from '../../mcp/contract.ts';
import { EventStream, type EventStreamOptions } from '../../wire/event-stream.ts';
import type { LedgerEntry } from '../../wire/socket-ledger.ts';
import type { Recovery } from '../contract.ts';
import type { EventPosition, Kept, ReplayLog } from '../replay-log.ts';
import { MESSAGE_EVENT } from './endpoint.replies.ts';

/** What a session does for clients that lose a stream, unless said otherwise. On loopback there is nobody to spare by a longer wait. */
export const USUAL_RECOVERY: Recovery = { replay: true, retryMs: 100 };

/** Digits of each half of an event's id: ids have one width, so that equal messages cost equal bytes. */
const HALF = 6;
const digits = (value: number): string => value.toString(36).padStart(HALF, '0');

/** Reads an event's id; `undefined` for one that no stream of ours has sent. */
export function readEventId(id: string): EventPosition | undefined {
  if (!/^[0-9a-z]{12}$/.test(id)) return undefined;
  return { stream: Number.parseInt(id.slice(0, HALF), 36), sequence: Number.parseInt(id.slice(HALF), 36) };
}

/** Where a stream is carried: one response at a time. */
export interface Carrier extends EventStreamOptions {
  readonly entry: LedgerEntry;
}

/** A stream of messages, on whichever connection its client has for it; with ids where what was sent is kept. */
export class ResumableStream {
  readonly number: number;
  readonly #log: ReplayLog;
  readonly #recovery: Recovery;
  readonly #prefix: string;
  /** What is sent before the first connection is there, within one turn; the log keeps what comes while there is none. */
  #held: Kept[] | undefined = [];
  #live: EventStream | undefined;
  #entry: LedgerEntry | undefined;
  /** Of the last message, and of the last that was written to a connection. The position before the first has the number 0. */
  #sequence = 0;
  #written = 0;

  constructor(number: number, log: ReplayLog, recovery: Recovery) {
    this.number = number;
    this.#log = log;
    this.#recovery = recovery;
    this.#prefix = digits(number);
  }

  get live(): boolean {
    return this.#live !== undefined;
  }

  send(message: EncodedMessage): void {
    this.#sequence += 1;
    if (this.#recovery.replay) this.#log.add(this.number, this.#sequence, message);
    if (this.#live !== undefined) this.#write(this.#live, this.#sequence, message);
    else this.#held?.push({ stream: this.number, sequence: this.#sequence, message });
  }

  /** Begins on this response. [spec] 2025-11-25: the client is told at once where it stands; older ones could not read it. */
  begin(carrier: Carrier, primed: boolean): void {
    const stream = this.#carry(carrier);
    const waiting = this.#held ?? [];
    this.#held = undefined;
    const { replay, retryMs } = this.#recovery;
    if (primed && replay) stream.prime(this.#prefix + digits(this.#written), retryMs);
    else if (primed && retryMs !== undefined) stream.retry(retryMs);
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
    stream.send(MESSAGE_EVENT, message.text, this.#recovery.replay ? this.#prefix + digits(sequence) : undefined);
  }
}
