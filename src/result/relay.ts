/** What is known of a relay that emulated a network. */
import type { Nanoseconds } from '../units.ts';

/** A relay's own ping, before anything was measured through it, against the network that it was to be. */
export interface RelayCheck {
  /** What it was to add to an exchange. */
  readonly roundTripNs: Nanoseconds;
  readonly pings: number;
  /** What it added beyond that, the time of the same ping without it taken off: at the median, and in one of ten. */
  readonly addedP50Ns: Nanoseconds;
  readonly addedP90Ns: Nanoseconds;
}

/** How late a relay passed on what it was to delay, over one window: after its due time, by its own clock. */
export interface RelayLateness {
  /** Chunks of bytes, and connections that opened or ended. */
  readonly chunks: number;
  readonly p50Ns: Nanoseconds;
  readonly p99Ns: Nanoseconds;
  readonly maxNs: Nanoseconds;
}
