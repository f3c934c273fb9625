/** Who gets which topic's events. Sessions that subscribe to nothing cost a publication nothing. */
import type { PublishedEvent } from './events.ts';

export interface Subscriber {
  take(event: PublishedEvent): void;
}

const NOBODY: ReadonlySet<Subscriber> = new Set();

export class Subscribers {
  readonly #byUri = new Map<string, Set<Subscriber>>();

  /** Adding twice is adding once. */
  add(uri: string, subscriber: Subscriber): void {
    const known = this.#byUri.get(uri);
    if (known === undefined) this.#byUri.set(uri, new Set([subscriber]));
    else known.add(subscriber);
  }

  remove(uris: Iterable<string>, subscriber: Subscriber): void {
    for (const uri of uris) {
      const known = this.#byUri.get(uri);
      known?.delete(subscriber);
      if (known?.size === 0) this.#byUri.delete(uri);
    }
  }

  to(uri: string): ReadonlySet<Subscriber> {
    return this.#byUri.get(uri) ?? NOBODY;
  }
}
