/** What a transport needs to know of MCP: texts to carry, and a server to hand them to. */
import type { Bytes } from '../units.ts';

/** A JSON-RPC message, serialised once, with what some transports must know of it beside the text. */
export interface EncodedMessage {
  readonly text: string;
  /** Length of the text in UTF-8 bytes. */
  readonly size: Bytes;
  /** Absent for notifications. */
  readonly id: number | string | undefined;
  /** Absent for answers. */
  readonly method: string | undefined;
}

/** One client's session as the endpoint sees it. */
export interface McpSession {
  /**
   * Reads one JSON-RPC text. One that is understood is handled when the transport says so (an HTTP transport answers
   * the request first); one that is not has the error to send back.
   */
  receive(text: string): Reception;
  /** The client is gone: subscriptions end, waiting calls are forgotten. */
  end(): void;
}

export type Reception =
  | {
      readonly understood: true;
      /** Handles the message. Answers and notifications go out through the session's `deliver`. */
      proceed(): void;
    }
  | { readonly understood: false; readonly problem: EncodedMessage };

/** The server under test, the same for every transport. */
export interface McpServer {
  /** Opens a session; `deliver` sends one message to its client. */
  openSession(deliver: (message: EncodedMessage) => void): McpSession;
}

/** The client's way to its server: all that `McpClient` needs of a transport's channel. */
export interface MessageSink {
  /** Hands the message to the transport; failure is told through the events. */
  send(message: EncodedMessage): void;
}

/** What a transport tells the client. */
export interface ChannelEvents {
  /** A complete JSON-RPC text has arrived. `size` is its length in UTF-8 bytes. */
  onMessage(text: string, size: Bytes): void;
  /** The message with this JSON-RPC id could not be delivered (HTTP error status, connection refused); notifications have no id. */
  onSendFailure(id: number | string | undefined, reason: string): void;
  /** The channel is gone and will not come back by itself. Called at most once, never after `close()`. */
  onClosed(reason: string): void;
}
