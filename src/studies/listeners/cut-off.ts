/** One listener is cut off in the midst of a publication, and comes back with a new session at once: what it misses, and what the others notice. */
import { type Clock, until } from '../../measure/clock.ts';
import { type Nanoseconds, minus, nanoseconds, plus } from '../../units.ts';
import type { Audience } from './audience.ts';
import type { Hop } from './hop.ts';

/** The one that is cut off, and how. */
export interface CutOrder {
  readonly audience: Audience;
  /** Of the listener that reaches the endpoint through the hop. */
  readonly listener: number;
  readonly hop: Hop;
  readonly afterNs: Nanoseconds;
  readonly clock: Clock;
}

export interface Absence {
  /** Cut → its client was told; `null` where it was not. */
  readonly noticedNs: Nanoseconds | null;
  /** Cut → a new session listens; `null` where none was opened. */
  readonly backNs: Nanoseconds | null;
}

/** Resolves when the connections are cut; the answer's own promise when the listener is back, if it is ever told. Rejects there when it cannot come back. */
export async function cutOff({ audience, listener, hop, afterNs, clock }: CutOrder): Promise<() => Promise<Absence>> {
  let noticedNs: Nanoseconds | null = null;
  let coming: Promise<Nanoseconds> | undefined;
  await until(clock, plus(clock.now(), afterNs));
  const cutNs = clock.now();
  audience.onLost((index) => {
    if (index !== listener || coming !== undefined) return;
    noticedNs = minus(clock.now(), cutNs);
    coming = audience.openOne(listener, hop.address).then(() => minus(clock.now(), cutNs));
    coming.catch(() => undefined); // Whoever asks for it is told.
  });
  hop.cut();
  return async () => ({ noticedNs, backNs: coming === undefined ? null : nanoseconds(await coming) });
}
