/** Whether two processes may subtract each other's instants: a handshake with hard bounds, not an assumption. */
import { readlinkSync } from 'node:fs';
import { type Nanoseconds, nanoseconds } from '../units.ts';

/** Whether instants of the two processes may be subtracted from each other. */
export interface ClockCheck {
  readonly comparable: boolean;
  /** Hard bounds on the offset between the endpoint's clock and the driver's. */
  readonly offsetLowNs: Nanoseconds;
  readonly offsetHighNs: Nanoseconds;
  /** Why, in words: `same time namespace`, `offset bounds exclude 0`. */
  readonly evidence: string;
}

/** One exchange of stamps: asked, received there, sent there, answered here. */
export interface StampExchange {
  readonly askedNs: number;
  readonly receivedNs: number;
  readonly sentNs: number;
  readonly answeredNs: number;
}

/** Bounds on (their clock − ours). */
export interface OffsetBounds {
  readonly lowNs: number;
  readonly highNs: number;
}

/**
 * Causality gives hard bounds (Cristian 1989): a message is received after it was sent, so the offset is at most
 * `received − asked` and at least `sent − answered`. All exchanges hold at once, so their intervals are intersected.
 * Without exchanges the bounds are infinite.
 */
export function boundOffset(exchanges: readonly StampExchange[]): OffsetBounds {
  return {
    lowNs: Math.max(Number.NEGATIVE_INFINITY, ...exchanges.map((one) => one.sentNs - one.answeredNs)),
    highNs: Math.min(Number.POSITIVE_INFINITY, ...exchanges.map((one) => one.receivedNs - one.askedNs)),
  };
}

/** The kernel's name for the time namespace of this process; a clock is common to all processes of one namespace. `undefined` off Linux. */
export function timeNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/time');
  } catch {
    return undefined;
  }
}

export interface ClockEnd {
  /** Bounds against the clock of the process that asks both. */
  readonly bounds: OffsetBounds;
  readonly namespace: string | undefined;
}

/** Slack for the reading of a clock itself. */
const READING_NS = 1_000;

/** Whether the endpoint's clock and the driver's are the same clock, from what a third process measured of both. */
export function compareClocks(endpoint: ClockEnd, driver: ClockEnd): ClockCheck {
  const offsetLowNs = nanoseconds(endpoint.bounds.lowNs - driver.bounds.highNs);
  const offsetHighNs = nanoseconds(endpoint.bounds.highNs - driver.bounds.lowNs);
  const sameNamespace = endpoint.namespace === driver.namespace;
  const agree = offsetLowNs <= READING_NS && offsetHighNs >= -READING_NS;
  const bounds = `offset bounds ${Math.round(offsetLowNs / 1000)} … ${Math.round(offsetHighNs / 1000)} µs`;
  return {
    comparable: sameNamespace && agree,
    offsetLowNs,
    offsetHighNs,
    evidence: `${sameNamespace ? 'same' : 'different'} time namespace; ${bounds} ${agree ? 'contain' : 'exclude'} 0`,
  };
}
