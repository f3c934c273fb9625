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

/** In the order of sending. While there are any they keep the process: an idle socket, or one whose response has ended, does not. */
export class PendingRequests {
  readonly #requests = new Map<RequestId, Pending>();
  #sweeper: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#requests.size;
  }

  /** Calls back now and then, for those that are overdue, until `stop`. */
  start(sweep: () => void): void {
    this.#sweeper = setInterval(sweep, SWEEP_EVERY_MS);
    this.#keepAwake();
  }

  stop(): void {
    clearInterval(this.#sweeper);
  }

  get(id: RequestId): Pending | undefined {
    return this.#requests.get(id);
  }

  has(id: RequestId): boolean {
    return this.#requests.has(id);
  }

  add(id: RequestId, pending: Pending): void {
    this.#requests.set(id, pending);
    if (this.#requests.size === 1) this.#keepAwake();
  }

  delete(id: RequestId): void {
    this.#requests.delete(id);
    if (this.#requests.size === 0) this.#keepAwake();
  }

  ids(): IterableIterator<RequestId> {
    return this.#requests.keys();
  }

  /** Sent before the instant, and not to be waited for for ever: the first young one ends the search. */
  *sentBefore(instantNs: number): Generator<RequestId> {
    for (const [id, pending] of this.#requests) {
      if (pending.endless) continue;
      if (pending.sentNs > instantNs) return;
      yield id;
    }
  }

  #keepAwake(): void {
    if (this.#requests.size === 0) this.#sweeper?.unref();
    else this.#sweeper?.ref();
  }
}
