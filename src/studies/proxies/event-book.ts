/** Which published events have come, how long each took, and who waits for them. */
import type { JsonObject } from '../../mcp/jsonrpc.ts';
import { readEvent } from '../../mcp/events.ts';
import type { Clock } from '../../measure/clock.ts';
import { type Nanoseconds, minus } from '../../units.ts';

interface Waiting {
  readonly run: number;
  readonly count: number;
  readonly done: () => void;
}

export class EventBook {
  /** By run, then by place in the order of publication. The first arrival counts. */
  readonly #delays = new Map<number, Map<number, Nanoseconds>>();
  #waiting: Waiting[] = [];

  /** As the client's `onNotification`. Publisher and client have one clock: both are on this host. */
  take(params: JsonObject, receivedNs: Nanoseconds): void {
    const stamp = readEvent(params);
    if (stamp === undefined) return;
    const { run, sequence, emittedNs } = stamp;
    const ofRun = this.#delays.get(run) ?? new Map<number, Nanoseconds>();
    this.#delays.set(run, ofRun);
    if (!ofRun.has(sequence)) ofRun.set(sequence, minus(receivedNs, emittedNs));
    for (const one of this.#waiting) if (one.run === run && ofRun.size >= one.count) one.done();
  }

  /** In the order of publication; `null` for one that has not come. */
  delays(run: number, count: number): readonly (Nanoseconds | null)[] {
    const ofRun = this.#delays.get(run);
    return Array.from({ length: count }, (_, sequence) => ofRun?.get(sequence) ?? null);
  }

  /** Resolves when so many of the run have come, or at the deadline. */
  all(run: number, count: number, clock: Clock, deadline: Nanoseconds): Promise<void> {
    if ((this.#delays.get(run)?.size ?? 0) >= count) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        resolve();
      };
      const waiting = { run, count, done };
      const cancel = clock.at(deadline, done);
      this.#waiting.push(waiting);
    });
  }
}
