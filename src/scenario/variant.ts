/** The axes of a measurement: everything about the way messages travel that a person could choose otherwise. */

/** Revisions of the protocol, oldest first; the handshake (`initialize`) era ends with the last but one. */
export const PROTOCOL_REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const;
export type ProtocolRevision = (typeof PROTOCOL_REVISIONS)[number];

/** Which client library drives: what a Node user would pick, bare sockets, or the official SDK. */
export const CLIENT_STACKS = ['stock', 'lean', 'sdk'] as const;
export type ClientStack = (typeof CLIENT_STACKS)[number];

export type Compression = 'off' | 'deflate' | 'gzip' | 'br';

/** One way of speaking MCP, exactly. Two trials are repetitions of each other only if their variants are equal. */
export interface Variant {
  /** The folder under `transports/`. */
  readonly transport: string;
  readonly protocol: ProtocolRevision;
  readonly http: '1.1' | '2';
  readonly tls: boolean;
  readonly compression: Compression;
  readonly client: ClientStack;
  /** Whose server: the tool's own, in a process of its own. */
  readonly target: 'embedded';
  /** The network between the two ends; `lo` is the host's loopback as it is. */
  readonly network: 'lo';
}

/** The variant that a name on the command line means when nothing else is said. */
export function defaultVariant(transport: string): Variant {
  return {
    transport,
    protocol: '2025-11-25',
    http: '1.1',
    tls: false,
    compression: 'off',
    client: 'stock',
    target: 'embedded',
    network: 'lo',
  };
}
