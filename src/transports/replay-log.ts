/** What a session has sent of late, kept for clients that come back for what they have missed. */
import type { EncodedMessage } from '../mcp/contract.ts';

/** What a session keeps for those who come back. The newest message is always kept. */
const MAX_KEPT_MESSAGES = 1_024;
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** Which event of which stream. */
export interface EventPosition {
  readonly stream: number;
  readonly sequence: number;
}

/** A message that is kept. */
export interface Kept extends EventPosition {
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
