/** An event stream, read as it comes in: pieces may end anywhere, within a character too. */
import { StringDecoder } from 'node:string_decoder';
import { type EventSourceParser, createParser } from 'eventsource-parser';
import { type Bytes, bytes } from '../../units.ts';

/** What an event has around its message, generously: field names, an id, an event's type. */
const FIELD_BYTES = 4_096;
const LAST_ASCII = 0x7f;

export interface MessageStreamEvents {
  onMessage(text: string, size: Bytes): void;
  /** It cannot be read any further. */
  onUnreadable(reason: string): void;
}

export class MessageStream {
  /** Of the last event that had one. */
  lastEventId: string | undefined;
  /** How long to wait before the stream is taken up again, if the server has said so. */
  retryMs: number | undefined;
  readonly #limit: Bytes;
  readonly #events: MessageStreamEvents;
  #parser: EventSourceParser;
  /** Only while a character may be cut in two: most pieces end with an event. */
  #decoder: StringDecoder | undefined;
  #unreadable = false;

  constructor(limit: Bytes, events: MessageStreamEvents) {
    this.#limit = limit;
    this.#events = events;
    this.#parser = this.#newParser();
  }

  /** Another response goes on with the stream: half an event of the one before is forgotten. */
  restart(): void {
    this.#parser = this.#newParser();
    this.#decoder = undefined;
  }

  feed(chunk: Buffer): void {
    if (!this.#unreadable) this.#parser.feed(this.#textOf(chunk));
  }

  #textOf(chunk: Buffer): string {
    if (this.#decoder === undefined && (chunk.at(-1) ?? 0) <= LAST_ASCII) return chunk.toString('utf8');
    this.#decoder ??= new StringDecoder('utf8');
    return this.#decoder.write(chunk);
  }

  #newParser(): EventSourceParser {
    return createParser({
      maxBufferSize: this.#limit + FIELD_BYTES,
      onRetry: (retryMs) => void (this.retryMs = retryMs),
      onEvent: ({ id, event, data }) => {
        if (id !== undefined) this.lastEventId = id;
        // [spec] an event without data says where the stream stands, and nothing else; other types are not for us.
        if (data !== '' && (event === undefined || event === 'message')) this.#take(data);
      },
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#stop();
      },
    });
  }

  #take(text: string): void {
    if (this.#unreadable) return;
    const size = bytes(Buffer.byteLength(text));
    if (size > this.#limit) this.#stop();
    else this.#events.onMessage(text, size);
  }

  #stop(): void {
    this.#unreadable = true;
    this.#events.onUnreadable(`the server sent a message of more than ${this.#limit} bytes`);
  }
}
