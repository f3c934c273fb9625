/** What a transport needs to know of MCP: texts to carry, and a server to hand them to. */
import type { Bytes } from '../units.ts';

/** A JSON-RPC message, serialised once, with what some transports must know of it beside the text. */
export interface EncodedMessage {
  readonly text: string;
  /** Length of the text in UTF-8 bytes. */
  readonly size: Bytes;
  /** The same in UTF-8, where it was made as bytes: to be read at once, the next message may be written over them. */
  readonly bytes?: Buffer | undefined;
  /** Absent for notifications. */
  readonly id: number | string | undefined;
  /** Absent for answers. */
  readonly method: string | undefined;
  /** What the method is applied to, for transports that repeat it outside of the text: a tool's name or a resource's URI. */
  readonly name: string | undefined;
  /** JSON-RPC code of an error answer that finds fault with the request itself, for transports that have a status of their own for it; absent for everything else. */
  readonly errorCode: number | undefined;
}

/** What a message is, read once: a transport that repeats parts of it outside of the text compares them with this. */
export interface MessageHead {
  readonly kind: 'request' | 'notification' | 'answer';
  readonly id: number | string | undefined;
  readonly method: string | undefined;
  /** `params.name` or, without one, `params.uri`. */
  readonly name: string | undefined;
  /** Of a request that carries its revision with it (2026-07-28 and later). */
  readonly protocolVersion: string | undefined;
}

/**
 * Sends one message to the client. `during` is the client's request that it belongs to: it answers it, reports on it, or
 * is an event of the subscription that the request opened. `undefined` for what the server sends of its own accord.
 */
export type Deliver = (message: EncodedMessage, during: number | string | undefined) => void;

/** One client's session as the endpoint sees it. */
export interface McpSession {
  /**
   * Reads one JSON-RPC text. One that is understood is handled when the transport says so (an HTTP transport answers
   * the request first); one that is not has the error to send back.
   */
  receive(text: string): Reception;
  /** The client is gone: subscriptions end, waiting calls are forgotten. */
  end(): void;
  /** The endpoint closes while the client can still be told: open `subscriptions/listen` requests are answered, then as `end()`. */
  conclude(): void;
}

export type Reception =
  | {
      readonly understood: true;
      readonly head: MessageHead;
      /** Handles the message. Answers and notifications go out through the session's `deliver`. */
      proceed(): void;
    }
  | { readonly understood: false; readonly problem: EncodedMessage };

/** The server under test, the same for every transport. */
export interface McpServer {
  /** Opens a session. Where every request stands by itself (2026-07-28 over HTTP), a session lives as long as one request. */
  openSession(deliver: Deliver): McpSession;
}

/** The client's way to its server: all that `McpClient` needs of a transport's channel. */
export interface MessageSink {
  /** Hands the message to the transport; failure is told through the events. */
  send(message: EncodedMessage): void;
  /** Tells the server that nobody waits for this request any more: by `notice`, or as the transport has it. Answers whether the notice was sent. */
  cancel(id: number | string, notice: EncodedMessage): boolean;
  /** The revision that both ends have agreed on: transports that repeat it outside of the text do so from now on. */
  negotiated(protocolVersion: string): void;
  /** Resolves when the server can send to this client unasked; absent where it always can. Asked for when a session is opened again. */
  listen?(): Promise<void>;
}

/** What a transport tells the client. */
export interface ChannelEvents {
  /** A complete JSON-RPC text has arrived. `size` is its length in UTF-8 bytes. */
  onMessage(text: string, size: Bytes): void;
  /** The same for a text that was never made one: bytes `start` up to `end` of a buffer that is written over when this returns. Told instead where it is listened to and the channel has bytes. */
  onBytes?(buffer: Buffer, start: number, end: number): void;
  /**
   * The message with this JSON-RPC id could not be delivered, or its reply holds no answer (HTTP error status); notifications
   * have no id. `disconnected` where the connection that carried it broke and the channel goes on without it.
   */
  onSendFailure(id: number | string | undefined, reason: string, how?: 'rejected' | 'disconnected'): void;
  /**
   * The server no longer knows the client's session: a new one has to be opened, by `initialize` and what follows it. Told
   * once per session. Requests that the server has refused for it, or that are sent in the meantime, the channel keeps and
   * sends when the new session is initialized. Without a listener the channel is gone instead.
   */
  onSessionLost?(): void;
  /** A stream broke, and the channel is going to ask for it again by itself. */
  onInterrupted?(): void;
  /** It is asking. */
  onResuming?(): void;
  /** It has it. */
  onResumed?(): void;
  /** The channel is gone and will not come back by itself. Called at most once, never after `close()`. */
  onClosed(reason: string): void;
}
