/** An event stream read in place, for the lean client: what `MessageStream` is for the stock one. */
import type { Bytes } from '../../units.ts';
import { EventParser } from '../../wire/lean/event-parser.ts';

export interface ByteMessageEvents {
  /** Bytes `start` up to `end`, to be taken before this returns. */
  onBytes(buffer: Buffer, start: number, end: number): void;
  /** It cannot be read any further. */
  onUnreadable(reason: string): void;
}

export class ByteMessageStream {
  /** Of the last event that had one. */
  lastEventId: string | undefined;
  /** How long to wait before the stream is taken up again, if the server has said so. */
  retryMs: number | undefined;
  readonly #parser: EventParser;

  constructor(limit: Bytes, events: ByteMessageEvents) {
    this.#parser = new EventParser(limit, {
      onRetry: (retryMs) => void (this.retryMs = retryMs),
      onEvent: ({ buffer, start, end, type, id }) => {
        if (id !== undefined) this.lastEventId = id;
        // [spec] an event without data says where the stream stands, and nothing else; other types are not for us.
        if (end > start && (type === '' || type === 'message')) events.onBytes(buffer, start, end);
      },
      onTooLarge: () => events.onUnreadable(`the server sent a message of more than ${limit} bytes`),
    });
  }

  /** Another response goes on with the stream: half an event of the one before is forgotten. */
  restart(): void {
    this.#parser.restart();
  }

  feed(buffer: Buffer, start: number, end: number): void {
    this.#parser.feed(buffer, start, end);
  }
}
