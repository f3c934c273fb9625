/** The two generations of the protocol, as far as this bench speaks them. */

/** Revisions that open with `initialize`; in these the messages that the bench sends are the same. */
export const HANDSHAKE_REVISIONS: readonly string[] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

export const LATEST_HANDSHAKE_REVISION = '2025-11-25';

/** The revision in which every request carries its own version and capabilities, and nothing is initialized. */
export const STATELESS_REVISION = '2026-07-28';

/** Revisions whose requests stand by themselves. */
export const PER_REQUEST_REVISIONS: readonly string[] = [STATELESS_REVISION];

/** How the two ends come to an agreement: by `initialize` once, or by `_meta` with every request ([spec] 2026-07-28, versioning: legacy and modern). */
export type Era = 'handshake' | 'per-request';
export const eraOf = (revision: string): Era => (HANDSHAKE_REVISIONS.includes(revision) ? 'handshake' : 'per-request');

/** [spec] lifecycle: a server that does not support the requested version answers with the latest one it does. */
export const negotiate = (requested: unknown): string =>
  typeof requested === 'string' && HANDSHAKE_REVISIONS.includes(requested) ? requested : LATEST_HANDSHAKE_REVISION;
