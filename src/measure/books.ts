/** What was asked for and what came of it: every book must balance, or the measurement is invalid. */
import type { Bytes } from '../units.ts';

/** due = ok + rejected + disconnected + wrong + timedOut + dropped. */
export interface CallBooks {
  readonly due: number;
  readonly ok: number;
  /** Answered with an error, or refused by the server with an HTTP status. */
  readonly rejected: number;
  /** The connection went away first. */
  readonly disconnected: number;
  /** Answered, with the wrong nonce, text or shape. */
  readonly wrong: number;
  readonly timedOut: number;
  /** Due, never sent: `maxInFlight` was reached. */
  readonly dropped: number;
  /** Answers beyond the books: to an id that was never asked, or asked of another client. */
  readonly misrouted: number;
  /** Second answers to the same id. */
  readonly duplicated: number;
  /** Texts that were not JSON or not JSON-RPC. */
  readonly unreadable: number;
  /** The first few errors, escaped, at most 5. */
  readonly errors: readonly string[];
}

/** published = delivered + lost. */
export interface NotificationBooks {
  /** Sends to one subscriber each. */
  readonly published: number;
  /** Distinct ones that arrived. */
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
}

/** Counted over the window, edges quiet: nothing was in flight when the counters were read. */
export interface ByteBooks {
  /** At the endpoint's sockets; `null` where there is no wire, or the endpoint is somebody else's. */
  readonly wireUp: Bytes | null;
  readonly wireDown: Bytes | null;
  /** The same at the driver's sockets; must be equal where both are known. `null` where there is no wire. */
  readonly driverWireUp: Bytes | null;
  readonly driverWireDown: Bytes | null;
  /** UTF-8 bytes of the JSON-RPC messages. */
  readonly payloadUp: Bytes;
  readonly payloadDown: Bytes;
  readonly messagesUp: number;
  readonly messagesDown: number;
}

/** Whether the calls' book balances. */
export const callsBalance = (books: CallBooks): boolean =>
  books.due === books.ok + books.rejected + books.disconnected + books.wrong + books.timedOut + books.dropped;

/** Whether the notifications' book balances: more arrivals than sends, duplicates set aside, cannot be. */
export const notificationsBalance = (books: NotificationBooks): boolean =>
  books.published === books.delivered + books.lost && books.lost >= 0;
