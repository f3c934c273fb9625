/** From what was said when a session did not open to the limit that it ran into. */
import type { ConnectionLimit } from '../../result/studies/connection-limits.ts';

/** What is known of the server's process at that moment. */
export interface ServerDescriptors {
  readonly open: number | undefined;
  readonly limit: number | undefined;
}

export interface Refusal {
  /** The error's message, which holds the system's own word for it where it has one. */
  readonly said: string;
  readonly clientLimit: number | undefined;
  readonly server: ServerDescriptors;
  /** Descriptors that attempts of the same moment may have held and given back since. */
  readonly givenBack: number;
}

const CODES: readonly { readonly pattern: RegExp; readonly limit: (refusal: Refusal) => ConnectionLimit }[] = [
  {
    // The server's own words, where it was asked something and could not look it up.
    pattern: /^endpoint: E[MN]FILE\b/,
    limit: ({ server }) => ({ kind: 'descriptors', of: 'server', limit: server.limit ?? null }),
  },
  {
    pattern: /\bE[MN]FILE\b/,
    limit: ({ clientLimit }) => ({ kind: 'descriptors', of: 'client', limit: clientLimit ?? null }),
  },
  { pattern: /\bEADDRNOTAVAIL\b/, limit: () => ({ kind: 'ports' }) },
  { pattern: /\b(ENOMEM|ENOBUFS)\b/, limit: () => ({ kind: 'memory', budgetBytes: null }) },
];

/** A server without a free descriptor accepts and closes at once: the client only sees its connection end. */
export function nameLimit(refusal: Refusal): ConnectionLimit {
  const { said, server, givenBack } = refusal;
  const known = CODES.find(({ pattern }) => pattern.test(said));
  if (known !== undefined) return known.limit(refusal);
  const { open, limit } = server;
  if (open !== undefined && limit !== undefined && open >= limit - givenBack)
    return { kind: 'descriptors', of: 'server', limit };
  return { kind: 'refused', said };
}
