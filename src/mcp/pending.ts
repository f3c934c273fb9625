/** Requests that wait for their answers. */
import type { Nanoseconds } from '../units.ts';
import type { CallTemplate } from './call-template.ts';
import type { Exchange } from './outcome.ts';
import type { RequestId } from './jsonrpc.ts';

/** How often overdue requests are looked for. A timeout is at most this late. */
const SWEEP_EVERY_MS = 50;

/** Told what the server agreed to of a `subscriptions/listen`; answers whether the client is content with it. */
export type Acknowledge = (filter: unknown) => boolean;

export interface Pending {
  readonly method: string;
  readonly sentNs: Nanoseconds;
  readonly settle: (exchange: Exchange) => void;
  readonly acknowledge: Acknowledge | undefined;
  /** An acknowledged subscription is answered when it ends, which may be never. */
  endless: boolean;
  /** Of a call that is one of many. */
  readonly repeats?: Repeats | undefined;
}

/** What an answer is compared with. */
interface Repeats {
  readonly template: CallTemplate;
  readonly nonce: string;
}

/**
 * In the order of sending. While there are any they keep the process: an idle socket, or one whose response has ended, does
 * not. One timer looks after those of all clients, and lets go of what has nothing left: ten thousand idle clients cost neither
 * a timer nor a table each.
 */
export class PendingRequests {
  /** Those that have something to wait for, or had at the last look. */
  static readonly #awake = new Set<PendingRequests>();
  static #sweeper: NodeJS.Timeout | undefined;

  #requests: Map<RequestId, Pending> | undefined;
  #isAwake = false;
  #sweep: (() => void) | undefined;

  get size(): number {
    return this.#requests?.size ?? 0;
  }

  /** Calls back now and then while anything waits, for those that are overdue, until `stop`. */
  start(sweep: () => void): void {
    this.#sweep = sweep;
    if (this.size > 0) this.#wake();
  }

  stop(): void {
    this.#sweep = undefined;
    this.#rest();
  }

  get(id: RequestId): Pending | undefined {
    return this.#requests?.get(id);
  }

  has(id: RequestId): boolean {
    return this.#requests?.has(id) === true;
  }

  add(id: RequestId, pending: Pending): void {
    this.#requests ??= new Map();
    this.#requests.set(id, pending);
    if (!this.#isAwake && this.#sweep !== undefined) this.#wake();
  }

  delete(id: RequestId): void {
    this.#requests?.delete(id);
  }

  ids(): Iterable<RequestId> {
    return this.#requests?.keys() ?? [];
  }

  /** Sent before the instant, and not to be waited for for ever: the first young one ends the search. */
  *sentBefore(instantNs: number): Generator<RequestId> {
    for (const [id, pending] of this.#requests ?? []) {
      if (pending.endless) continue;
      if (pending.sentNs > instantNs) return;
      yield id;
    }
  }

  #wake(): void {
    this.#isAwake = true;
    PendingRequests.#awake.add(this);
    PendingRequests.#sweeper ??= setInterval(() => PendingRequests.#look(), SWEEP_EVERY_MS);
  }

  #rest(): void {
    this.#isAwake = false;
    PendingRequests.#awake.delete(this);
    if (PendingRequests.#awake.size > 0) return;
    clearInterval(PendingRequests.#sweeper);
    PendingRequests.#sweeper = undefined;
  }

  static #look(): void {
    for (const one of PendingRequests.#awake) {
      one.#sweep?.();
      if (one.size > 0) continue;
      one.#requests = undefined;
      one.#rest();
    }
  }
}
