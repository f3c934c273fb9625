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
  /** Takes one JSON-RPC text. Answers and notifications go out through the session's `deliver`. */
  receive(text: string): void;
  /** The client is gone: subscriptions end, waiting calls are forgotten. */
  end(): void;
}

/** The server under test, the same for every transport. */
export interface McpServer {
  /** Opens a session; `deliver` sends one message to its client. */
  openSession(deliver: (message: EncodedMessage) => void): McpSession;
}
