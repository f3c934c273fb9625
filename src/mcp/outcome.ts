/** How a request ended. */
import type { Nanoseconds } from '../units.ts';
import type { Incoming, JsonObject } from './jsonrpc.ts';

export type Outcome =
  /** `asExpected`: the answer was, byte for byte, one that has been read and found right, but for its id and its nonce, which are right too. Its `result` is that one's. */
  | { readonly kind: 'ok'; readonly result: JsonObject; readonly asExpected?: true }
  /** The server answered with an error, or its transport refused the message. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** `onlyThis`: the connection that carried this one message broke; the client goes on. */
  | { readonly kind: 'disconnected'; readonly reason: string; readonly onlyThis?: true }
  | { readonly kind: 'timed-out' };

/** A request and what became of it. */
export interface Exchange {
  readonly outcome: Outcome;
  /** Immediately before the message was handed to the transport. */
  readonly sentNs: Nanoseconds;
  /** When the complete answer was parsed and matched; for a timeout, when it was given up. */
  readonly completedNs: Nanoseconds;
}

export function outcomeOf(message: Extract<Incoming, { kind: 'result' | 'error' }>): Outcome {
  if (message.kind === 'error') return { kind: 'rejected', reason: `error ${message.code}: ${message.message}` };
  const { result } = message;
  const type = result['resultType'];
  // [spec] basic: a result without a type is complete, one of a type unheard of is invalid. This client has no use for the others.
  if (type === undefined || type === 'complete') return { kind: 'ok', result };
  return { kind: 'rejected', reason: `a result of type ${JSON.stringify(type)}` };
}

/** A failed outcome in words. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'ok':
      return 'ok';
    case 'timed-out':
      return 'no answer in time';
    default:
      return outcome.reason;
  }
}
