/** A relay against its profile: its own ping, before anything is measured through it. */
import type { Clock } from '../measure/clock.ts';
import type { RelayCheck } from '../result/record.ts';
import { NETWORKS, type NetworkProfile } from '../scenario/network.ts';
import { minus, type Nanoseconds, NS_PER_MS, nanoseconds } from '../units.ts';
import { type EchoServer, pingThrough } from './ping.ts';

/** As many as go into half a second, within these bounds. */
const CALIBRATION_MS = 500;
const FEWEST_PINGS = 11;
const MOST_PINGS = 100;
const TIMEOUT_MS = 15_000;

export interface Calibration {
  readonly clock: Clock;
  readonly profile: NetworkProfile;
  readonly echo: EchoServer;
  /** The relay's, to the echo. */
  readonly port: number;
}

/** Rejects when the relay does not answer. */
export async function calibrate({ clock, profile, echo, port }: Calibration): Promise<RelayCheck> {
  const { roundTripNs } = NETWORKS[profile];
  const pinging = { clock, pings: pingsFor(roundTripNs), timeoutMs: TIMEOUT_MS };
  // As seldom as through the relay: what has slept for long wakes slowly, and that is not the relay's.
  const direct = await pingThrough(echo.port, { ...pinging, pauseNs: roundTripNs });
  const through = await pingThrough(port, { ...pinging, pauseNs: nanoseconds(0) });
  return checkOf(roundTripNs, direct, through);
}

const pingsFor = (roundTripNs: Nanoseconds): number =>
  Math.min(MOST_PINGS, Math.max(FEWEST_PINGS, Math.ceil((CALIBRATION_MS * NS_PER_MS) / Math.max(1, roundTripNs))));

/** What the relay adds beyond the round trip that it was asked for, at the median and in one of ten pings. */
export function checkOf(
  roundTripNs: Nanoseconds,
  direct: readonly Nanoseconds[],
  through: readonly Nanoseconds[],
): RelayCheck {
  const floorNs = quantile(direct, 0.5);
  const added = (q: number): Nanoseconds => minus(minus(quantile(through, q), floorNs), roundTripNs);
  return { roundTripNs, pings: through.length, addedP50Ns: added(0.5), addedP90Ns: added(0.9) };
}

/** Nearest rank. */
function quantile(values: readonly Nanoseconds[], q: number): Nanoseconds {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? nanoseconds(0);
}
