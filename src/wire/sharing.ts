/** What those who share have in common. Kept here and not in their own object, so that a transport's contract knows nothing of HTTP. */
import type { Sharing } from '../transports/contract.ts';
import type { HttpClient } from './http.ts';

export interface Shared {
  /** One per origin, per address that it is connected from, and per proxy that it is connected through. */
  readonly clients: Map<string, HttpClient>;
  /** The latest that each server has given, by its host and port. */
  readonly tlsSessions: Map<string, Buffer>;
}

const shared = new WeakMap<Sharing, Shared>();

export function sharedBy(sharing: Sharing): Shared {
  const known = shared.get(sharing);
  if (known !== undefined) return known;
  const made = { clients: new Map<string, HttpClient>(), tlsSessions: new Map<string, Buffer>() };
  shared.set(sharing, made);
  return made;
}

/** Ends the HTTP connections that are shared. What is shared after that begins anew, but for TLS sessions. */
export async function closeShared(sharing: Sharing): Promise<void> {
  const { clients } = sharedBy(sharing);
  const all = [...clients.values()];
  clients.clear();
  await Promise.all(all.map((client) => client.close()));
}
