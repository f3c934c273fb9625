/** What drives load through an MCP client: the tool's own `McpClient`, or the official SDK's. */
import type { Nanoseconds } from '../units.ts';
import type { StrayCounts } from './client.ts';
import type { Exchange } from './outcome.ts';
import type { RepeatedCall } from './call-template.ts';
import type { JsonObject } from './jsonrpc.ts';

/** Messages in both directions, and their JSON-RPC bytes: `undefined` for a client that hands over objects and never sees the text. */
export interface PeerCounts {
  messagesUp: number;
  messagesDown: number;
  payloadUp: number | undefined;
  payloadDown: number | undefined;
}

/** What is told by a client without being asked. */
export interface PeerEvents {
  onNotification(method: string, params: JsonObject, receivedNs: Nanoseconds): void;
  /** The connection is gone. Called at most once, never after `detach()`. */
  onClosed(reason: string): void;
}

export interface McpPeer {
  readonly strays: Readonly<StrayCounts>;
  readonly counts: Readonly<PeerCounts>;
  /** Sessions that the server has ended and this client has opened again; calls that waited for it have taken the longer. */
  readonly sessionsReopened: number;
  /** Unlike that of any request so far: a progress token that the next request may use. */
  readonly nextId: number;
  /** Opens the session. Answers what the server said of itself. Rejects when it refuses, with a message fit to print. */
  open(protocolVersion: string): Promise<JsonObject>;
  /** Asks for the events of these resources. Rejects when the server refuses. */
  subscribe(uris: readonly string[]): Promise<void>;
  /** Sends a request; calls back exactly once, whatever becomes of it. */
  start(method: string, params: JsonObject | undefined, settle: (exchange: Exchange) => void): unknown;
  /** As `start`, with a call that was made before and differs in nothing but its nonce; absent where every request is written anew. */
  startCall?(call: RepeatedCall, nonce: string, settle: (exchange: Exchange) => void): unknown;
  /** As `start`, with a request that asks for nothing but an answer. */
  startPing(settle: (exchange: Exchange) => void): unknown;
  /** As `start`, with a promise that never rejects: a failed exchange is a result. */
  request(method: string, params: JsonObject | undefined): Promise<Exchange>;
  /** Forgets whatever is pending (as disconnected) and stops. The connection is its owner's to close. */
  detach(reason?: string): void;
}
