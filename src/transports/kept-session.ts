/** Sessions that outlive their connections for a while, for transports whose own rules know no such thing. */
import type { EncodedMessage, McpServer, McpSession } from '../mcp/contract.ts';
import { ReplayLog } from './replay-log.ts';

/** A client that has not come back by then is gone. */
const KEPT_MS = 60_000;

/** A log is over all streams of a session; here a session has one. */
const STREAM = 0;

/** One connection of a session. */
export interface SessionCarrier {
  /** `sequence` counts the session's messages from 1. */
  send(message: EncodedMessage, sequence: number): void;
  /** Another connection has taken the session over. */
  drop(): void;
}

/** The sessions of an endpoint by their names. */
export class KeptSessions {
  readonly #server: McpServer;
  readonly #sessions = new Map<string, KeptSession>();

  constructor(server: McpServer) {
    this.#server = server;
  }

  /** A new one. One of the same name that cannot be taken up is over. */
  open(name: string): KeptSession {
    this.#sessions.get(name)?.end();
    const session = new KeptSession(this.#server, () => this.#sessions.delete(name));
    this.#sessions.set(name, session);
    return session;
  }

  /** The session, if everything that it has sent after this message can be sent again. */
  resumable(name: string, after: number): KeptSession | undefined {
    const session = this.#sessions.get(name);
    return session?.missedAfter(after) === undefined ? undefined : session;
  }

  /** The endpoint closes. */
  conclude(): void {
    for (const session of this.#sessions.values()) session.conclude();
  }
}

export class KeptSession {
  readonly mcp: McpSession;
  readonly #onEnd: () => void;
  readonly #log = new ReplayLog();
  #sequence = 0;
  #carrier: SessionCarrier | undefined;
  #waiting: NodeJS.Timeout | undefined;

  constructor(server: McpServer, onEnd: () => void) {
    this.mcp = server.openSession((message) => this.#deliver(message));
    this.#onEnd = onEnd;
  }

  #deliver(message: EncodedMessage): void {
    this.#sequence += 1;
    this.#log.add(STREAM, this.#sequence, message);
    this.#carrier?.send(message, this.#sequence);
  }

  /** What was sent after this message; `undefined` when some of it is no longer kept, or there was no such message. */
  missedAfter(after: number): readonly { readonly sequence: number; readonly message: EncodedMessage }[] | undefined {
    const missed = this.#log.after({ stream: STREAM, sequence: after });
    return missed?.length === this.#sequence - after ? missed : undefined;
  }

  /** Goes on over this connection, with what the client has missed first. The connection before may not have been seen to break yet. */
  carry(carrier: SessionCarrier, after: number): void {
    clearTimeout(this.#waiting);
    this.#carrier?.drop();
    this.#carrier = carrier;
    for (const { message, sequence } of this.missedAfter(after) ?? []) carrier.send(message, sequence);
  }

  /** The connection is gone; the session waits for another, unless it has one already. */
  leave(carrier: SessionCarrier): void {
    if (this.#carrier !== carrier) return;
    this.#carrier = undefined;
    this.#waiting = setTimeout(() => this.end(), KEPT_MS).unref();
  }

  end(): void {
    this.#end(() => this.mcp.end());
  }

  /** As `end`, while the client can still be told. */
  conclude(): void {
    this.#end(() => this.mcp.conclude());
  }

  #end(endMcp: () => void): void {
    clearTimeout(this.#waiting);
    endMcp();
    this.#onEnd();
  }
}
