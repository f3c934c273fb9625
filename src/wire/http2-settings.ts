/** What both ends of an HTTP/2 connection set alike. */
import type { SessionOptions, Settings } from 'node:http2';
import { bytes } from '../units.ts';

const MIB = 1024 * 1024;

/**
 * Flow control ([RFC 9113] 5.2). A stream may carry the largest message that there is at once (16 MiB), so that no message
 * waits for a WINDOW_UPDATE of its own, and a connection four such; below that TCP's own flow control holds, as under HTTP/1.1.
 */
export const HTTP2_WINDOWS = { stream: bytes(16 * MIB), connection: bytes(64 * MIB) };

/** More than any plan has requests in flight on one connection; bounded, for what is not a plan. */
const MAX_CONCURRENT_STREAMS = 1_024;
/** Node refuses new streams when what a connection holds exceeds this many megabytes. Its default of 10 is less than one message. */
const MAX_SESSION_MEMORY_MB = 256;

const HTTP2_SETTINGS = {
  initialWindowSize: HTTP2_WINDOWS.stream,
  maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
  enablePush: false,
} satisfies Settings;

export const HTTP2_OPTIONS = {
  settings: HTTP2_SETTINGS,
  maxSessionMemory: MAX_SESSION_MEMORY_MB,
} satisfies SessionOptions;
