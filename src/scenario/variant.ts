/** The axes of a measurement: everything about the way messages travel that a person could choose otherwise. */
import type { NetworkMechanism, NetworkProfile } from './network.ts';

/** Revisions of the protocol, oldest first; the handshake (`initialize`) era ends with the last but one. */
export const PROTOCOL_REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const;
export type ProtocolRevision = (typeof PROTOCOL_REVISIONS)[number];

/** Which client library drives: what a Node user would pick, bare sockets, or the official SDK. */
export const CLIENT_STACKS = ['stock', 'lean', 'sdk'] as const;
export type ClientStack = (typeof CLIENT_STACKS)[number];

export const HTTP_VERSIONS = ['1.1', '2'] as const;
export type HttpVersion = (typeof HTTP_VERSIONS)[number];

/** `deflate` is WebSocket's permessage-deflate; `gzip` and `br` are content codings of event streams. */
export const COMPRESSIONS = ['off', 'deflate', 'gzip', 'br'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** How an endpoint that has the choice answers a request: as an event stream that ends with the answer, or as one JSON object. */
export const REPLY_MODES = ['sse', 'json'] as const;
export type ReplyMode = (typeof REPLY_MODES)[number];

/** One way of speaking MCP, exactly. Two trials are repetitions of each other only if their variants are equal. */
export interface Variant {
  /** The folder under `transports/`. */
  readonly transport: string;
  readonly protocol: ProtocolRevision;
  readonly http: HttpVersion;
  readonly tls: boolean;
  readonly compression: Compression;
  /** `null` where answers have one way only. */
  readonly reply: ReplyMode | null;
  readonly client: ClientStack;
  /** Whose server: `embedded` for the tool's own; else the name of somebody's, never its headers. */
  readonly target: string;
  /** The network between the two ends; `lo` is the host's loopback as it is. */
  readonly network: NetworkProfile;
  /** How that network is emulated; absent for `lo`, which is not. */
  readonly mechanism?: NetworkMechanism | undefined;
}

/** Whether both went over the same network, by the same mechanism: numbers from different ones are not compared. */
export const isSameNetwork = (a: Variant, b: Variant): boolean =>
  a.network === b.network && a.mechanism === b.mechanism;

/** The variant that a name on the command line means when nothing else is said; `reply` is the transport's usual one. */
export function defaultVariant(transport: string, reply: ReplyMode | null = null): Variant {
  return {
    transport,
    protocol: '2025-11-25',
    http: '1.1',
    tls: false,
    compression: 'off',
    reply,
    client: 'stock',
    target: 'embedded',
    network: 'lo',
  };
}
